"""Secondments rest on documents, one full-time person a unit; attendance is for working days that have been."""

import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from kernel.calendars.queries import work_calendar
from kernel.notices.models import Notice
from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.models import Tenant
from workflows.mechanism.models import Order, Unit
from workflows.taskforce.actions import TaskForceRefused, end, extend, remind, second, take_day
from workflows.taskforce.models import Attendance, Secondment
from workflows.taskforce.queries import missing, month

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")
FROM, UNTIL = date(2026, 1, 5), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def _in_the_banner(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> Iterator[None]:
    with in_tenant(zhungeer):
        Unit.objects.update(from_on=date(2025, 1, 1))
        Order.objects.create(
            number="准联办〔2026〕1号",
            title="选派通知",
            dated_on=FROM,
            filed_at=timezone.now(),
            filed_by="某某（示例）",
        )
        yield


def seconded(code: str = "zrzy", **changed: Any) -> Secondment:
    facts: dict[str, Any] = {
        "department_code": code,
        "name": f"{code}某（示例）",
        "temporary": False,
        "purpose": "",
        "from_on": FROM,
        "planned_until": UNTIL,
        "document": "准联办〔2026〕1号",
        "actor": CLERK,
    }
    return second(**facts | changed)


def taken(on: date, today: date = date(2026, 3, 10), **marks: Any) -> int:
    by_name = {row.department_code: row.pk for row in Secondment.objects.all()}
    return take_day(
        on=on,
        marks={by_name[code]: (presence, "") for code, presence in marks.items()},
        today=today,
        at=timezone.now(),
        actor=CLERK,
    )


def test_units_that_send_somebody_are_missing_until_they_do() -> None:
    before = {code for code, _ in missing(FROM)}
    assert "zrzy" in before
    seconded()
    assert {code for code, _ in missing(FROM)} == before - {"zrzy"}
    seconded("slj", temporary=True, purpose="水保方案会商")
    assert "slj" in {code for code, _ in missing(FROM)}  # temporary is not full-time


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"document": "没有的文号"}, "没有登记"),
        ({"planned_until": FROM - timedelta(days=1)}, "须在"),
        ({"temporary": True}, "须写明事由"),
        ({"code": "qxj"}, "只能临时参加"),
        ({"from_on": date(2024, 1, 1)}, "不是成员单位"),
    ],
)
def test_a_secondment_that_makes_no_sense_is_refused(
    changed: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(TaskForceRefused, match=sentence):
        seconded(**changed)
    assert not Secondment.objects.exists()


def test_a_unit_has_one_full_time_person_at_a_time() -> None:
    first = seconded()
    with pytest.raises(TaskForceRefused, match="已有一名脱产人员"):
        seconded(name="另一人（示例）")
    end(
        pk=first.pk, version=1, on=date(2026, 2, 2), why="召回", today=date(2026, 2, 3), actor=CLERK
    )
    seconded(name="另一人（示例）", from_on=date(2026, 2, 3))


def test_attendance_is_for_working_days_make_up_days_included() -> None:
    seconded()
    assert taken(date(2026, 2, 14), zrzy="present") == 1  # a Saturday worked
    for rest in (date(2026, 2, 16), date(2026, 2, 22)):
        with pytest.raises(TaskForceRefused, match="是休息日"):
            taken(rest, zrzy="present")
    with pytest.raises(TaskForceRefused, match="还没有到"):
        taken(date(2026, 3, 11), zrzy="present")
    with pytest.raises(TaskForceRefused, match="不在专项工作组"):
        taken(date(2026, 1, 4), zrzy="present")  # worked, but before the term


def test_a_correction_keeps_what_it_was_in_the_trail() -> None:
    seconded()
    taken(date(2026, 3, 2), zrzy="absent")
    assert taken(date(2026, 3, 2), zrzy="absent") == 0
    assert taken(date(2026, 3, 2), zrzy="leave") == 1
    assert Attendance.objects.get().presence == "leave"
    last = TrailEntry.objects.filter(action="taskforce.take_day").latest("number")
    assert "原记缺勤" in last.summary


def test_a_term_ends_after_its_last_mark() -> None:
    row = seconded()
    taken(date(2026, 3, 2), zrzy="present")
    facts: dict[str, Any] = {"pk": row.pk, "today": date(2026, 3, 10), "actor": CLERK}
    with pytest.raises(TaskForceRefused, match="之后还有考勤记录"):
        end(version=1, on=date(2026, 2, 27), why="召回", **facts)
    end(version=1, on=date(2026, 3, 2), why="召回", **facts)
    with pytest.raises(TaskForceRefused, match="已于 2026-03-02 结束"):
        end(version=2, on=date(2026, 3, 3), why="召回", **facts)


def test_the_month_counts_its_working_days() -> None:
    seconded()
    for day, presence in ((2, "present"), (3, "trip"), (4, "present")):
        taken(date(2026, 3, day), zrzy=presence)
    found = month(date(2026, 3, 1), date(2026, 3, 10), work_calendar())
    assert [d.day for d in found.days] == [2, 3, 4, 5, 6, 9, 10]
    (line,) = found.lines
    assert (line.count("present"), line.count("trip"), line.recorded) == (2, 1, 3)
    february = month(date(2026, 2, 1), date(2026, 3, 10), work_calendar())
    assert {14, 28} <= {d.day for d in february.days}
    assert 17 not in {d.day for d in february.days}


def test_a_term_that_ends_is_told_once_and_not_on_a_rest_day() -> None:
    row = seconded(planned_until=date(2026, 3, 1))
    assert remind(on=date(2026, 2, 16), at=timezone.now()) == 0
    for _ in range(2):
        remind(on=date(2026, 2, 13), at=timezone.now())
    assert Notice.objects.filter(room="taskforce").count() == 1
    extend(pk=row.pk, version=1, until_on=UNTIL, document="准联办〔2026〕1号", actor=CLERK)
    assert remind(on=date(2026, 2, 13), at=timezone.now()) == 0


def test_on_the_pages_the_office_seconds_and_takes_the_day(
    zhungeer: Tenant, dalate: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    leader = console(zhungeer, member(zhungeer, "leader"))
    today = work_calendar().on_or_before(timezone.localdate())
    form = {
        "department_code": "zrzy",
        "name": "王某（示例）",
        "from_on": today.isoformat(),
        "planned_until": (today + timedelta(days=300)).isoformat(),
        "document": "准联办〔2026〕1号",
    }
    assert office.post("/taskforce/second/", form | {"document": "无"}).status_code == 422
    assert office.post("/taskforce/second/", form).status_code == 302
    row = Secondment.objects.get()
    refused = leader.post("/taskforce/second/", form | {"department_code": "slj"})
    assert refused.status_code == 403
    assert Secondment.objects.count() == 1
    assert "王某（示例）" in leader.get("/taskforce/").content.decode()
    assert (
        "王某" not in console(dalate, member(dalate, "office")).get("/taskforce/").content.decode()
    )
    office.post(f"/taskforce/day/?on={today}", {f"p-{row.pk}": "trip", f"n-{row.pk}": "赴京"})
    assert Attendance.objects.get().note == "赴京"
    page = office.get(f"/taskforce/month/?month={today:%Y-%m}").content.decode()
    assert "出" in page
    book = office.get(f"/taskforce/month/?month={today:%Y-%m}&export=1").content
    assert load_workbook(io.BytesIO(book)).active.cell(5, 2).value == "王某（示例）"
    assert leader.get("/taskforce/day/").status_code == 403
    office.post(f"/taskforce/{row.pk}/end/", {"version": 1, "on": today.isoformat(), "why": "召回"})
    row.refresh_from_db()
    assert row.ended_why == "召回"
