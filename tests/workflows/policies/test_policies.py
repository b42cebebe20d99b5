"""A class of problem becomes a change of policy, and its recurrence is counted from the rows, with care."""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from kernel.clock import Unit
from kernel.shares import Share, wilson
from kernel.trail import Actor
from tenants.models import Tenant
from workflows.meetings.lifecycle import State
from workflows.meetings.models import Invitee, Item, Meeting
from workflows.policies.actions import PolicyRefused, adopt
from workflows.policies.models import Policy
from workflows.policies.queries import classes, effect_of
from workflows.procedures.models import Procedure
from workflows.procedures.terms import Terms
from workflows.projects import sample
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")
BEGUN = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def _in_the_banner(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> Iterator[None]:
    with in_tenant(zhungeer):
        yield


def discussed(on: date, *, matter: str = "A08", cause: str = "opinions", held: bool = True) -> Item:
    meeting = Meeting.objects.create(
        kind="consultation",
        title=f"{on}会商会",
        on=on,
        at=time(9),
        place="三楼",
        chair="副旗长",
        state=State.CLOSED if held else State.CANCELLED,
        made_at=timezone.now(),
    )
    return Item.objects.create(
        meeting=meeting, order=1, title="用地预审", matter_code=matter, cause=cause
    )


def received(count: int, on: date) -> None:
    """So many procedures of the matter came in on ``on``."""
    year = 2027 + Project.objects.count()
    rows = sample.sample_rows("zhungeer", year, count)
    sample.load(rows, year=year, on=date(2025, 1, 2), actor=CLERK)
    terms = Terms(unit=Unit.WORKING, limit_days=20, marks={}).write()
    for project in Project.objects.filter(year=year):
        Procedure.objects.update_or_create(
            project=project,
            matter_code="A08",
            defaults={
                "number": f"{project.number}-T",
                "order": 99,
                "matter_version": 1,
                "name": "用地预审",
                "short_name": "用地预审",
                "department_code": "zrzy",
                "level": "own",
                "stage": 1,
                "why": "测试",
                "terms": terms,
                "received_on": on,
            },
        )


def policy(**changed: Any) -> Policy:
    facts: dict[str, Any] = {
        "title": "用地预审与选址合并办理",
        "matter_code": "A08",
        "cause": "opinions",
        "change": "合并两个窗口的意见。",
        "department_code": "zrzy",
        "document": "准自然资发〔2026〕1号",
        "effective_on": BEGUN,
        "item": None,
        "at": timezone.now(),
        "actor": CLERK,
    }
    return adopt(**facts | changed)


def test_recurrence_is_counted_from_the_rows_before_and_since() -> None:
    for days in (1, 30, 200, 366):  # the last is more than a year before
        discussed(BEGUN - timedelta(days=days))
    discussed(BEGUN)
    discussed(BEGUN + timedelta(days=9), cause="papers")  # another class
    discussed(BEGUN + timedelta(days=9), held=False)  # never held
    effect = effect_of(policy(), BEGUN + timedelta(days=60))
    assert (effect.before.items, effect.since.items) == (3, 1)
    assert (effect.before.first, effect.before.last) == (date(2025, 1, 1), date(2025, 12, 31))
    assert sum(effect.before.first <= r.meeting.on <= effect.before.last for r in effect.rows) == 3


def test_under_the_minimum_nothing_is_claimed() -> None:
    discussed(BEGUN - timedelta(days=1))
    assert effect_of(policy(), BEGUN + timedelta(days=60)).words == "样本不足，不作比较"


def test_the_interval_is_wilsons_and_the_claim_needs_them_apart() -> None:
    low, high = wilson(9, 10)
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
    assert Share(9, 10).judged
    for days in range(1, 10):
        discussed(BEGUN - timedelta(days=days))
    received(10, BEGUN - timedelta(days=20))
    received(12, BEGUN + timedelta(days=20))
    effect = effect_of(policy(), BEGUN + timedelta(days=60))
    assert (effect.before.procedures, effect.since.procedures) == (10, 12)
    assert effect.words == "复发明显减少"


def test_a_class_is_counted_with_its_policies() -> None:
    discussed(BEGUN)
    discussed(BEGUN, cause="papers")
    discussed(BEGUN + timedelta(days=1))
    policy()
    found = [(c.matter_code, c.cause, c.items, c.policies) for c in classes(BEGUN)]
    assert found == [("A08", "opinions", 2, 1), ("A08", "papers", 1, 0)]


def test_one_document_is_put_on_file_once_for_a_class_and_fits_its_item() -> None:
    policy()
    with pytest.raises(PolicyRefused, match="已经登记"):
        policy()
    with pytest.raises(PolicyRefused, match="须与来源议题一致"):
        policy(item=discussed(BEGUN, cause="papers"), document="另一件")


def test_on_the_pages_a_policy_is_adopted_and_shows_its_rows(
    zhungeer: Tenant, dalate: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    item = discussed(BEGUN)
    office = console(zhungeer, member(zhungeer, "office"))
    form = {
        "title": "合并办理",
        "matter_code": "A08",
        "cause": "opinions",
        "change": "合并。",
        "department_code": "zrzy",
        "document": "准自然资发〔2026〕1号",
        "effective_on": "2026-01-01",
    }
    assert "来自" in office.get(f"/policies/new/?item={item.pk}").content.decode()
    assert office.post(f"/policies/new/?item={item.pk}", form).status_code == 302
    again = office.post("/policies/new/", form)
    assert again.status_code == 422
    made = Policy.objects.get()
    page = office.get(f"/policies/{made.pk}/").content.decode()
    assert item.meeting.title in page
    assert "样本不足" in page
    assert "合并办理" in office.get("/policies/").content.decode()
    assert office.get("/policies/?export=1").content.startswith(b"PK")
    helper = console(zhungeer, member(zhungeer, "helper"))
    assert helper.post("/policies/new/", form).status_code == 403
    neighbour = console(dalate, member(dalate, "office"))
    assert neighbour.get(f"/policies/{made.pk}/").status_code == 404


def test_items_of_meetings_a_unit_does_not_see_are_counted_and_not_named(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    own, other = discussed(BEGUN), discussed(BEGUN + timedelta(days=1))
    for item, title in ((own, "可见会商会"), (other, "他人会商会")):
        Meeting.objects.filter(pk=item.meeting_id).update(sequence=1, title=title)
    Invitee.objects.create(meeting=own.meeting, department_code="qxj")
    made = policy(item=other)
    unit = console(zhungeer, member(zhungeer, "department", "qxj"))
    page = unit.get(f"/policies/{made.pk}/").content.decode()
    assert "可见会商会" in page
    assert "他人会商会" not in page
    assert f"/meetings/{other.meeting_id}/" not in page
    assert "另有 1 个议题" in page
    assert (
        "另有"
        not in console(zhungeer, member(zhungeer, "office"))
        .get(f"/policies/{made.pk}/")
        .content.decode()
    )
