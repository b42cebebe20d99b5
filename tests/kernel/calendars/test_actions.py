"""A notice is filed and vouched for once, and what a person did is not undone by shipping."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kernel.calendars.actions import file_notice, load_standard_notices, verify_notice
from kernel.calendars.models import HolidayNotice
from kernel.calendars.notices_data import NOTICES
from kernel.calendars.queries import calendar_digest, notice_of, work_calendar
from kernel.clock import Notice, Rest
from kernel.refusal import Refused
from kernel.trail import Actor
from kernel.trail.models import TrailEntry

pytestmark = pytest.mark.django_db
CLERK = Actor(7, "某经办（示例）", "机制办公室")
NUMBER = "国办发明电〔2025〕7号"
ON = date(2026, 1, 5)


def of_2027() -> Notice:
    """The arrangement of 2026 moved on to 2027 as if it had been issued."""
    old = next(notice for notice in NOTICES if notice.year == 2026)
    year = timedelta(days=364)
    return replace(
        old,
        year=2027,
        number="国办发明电〔2026〕9号",
        issued_on=date(2026, 11, 4),
        rest=tuple(Rest(r.name, r.from_on + year, r.until_on + year) for r in old.rest),
        make_up=tuple(day + year for day in old.make_up),
    )


def test_a_filed_notice_makes_its_year_firm_at_once() -> None:
    before = calendar_digest()
    assert work_calendar().is_provisional(date(2027, 5, 1))
    assert file_notice(notice=of_2027(), actor=CLERK) is None
    calendar = work_calendar()
    assert not calendar.is_provisional(date(2027, 12, 31))
    assert calendar.is_provisional(date(2028, 1, 1))
    assert calendar_digest() != before


def test_a_calendar_that_changed_since_it_was_seen_is_said() -> None:
    seen = calendar_digest()
    file_notice(notice=of_2027(), actor=CLERK, seen=seen)
    with pytest.raises(Refused, match="请重新预览"):
        file_notice(notice=replace(of_2027(), number="x〔2026〕1号"), actor=CLERK, seen=seen)


def test_what_a_person_replaced_is_not_put_back_by_loading_what_ships() -> None:
    shipped = next(notice for notice in NOTICES if notice.number == NUMBER)
    other = replace(shipped, make_up=shipped.make_up[1:])
    assert file_notice(notice=other, actor=CLERK, replace=True) == shipped
    assert load_standard_notices() == []
    assert notice_of(HolidayNotice.objects.get(number=NUMBER)) == other


def test_a_later_notice_may_name_a_make_up_day_again() -> None:
    file_notice(notice=of_2027(), actor=CLERK)
    later = replace(of_2027(), number="国办发明电〔2026〕10号", issued_on=date(2026, 12, 1))
    file_notice(notice=later, actor=CLERK)
    assert work_calendar().notice_of(of_2027().make_up[0]) == later


def test_a_notice_is_verified_once_with_who_when_and_where() -> None:
    before = calendar_digest()
    verify_notice(number=NUMBER, source="国务院公报2025年第32号", read_on=ON, on=ON, actor=CLERK)
    row = HolidayNotice.objects.get(number=NUMBER)
    assert (row.verified, row.verified_by, row.verified_on) == (True, CLERK.name, ON)
    assert TrailEntry.objects.get(action="calendars.verify").detail["read_on"] == "2026-01-05"
    assert calendar_digest() == before, "the days are the same"
    with pytest.raises(Refused, match="已由某经办（示例）核实，依据是“国务院公报2025年第32号”"):
        verify_notice(number=NUMBER, source="别处", read_on=ON, on=ON, actor=CLERK)


@pytest.mark.parametrize(
    ("source", "read_on", "said"),
    [(" ", ON, "没有写核实所据"), ("公报", date(2026, 1, 6), "还没有到；请填写实际核对的日期")],
)
def test_a_verification_without_a_source_or_from_the_future_is_refused(
    source: str, read_on: date, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        verify_notice(number=NUMBER, source=source, read_on=read_on, on=ON, actor=CLERK)
