"""The room's pages: the second person, the neighbour, the stranger, and lists of any length."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kernel.accounts.models import User
from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from tenants.registry.models import Disclosure
from tests.workflows.disclosure.conftest import ON, PREPARER, RELEASER
from workflows.disclosure import actions
from workflows.disclosure.models import Draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(zhungeer: Tenant, member: Callable[..., User], console: Callable[..., Client]) -> Client:
    return console(zhungeer, member(zhungeer, "editor"))


@pytest.fixture
def leader(zhungeer: Tenant, member: Callable[..., User], console: Callable[..., Client]) -> Client:
    return console(zhungeer, member(zhungeer, "leader"))


def test_an_editor_prepares_and_a_leader_releases(
    promised: list[str], editor: Client, leader: Client
) -> None:
    assert "全部有承诺的事项" in editor.get("/disclosure/prepare/").content.decode()
    editor.post("/disclosure/prepare/matters/", {"all": "1"})
    waiting = list(Draft.objects.order_by("pk").values_list("pk", flat=True))
    assert len(waiting) == len(promised) - 1
    assert editor.post(f"/disclosure/{waiting[0]}/release/").status_code == 403
    leader.post("/disclosure/release/", {"draft": waiting})
    assert Disclosure.objects.filter(withdrawn_at=None).count() == len(waiting)


def test_whoever_prepared_it_reads_why_it_is_refused(
    promised: list[str],
    zhungeer: Tenant,
    member: Callable[..., User],
    console: Callable[..., Client],
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    office.post("/disclosure/prepare/matters/", {"key": ["A08"]})
    draft = Draft.objects.get()
    page = office.get(f"/disclosure/{draft.pk}/").content.decode()
    assert "须由另一人审核" in page
    answer = office.post(f"/disclosure/{draft.pk}/release/", follow=True)
    assert "是您本人拟的稿" in answer.content.decode()
    assert TrailEntry.objects.filter(action="disclosure.release", outcome="refused").exists()
    assert not Disclosure.objects.exists()


def test_a_draft_shows_what_changes_and_what_the_public_will_read(
    promised: list[str], promise: Any, leader: Client
) -> None:
    draft = actions.prepare_matters(codes=["A08"], on=ON, actor=PREPARER).prepared[0]
    actions.release(number=draft.pk, actor=RELEASER)
    promise("A08", 2)
    newer = actions.prepare_matters(codes=["A08"], on=ON, actor=PREPARER).prepared[0]
    page = leader.get(f"/disclosure/{newer.pk}/").content.decode()
    for text in ("与现行第 1 版的差别", "3 个工作日", "2 个工作日", "怎么办", newer.digest):
        assert text in page
    assert "待发布" in leader.get(f"/disclosure/{newer.pk}/preview/").content.decode()


def test_rejecting_without_a_reason_asks_for_one(promised: list[str], leader: Client) -> None:
    draft = actions.prepare_matters(codes=["A08"], on=ON, actor=PREPARER).prepared[0]
    answer = leader.post(f"/disclosure/{draft.pk}/reject/", {"reason": ""})
    assert answer.status_code == 422
    assert "请写明理由" in answer.content.decode()


def test_the_neighbour_and_the_stranger_find_nothing(
    promised: list[str],
    dalate: Tenant,
    zhungeer: Tenant,
    member: Callable[..., User],
    console: Callable[..., Client],
) -> None:
    draft = actions.prepare_matters(codes=["A08"], on=ON, actor=PREPARER).prepared[0]
    neighbour = member(dalate, "office")
    for path in ("", "preview/"):
        assert console(dalate, neighbour).get(f"/disclosure/{draft.pk}/{path}").status_code == 404
        assert console(zhungeer, neighbour).get(f"/disclosure/{draft.pk}/{path}").status_code == 404
    assert "预审" not in console(dalate, neighbour).get("/disclosure/").content.decode()


def test_the_list_asks_the_same_number_of_questions_for_one_and_for_many(
    promised: list[str], leader: Client, zhungeer: Tenant
) -> None:
    leader.get("/disclosure/")
    counts = []
    for codes in (["A08"], ["B01", "B02", "B03"]):
        with visiting(zhungeer):
            actions.prepare_matters(codes=codes, on=ON, actor=PREPARER)
        with CaptureQueriesContext(connection) as asked:
            assert leader.get("/disclosure/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_empty_lists_say_what_to_do_next(zhungeer: Tenant, editor: Client, leader: Client) -> None:
    assert "去拟稿" in editor.get("/disclosure/").content.decode()
    assert "公开发布员拟稿以后" in leader.get("/disclosure/").content.decode()
    for kind in ("matter", "project", "mechanism"):
        assert editor.get(f"/disclosure/prepare/?kind={kind}").status_code == 200
