"""Secondments rest on documents, one full-time person a unit; attendance is for working days that have been."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from kernel.calendars.queries import work_calendar
from kernel.notices.models import Notice
from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.models import Tenant
from workflows.mechanism.models import Holding, Order, Seat, Unit
from workflows.mechanism.queries import organisation
from workflows.taskforce.actions import TaskForceRefused, end, extend, remind, second, take_day
from workflows.taskforce.models import Attendance, Extension, Secondment
from workflows.taskforce.queries import apart, day_digest, missing, month, of_day, rate

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")
FROM, UNTIL = date(2026, 1, 5), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def _in_the_banner(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> Iterator[None]:
    with in_tenant(zhungeer):
        Unit.objects.update(from_on=date(2025, 1, 1))
        Seat.objects.update(from_on=date(2025, 1, 1))
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


def over(row: Secondment, on: date, today: date = date(2026, 3, 10), **changed: Any) -> Secondment:
    facts: dict[str, Any] = {
        "version": row.version,
        "why": "召回",
        "document": "准联办〔2026〕1号",
        "actor": CLERK,
    }
    return end(pk=row.pk, on=on, today=today, **facts | changed)


def longer(row: Secondment, until_on: date = date(2027, 6, 30), **changed: Any) -> Secondment:
    facts: dict[str, Any] = {
        "version": row.version,
        "why": "项目未完",
        "document": "准联办〔2026〕1号",
        "at": timezone.now(),
        "actor": CLERK,
    }
    return extend(pk=row.pk, until_on=until_on, **facts | changed)


def taken(on: date, today: date = date(2026, 3, 10), seen: str | None = None, **marks: Any) -> int:
    by_code = {row.department_code: row.pk for row in Secondment.objects.all()}
    return take_day(
        on=on,
        marks={
            by_code[code]: mark if isinstance(mark, tuple) else (mark, "")
            for code, mark in marks.items()
        },
        seen=day_digest(of_day(on)) if seen is None else seen,
        today=today,
        at=timezone.now(),
        actor=CLERK,
    )


def holder(on: date, code: str = "zrzy") -> str:
    return {p.seat.department_code: p.holder for p in organisation(on).task_force}[code]


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
    over(first, date(2026, 2, 2))
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
    taken(date(2026, 3, 2), zrzy=("absent", "联系不上"))
    assert taken(date(2026, 3, 2), zrzy=("absent", "联系不上")) == 0
    assert taken(date(2026, 3, 2), zrzy=("leave", "病假")) == 1
    assert Attendance.objects.get().presence == "leave"
    last = TrailEntry.objects.filter(action="taskforce.take_day").latest("number")
    assert "原记缺勤" in last.summary


def test_a_term_ends_after_its_last_mark() -> None:
    row = seconded()
    taken(date(2026, 3, 2), zrzy="present")
    with pytest.raises(TaskForceRefused, match="之后还有考勤记录"):
        over(row, date(2026, 2, 27))
    for words, sentence in (({"why": " "}, "写明原因"), ({"document": "没有的文号"}, "没有登记")):
        with pytest.raises(TaskForceRefused, match=sentence):
            over(row, date(2026, 3, 2), **words)
    over(row, date(2026, 3, 2))
    with pytest.raises(TaskForceRefused, match="已于 2026-03-02 结束"):
        over(row, date(2026, 3, 3))


def test_who_is_seconded_holds_the_units_seat_and_leaves_it() -> None:
    row = seconded()
    assert [holder(day) for day in (FROM - timedelta(days=1), FROM)] == ["", row.name]
    assert apart(FROM) == []
    over(row, date(2026, 3, 2))
    assert [holder(date(2026, 3, day)) for day in (2, 3)] == [row.name, ""]
    assert apart(date(2026, 3, 3)) == []
    seconded("slj", temporary=True, purpose="水保方案会商")
    assert holder(FROM, "slj") == ""


def test_nobody_is_there_twice_at_a_time() -> None:
    first = seconded("slj", temporary=True, purpose="水保方案会商")
    for changed in ({}, {"from_on": UNTIL}, {"purpose": "另一件事"}):
        facts: dict[str, Any] = {"temporary": True, "purpose": "会商"} | changed
        with pytest.raises(TaskForceRefused, match="不能重复登记"):
            seconded("slj", **facts)
    seconded("slj", temporary=True, purpose="会商", name="另一人（示例）")
    over(first, date(2026, 3, 2))
    seconded("slj", temporary=True, purpose="会商", from_on=date(2026, 3, 3))


def test_a_unit_without_the_seat_seconds_nobody() -> None:
    Seat.objects.filter(kind="task_force", department_code="zrzy").delete()
    with pytest.raises(TaskForceRefused, match="没有专项工作组席位"):
        seconded()
    assert not Secondment.objects.exists()


def test_where_the_chart_names_somebody_else_the_page_says_so(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    row = seconded()
    Holding.objects.filter(name=row.name).update(name="另一人（示例）")
    assert apart(FROM) == [
        "准格尔旗自然资源局：机构图上是另一人（示例），选派登记的是zrzy某（示例）"
    ]
    page = console(zhungeer, member(zhungeer, "leader")).get("/taskforce/").content.decode()
    assert "机构图和选派登记对不上 1 处" in page


def test_a_longer_term_needs_a_reason_and_a_document_and_keeps_the_one_before() -> None:
    row = seconded()
    for words, sentence in (({"why": " "}, "写明原因"), ({"document": "没有的文号"}, "没有登记")):
        with pytest.raises(TaskForceRefused, match=sentence):
            longer(row, **words)
    stale = Secondment.objects.get()
    longer(row)
    with pytest.raises(TaskForceRefused, match="已有人办理"):
        longer(stale)
    row.refresh_from_db()
    longer(row, date(2027, 12, 31), why="再延")
    kept = [(one.before_on, one.until_on, one.why) for one in Extension.objects.order_by("pk")]
    assert kept == [
        (UNTIL, date(2027, 6, 30), "项目未完"),
        (date(2027, 6, 30), date(2027, 12, 31), "再延"),
    ]


@pytest.mark.parametrize(
    "statement", ["UPDATE taskforce_extension SET why = 'x'", "DELETE FROM taskforce_extension"]
)
def test_the_database_keeps_extensions_as_they_were_put_down(statement: str) -> None:
    longer(seconded())
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("presence", ["leave", "absent"])
def test_who_was_away_says_why(presence: str) -> None:
    seconded()
    with pytest.raises(TaskForceRefused, match="写明事由"):
        taken(date(2026, 3, 2), zrzy=(presence, " "))
    assert taken(date(2026, 3, 2), zrzy=(presence, "病假")) == 1


def test_of_two_officers_with_one_day_the_second_looks_again() -> None:
    seconded()
    on = date(2026, 3, 2)
    seen = day_digest(of_day(on))  # both open the page
    taken(on, seen=seen, zrzy=("leave", "病假"))
    with pytest.raises(TaskForceRefused, match="已有人登记"):
        taken(on, seen=seen, zrzy="present")
    assert Attendance.objects.get().presence == "leave"
    taken(on, zrzy="present")
    assert Attendance.objects.get().presence == "present"


def test_the_month_counts_its_working_days() -> None:
    seconded()
    for day, presence in ((2, "present"), (3, "trip"), (4, "present")):
        taken(date(2026, 3, day), zrzy=presence)
    found = month(date(2026, 3, 1), date(2026, 3, 10), work_calendar())
    assert [d.day for d in found.days] == [2, 3, 4, 5, 6, 9, 10]
    (line,) = found.lines
    assert (line.count("present"), line.count("trip"), line.recorded) == (2, 1, 3)
    assert (line.due, line.missing, line.rate) == (7, 4, 100)
    taken(date(2026, 3, 5), zrzy=("absent", "联系不上"))
    found = month(date(2026, 3, 1), date(2026, 3, 10), work_calendar())
    assert (found.lines[0].rate, rate(found.lines)) == (75, 75)
    assert month(date(2026, 1, 1), date(2026, 3, 10), work_calendar()).lines[0].due == 20
    february = month(date(2026, 2, 1), date(2026, 3, 10), work_calendar())
    assert {14, 28} <= {d.day for d in february.days}
    assert 17 not in {d.day for d in february.days}


def test_a_term_that_ends_is_told_once_and_not_on_a_rest_day() -> None:
    row = seconded(planned_until=date(2026, 3, 1))
    assert remind(on=date(2026, 2, 16), at=timezone.now()) == 0
    for _ in range(2):
        remind(on=date(2026, 2, 13), at=timezone.now())
    assert Notice.objects.filter(room="taskforce").count() == 1
    longer(row, UNTIL)
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
    sheet = office.get(f"/taskforce/day/?on={today}").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', sheet)
    assert seen
    marks = {"seen": seen[1], f"p-{row.pk}": "trip", f"n-{row.pk}": "赴京"}
    office.post(f"/taskforce/day/?on={today}", marks)
    assert Attendance.objects.get().note == "赴京"
    away = office.post(f"/taskforce/day/?on={today}", marks | {f"p-{row.pk}": "leave"})
    assert away.status_code == 422  # somebody wrote since: what is on file is shown
    assert 'value="trip" selected' in away.content.decode()
    now = re.search(r'name="seen" value="(\w+)"', away.content.decode())
    assert now
    unsaid = {"seen": now[1], f"p-{row.pk}": "leave", f"n-{row.pk}": ""}
    again = office.post(f"/taskforce/day/?on={today}", unsaid)
    assert "写明事由" in again.content.decode()
    assert 'value="leave" selected' in again.content.decode()  # what was filled in stays
    assert Attendance.objects.get().presence == "trip"
    page = office.get(f"/taskforce/month/?month={today:%Y-%m}").content.decode()
    assert "出" in page
    book = office.get(f"/taskforce/month/?month={today:%Y-%m}&export=1").content
    assert load_workbook(io.BytesIO(book)).active.cell(5, 2).value == "王某（示例）"
    assert leader.get("/taskforce/day/").status_code == 403
    facts = {"version": 1, "document": "准联办〔2026〕1号"}
    bad = office.post(f"/taskforce/{row.pk}/end/", facts | {"on": "2026-01-01", "why": "召回"})
    assert bad.status_code == 422
    assert "最后一天 2026年1月1日 须在" in bad.content.decode()
    assert office.post(f"/taskforce/{row.pk}/drop/", facts).status_code == 404
    far = row.planned_until + timedelta(days=60)
    told = facts | {"until_on": far.isoformat(), "why": "项目未完"}
    assert office.post(f"/taskforce/{row.pk}/extend/", told).status_code == 302
    page = f"/taskforce/{row.pk}/"
    assert "项目未完" in office.get(page).content.decode()
    last = facts | {"version": 2, "on": today.isoformat(), "why": "召回"}
    neighbour = console(dalate, member(dalate, "office"))
    assert neighbour.get(page).status_code == 404
    assert "办延期" not in leader.get(page).content.decode()
    for name in ("extend", "end"):
        assert neighbour.post(f"/taskforce/{row.pk}/{name}/", told | last).status_code == 404
    assert office.post(f"/taskforce/{row.pk}/end/", last).status_code == 302
    row.refresh_from_db()
    assert row.ended_why == "召回"


@pytest.mark.parametrize(
    "path",
    [
        "/taskforce/day/?on=1900-01-01",
        "/taskforce/day/?on=9999-12-31",
        "/taskforce/month/?month=1900-01",
        "/taskforce/month/?month=9999-12",
        "/taskforce/month/?month=1900-01&export=1",
    ],
)
def test_a_day_outside_the_calendar_gets_a_sentence(
    path: str, zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    seconded()
    office = console(zhungeer, member(zhungeer, "office"))
    for answer in (office.get(path), *([office.post(path)] if "day" in path else [])):
        assert answer.status_code == 422
        assert "日期超出工作日历范围" in answer.content.decode()
    form = {
        "department_code": "slj",
        "name": "某某",
        "from_on": "9999-12-31",
        "planned_until": "9999-12-31",
        "document": "准联办〔2026〕1号",
    }
    assert office.post("/taskforce/second/", form).status_code == 422


def test_a_department_sees_its_own_peoples_month(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    seconded()
    seconded("slj")
    path = "/taskforce/month/?month=2026-03"
    for role, code, seen in (
        ("department", "slj", {"slj"}),
        ("representative", "slj", {"slj"}),
        ("helper", "", set()),
        ("leader", "", {"slj", "zrzy"}),
    ):
        browser = console(zhungeer, member(zhungeer, role, code))
        page = browser.get(path).content.decode()
        assert {code for code in ("slj", "zrzy") if f"{code}某" in page} == seen, role
        book = load_workbook(io.BytesIO(browser.get(f"{path}&export=1").content))
        cells = {str(cell.value) for row in book.active.iter_rows() for cell in row}
        assert {code for code in ("slj", "zrzy") if f"{code}某（示例）" in cells} == seen, role


def test_the_desk_says_whose_term_ends(
    zhungeer: Tenant, dalate: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    today = timezone.localdate()
    seconded(planned_until=today + timedelta(days=10))
    seconded("slj", planned_until=today - timedelta(days=1))
    seconded("sthj", temporary=True, purpose="会商", planned_until=today + timedelta(days=200))

    def told(browser: Any) -> set[str]:
        page = browser.get("/").content.decode()
        return {code for code in ("zrzy", "slj", "sthj") if f"{code}某（示例）选派" in page}

    assert told(console(zhungeer, member(zhungeer, "office"))) == {"zrzy", "slj"}
    assert told(console(zhungeer, member(zhungeer, "department", "slj"))) == {"slj"}
    assert told(console(zhungeer, member(zhungeer, "leader"))) == set()
    assert told(console(dalate, member(dalate, "office"))) == set()


def test_the_pages_cost_the_same_for_one_person_and_for_three(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    paths = ("/taskforce/", "/taskforce/day/?on=2026-03-02", "/taskforce/month/?month=2026-03")
    costs = []
    for code in ("zrzy", "slj", "sthj"):
        longer(seconded(code))
        for path in paths:
            office.get(path)
        with CaptureQueriesContext(connection) as queries:
            for path in paths:
                office.get(path)
        costs.append(len(queries))
    assert costs[0] == costs[2]
