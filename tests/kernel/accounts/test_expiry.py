"""A session that runs out in the middle of work loses no words about it and leads back to a page."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from tenants.models import Tenant


def test_a_form_sent_too_late_is_said_to_be_lost_and_leads_back_to_its_page(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    browser = console(zhungeer)
    referer = {"Referer": "http://zhungeer.localhost/projects/import/7/?show=new"}
    answer = browser.post("/projects/import/7/apply/", headers=referer, follow=True)

    assert answer.redirect_chain == [
        ("/sign-in/?next=/projects/import/7/%3Fshow%3Dnew", 302),
    ]
    assert "刚才提交的内容没有保存" in answer.content.decode()


def test_without_a_page_to_go_back_to_it_leads_home(
    zhungeer: Tenant, console: Callable[..., Client]
) -> None:
    answer = console(zhungeer).post("/projects/import/7/apply/")
    assert answer["Location"] == "/sign-in/?next=/"


def test_a_fragment_makes_the_whole_page_sign_in(
    zhungeer: Tenant, console: Callable[..., Client]
) -> None:
    answer = console(zhungeer).get(
        "/projects/batches/1/",
        headers={
            "HX-Request": "true",
            "HX-Current-URL": "http://zhungeer.localhost/projects/batches/1/",
        },
    )
    assert answer.status_code == 200
    assert answer["HX-Redirect"] == "/sign-in/?next=/projects/batches/1/"


def test_an_address_that_only_takes_forms_is_no_blank_page(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    answer = console(zhungeer, member(zhungeer)).get("/projects/import/7/apply/")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "用页面上的按钮办理" in answer.content.decode()
