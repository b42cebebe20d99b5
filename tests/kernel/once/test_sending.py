"""A form sent again does its work once; a changed or refused one is another."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from kernel.accounts.models import User
from kernel.once.models import Done
from kernel.once.sending import forget
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.conftest import ConsoleClient, join
from workflows.assignments.models import Feedback, Sheet
from workflows.mechanism import sample as mechanism_sample

Make = Callable[..., Any]
NEW = "/assignments/new/"
DUE = "2027-12-01"


@pytest.fixture
def office(zhungeer: Tenant, member: Make, console: Make) -> Client:
    with visiting(zhungeer):
        mechanism_sample.fill(on=date(2025, 10, 28))
    browser: Client = console(zhungeer, member(zhungeer))
    return browser


def token_of(page: str) -> str:
    found = re.search(r'name="once" value="(\w+)"', page)
    assert found
    return found[1]


def sheet(**changed: str) -> dict[str, str]:
    return {
        "title": "出具用地意见", "source_kind": "leader", "source_words": "旗长批示",
        "matter": "项目用地未落实", "demand": "出具书面意见",
        "due_on": DUE,
        "parts-TOTAL_FORMS": "1", "parts-INITIAL_FORMS": "0", "parts-MIN_NUM_FORMS": "0",
        "parts-MAX_NUM_FORMS": "40", "parts-0-department_code": "zrzy", "parts-0-leads": "on",
    } | changed  # fmt: skip


def count(tenant: Tenant) -> int:
    with visiting(tenant):
        return Sheet.objects.count()


def test_sent_again_it_leads_to_what_the_first_time_made(zhungeer: Tenant, office: Client) -> None:
    form = sheet(once=token_of(office.get(NEW).content.decode()))
    first = office.post(NEW, form)
    assert first.status_code == 302, first.content.decode()
    again = office.post(NEW, form, follow=True)
    assert again.redirect_chain == [(first["Location"], 302)]
    assert "没有再办一次" in again.content.decode()
    assert count(zhungeer) == 1


def test_a_form_that_asked_for_nothing_is_not_said_to_be_done(office: Client) -> None:
    for _ in range(2):
        page = office.post("/assignments/hand-over/", {"once": "a-token"}, follow=True)
        assert "请先勾选要交办的草稿" in page.content.decode()
        assert "没有再办一次" not in page.content.decode()


def test_without_its_token_every_sending_makes_another(zhungeer: Tenant, office: Client) -> None:
    for _ in range(2):
        assert office.post(NEW, sheet()).status_code == 302
    assert count(zhungeer) == 2


def test_another_word_under_the_old_token_is_another_form(zhungeer: Tenant, office: Client) -> None:
    token = token_of(office.get(NEW).content.decode())
    office.post(NEW, sheet(once=token))
    office.post(NEW, sheet(once=token, title="出具环评意见"))
    assert count(zhungeer) == 2


def test_a_form_with_a_mistake_stays_open_until_it_is_right(
    zhungeer: Tenant, office: Client
) -> None:
    token = token_of(office.get(NEW).content.decode())
    assert office.post(NEW, sheet(once=token, demand="")).status_code == 422
    assert office.post(NEW, sheet(once=token, demand="")).status_code == 422
    with visiting(zhungeer):
        assert not Done.objects.exists()
    assert office.post(NEW, sheet(once=token)).status_code == 302


def test_a_refusal_told_by_a_message_leaves_the_form_open(zhungeer: Tenant, office: Client) -> None:
    form = {"year": "2026", "period": "", "digest": "0" * 64, "once": "a" * 22}
    told = [
        office.post("/filings/new/mechanism/send/", form, follow=True).content.decode()
        for _ in range(2)
    ]
    assert all("没有报送" in page for page in told)
    with visiting(zhungeer):
        assert not Done.objects.exists()


def test_two_peoples_forms_never_meet(
    zhungeer: Tenant, office: Client, member: Make, console: Make
) -> None:
    form = sheet(once="a" * 22)
    office.post(NEW, form)
    console(zhungeer, member(zhungeer)).post(NEW, form)
    assert count(zhungeer) == 2


def test_the_same_word_with_another_file_is_another_form(
    zhungeer: Tenant, office: Client, member: Make, console: Make
) -> None:
    made = office.post(NEW, sheet())["Location"]
    pk = int(made.strip("/").rpartition("/")[2])
    office.post("/assignments/hand-over/", {"sheet": pk})
    with visiting(zhungeer):
        part = Sheet.objects.get(pk=pk).parts.get()
    department = console(zhungeer, member(zhungeer, "department", "zrzy"))
    department.post(f"/assignments/parts/{part.pk}/move/sign/", {"version": "1"})
    for content in (b"%PDF-1.4 one", b"%PDF-1.4 one", b"%PDF-1.4 two"):
        file = SimpleUploadedFile("意见.pdf", content, "application/pdf")
        form = {"text": "已办", "attachments": file, "once": "b" * 22}
        answer = department.post(f"/assignments/parts/{part.pk}/feed/", form)
        assert answer.status_code == 302, answer.content.decode()
    with visiting(zhungeer):
        assert Feedback.objects.filter(part=part, text="已办").count() == 2


@pytest.fixture
def committing(own_tenant: Tenant, django_db_blocker: Any) -> Iterator[User]:
    """Real connections and real commits, for somebody of the office of a tenant of its own."""
    with django_db_blocker.unblock():
        with visiting(own_tenant):
            mechanism_sample.fill(on=date(2025, 10, 28))
        user = User.objects.create_user("clicking", name="某某（示例）")
        join(user, own_tenant, "office")
        yield user
        Session.objects.all().delete()
        with visiting(own_tenant):  # where guardian's grants are that go with an account
            user.delete()


def test_of_four_clicks_at_once_three_wait_and_find_the_first(
    own_tenant: Tenant, committing: User
) -> None:
    user = committing
    browsers = [ConsoleClient(SERVER_NAME=f"{own_tenant.slug}.localhost") for _ in range(4)]
    for browser in browsers:
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    gate, led = threading.Barrier(4), []

    def click(browser: Client) -> None:
        gate.wait()
        try:
            led.append(browser.post(NEW, sheet(once="c" * 22))["Location"])
        finally:
            connection.close()

    clicks = [threading.Thread(target=click, args=[browser]) for browser in browsers]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert len(led) == 4
    assert len(set(led)) == 1
    assert count(own_tenant) == 1


def test_after_a_month_it_is_forgotten(zhungeer: Tenant, office: Client) -> None:
    office.post(NEW, sheet(once="d" * 22))
    now = timezone.now()
    with visiting(zhungeer):
        assert forget(at=now + timedelta(days=29)) == 0
        assert forget(at=now + timedelta(days=31)) == 1
