"""A class of problem becomes a change of policy, and its recurrence is counted from the rows, with care."""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from kernel.clock import Unit
from kernel.shares import Share, wilson
from kernel.trail import Actor
from tenants.models import Tenant
from workflows.meetings.lifecycle import State
from workflows.meetings.models import Invitee, Item, Meeting
from workflows.policies.actions import PolicyRefused, adopt
from workflows.policies.models import Policy
from workflows.policies.queries import by_month, classes, effect_of
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


def discussed(
    on: date,
    *,
    matter: str = "A08",
    cause: str = "opinions",
    held: bool = True,
    settled: bool = True,
    procedure: Procedure | None = None,
) -> Item:
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
        meeting=meeting,
        order=1,
        title="用地预审",
        matter_code=matter,
        cause=cause,
        settled=settled,
        procedure=procedure,
    )


def received(count: int, on: date) -> list[Procedure]:
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
    return list(Procedure.objects.filter(matter_code="A08", received_on=on).order_by("pk"))


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
    for days, procedure in enumerate(received(10, BEGUN - timedelta(days=20))[:9], 1):
        discussed(BEGUN - timedelta(days=days), procedure=procedure)
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
    with pytest.raises(PolicyRefused, match="还没有解决"):
        policy(item=discussed(BEGUN, settled=False), document="再一件")


def test_a_day_no_calendar_reaches_is_not_put_on_file(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    """With it the whole list could not be shown any more."""
    office = console(zhungeer, member(zhungeer, "office"))
    form = {
        "title": "合并办理",
        "matter_code": "A08",
        "cause": "opinions",
        "change": "合并。",
        "department_code": "zrzy",
        "document": "准自然资发〔2026〕1号",
        "effective_on": "0001-01-01",
    }
    assert office.post("/policies/new/", form).status_code == 422
    assert office.get("/policies/").status_code == 200
    assert office.get(f"/policies/new/?item={'9' * 5000}").status_code == 404


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


def test_a_share_counts_procedures_received_and_discussed_in_the_same_time() -> None:
    early = received(2, BEGUN - timedelta(days=400))
    before = received(5, BEGUN - timedelta(days=30))
    since = received(6, BEGUN + timedelta(days=5))
    discussed(BEGUN - timedelta(days=9))  # of no procedure
    discussed(BEGUN - timedelta(days=9), procedure=early[0])  # received before the time
    discussed(BEGUN - timedelta(days=9), procedure=before[0])
    discussed(BEGUN - timedelta(days=8), procedure=before[0])  # twice
    discussed(BEGUN + timedelta(days=9), procedure=before[1])  # too late for either share
    discussed(BEGUN + timedelta(days=9), procedure=since[0])
    effect = effect_of(policy(), BEGUN + timedelta(days=60))
    assert (effect.before.share, effect.before.items) == (Share(1, 5), 4)
    assert (effect.since.share, effect.since.items) == (Share(1, 6), 2)


def test_the_months_run_from_a_year_before_to_now() -> None:
    discussed(date(2025, 12, 3))
    discussed(date(2025, 12, 30))
    discussed(date(2026, 2, 1))
    made = policy()
    months = by_month(made, effect_of(made, date(2026, 3, 2)))
    assert (months[0], months[-1]) == ((date(2025, 1, 1), 0), (date(2026, 3, 1), 0))
    assert [(str(month), count) for month, count in months if count] == [
        ("2025-12-01", 2),
        ("2026-02-01", 1),
    ]
    assert len(by_month(made, effect_of(made, date(2036, 1, 1)))) == 12 + 1 + 24


def test_the_page_lists_the_procedures_behind_the_share(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    first, second = received(2, BEGUN + timedelta(days=1))
    item = discussed(BEGUN + timedelta(days=2), procedure=first)
    Meeting.objects.update(sequence=1)
    made = policy()

    def page(role: str, code: str = "") -> str:
        browser = console(zhungeer, member(zhungeer, role, code))
        content: str = browser.get(f"/policies/{made.pk}/").content.decode()
        return content

    office, unit = page("office"), page("department", "qxj")
    link = f'href="/meetings/{item.meeting_id}/"'
    for number in (first.number, second.number):
        assert number in office
        assert number in unit
    assert office.count(link) == 2  # beside the procedure and the item
    assert link not in unit
    assert "另有 1 件上过" in unit
    assert "每月上会的这一类议题" in unit


def test_the_list_has_pages_a_constant_cost_and_a_whole_export(
    zhungeer: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Any],
    django_assert_num_queries: Any,
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    policy(document="第0号")
    office.get("/policies/")
    with CaptureQueriesContext(connection) as one:
        office.get("/policies/")
    for n in range(1, 33):
        policy(document=f"第{n}号")
    with django_assert_num_queries(len(one)):
        page = office.get("/policies/").content.decode()
    assert page.count("合并办理</a>") == 30
    assert "第2号" in office.get("/policies/?page=2").content.decode()
    book = load_workbook(BytesIO(office.get("/policies/?export=1").content)).active
    documents = {cell for row in book.iter_rows(values_only=True) for cell in row}
    assert {f"第{n}号" for n in range(33)} <= documents
