"""The portal is opened once; editors write, reviewers approve, nobody approves their own words."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.models import GroupPagePermission, Page, Site, WorkflowPage

from cms.models import HomePage, NewsPage, SectionPage
from cms.sample import publish_news
from cms.seeding import ensure_editor, ensure_reviewer, ensure_sections
from kernel.accounts.models import User
from tenants.models import Tenant

pytestmark = pytest.mark.django_db
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def test_opening_twice_changes_nothing(sections: dict[str, SectionPage]) -> None:
    before = (
        Page.objects.count(),
        GroupPagePermission.objects.count(),
        WorkflowPage.objects.count(),
    )
    ensure_sections()
    assert before == (
        Page.objects.count(),
        GroupPagePermission.objects.count(),
        WorkflowPage.objects.count(),
    )
    assert HomePage.objects.count() == 1
    assert Site.objects.get().root_page.specific == HomePage.objects.get()
    assert {"city", "zhungeer", "dalate"} <= set(sections)


def test_news_appears_at_home_and_in_its_section(
    portal: Client, sections: dict[str, SectionPage]
) -> None:
    assert publish_news(sections["zhungeer"], on=date(2026, 1, 12)) == 3
    assert publish_news(sections["zhungeer"], on=date(2026, 1, 12)) == 0
    for path in ("/", "/news/", "/zhungeer/", "/zhungeer/news/"):
        assert "一次会商办结" in portal.get(path).content.decode()
    assert "一次会商办结" not in portal.get("/dalate/news/").content.decode()
    page = portal.get("/zhungeer/sample-3/").content.decode()
    assert "会商前逐项对账" in page


@pytest.fixture
def editor(zhungeer: Tenant, member: Callable[..., User], sections: Any) -> User:
    user = member(zhungeer, "editor")
    ensure_editor(user, zhungeer)
    return user


def admin(user: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend=MODEL_BACKEND)
    return client


def news_form(**extra: str) -> dict[str, str]:
    return {
        "title": "进度通报",
        "slug": "progress",
        "date": "2026-01-12",
        "summary": "一句话概要",
        "body-count": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        **extra,
    }


def test_an_editor_hands_in_and_another_person_publishes(
    editor: User, zhungeer: Tenant, sections: dict[str, SectionPage], member: Callable[..., User]
) -> None:
    # The editor reviews too, and still may not approve what they wrote themselves.
    ensure_reviewer(editor, zhungeer)
    section = sections["zhungeer"]
    client = admin(editor)
    add = f"/cms/pages/add/cms/newspage/{section.pk}/"
    assert client.get(add).status_code == 200
    client.post(add, news_form(**{"action-publish": "1"}))
    page = NewsPage.objects.get(slug="progress")
    assert not page.live
    edit = f"/cms/pages/{page.pk}/edit/"
    client.post(edit, news_form(**{"action-submit": "1"}))
    page.refresh_from_db()
    state = page.current_workflow_task_state
    assert state is not None
    approve = f"/cms/pages/workflow/action/{page.pk}/approve/{state.pk}/"
    client.post(approve, {"comment": ""})
    page.refresh_from_db()
    assert not page.live
    reviewer = member(zhungeer, "leader")
    ensure_reviewer(reviewer, zhungeer)
    admin(reviewer).post(approve, {"comment": ""})
    page.refresh_from_db()
    assert page.live


def test_an_editor_has_no_say_in_the_neighbours_section(
    editor: User, sections: dict[str, SectionPage]
) -> None:
    client = admin(editor)
    neighbour = sections["dalate"]
    assert client.get(f"/cms/pages/add/cms/newspage/{neighbour.pk}/").status_code != 200
    assert client.get(f"/cms/pages/{neighbour.pk}/edit/").status_code != 200


def test_a_person_without_a_desk_does_not_enter_the_editors_rooms(
    zhungeer: Tenant, member: Callable[..., User], sections: Any
) -> None:
    assert admin(member(zhungeer, "office")).get("/cms/").status_code == 302


def test_news_refuses_a_mobile_number_and_an_address_of_the_sections_own() -> None:
    page = NewsPage(
        title="联系", slug="matters", summary="电话 13800471234", date=date(2026, 1, 12)
    )
    with pytest.raises(ValidationError) as refused:
        page.clean()
    assert "slug" in refused.value.message_dict
    page.slug = "contact"
    with pytest.raises(ValidationError) as refused:
        page.clean()
    assert "summary" in refused.value.message_dict


def test_the_preview_of_a_page_is_the_portals(
    editor: User, sections: dict[str, SectionPage]
) -> None:
    client = admin(editor)
    client.post(f"/cms/pages/add/cms/newspage/{sections['zhungeer'].pk}/", news_form())
    page = NewsPage.objects.get(slug="progress")
    answer = client.get(f"/cms/pages/{page.pk}/view_draft/")
    assert answer.status_code == 200
    assert "进度通报" in answer.content.decode()


def test_five_wrong_passwords_lock_the_editors_door(
    portal: Client, editor: User, sections: Any
) -> None:
    for _ in range(5):
        answer = portal.post("/cms/login/", {"username": editor.username, "password": "wrong"})
    assert answer.status_code == 429
    right = {"username": editor.username, "password": "correct-horse-9"}
    assert portal.post("/cms/login/", right).status_code == 429
