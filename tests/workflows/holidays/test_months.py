"""The grid says of each day what the calendar says."""

from datetime import date

import pytest

from kernel.calendars.notices_data import NOTICES
from kernel.clock import WorkCalendar
from workflows.holidays.months import arrangements, in_range, year_of

CALENDAR = WorkCalendar.from_notices(NOTICES)
TODAY = date(2026, 2, 28)


@pytest.mark.parametrize("year", range(2020, 2029))
def test_every_day_is_there_once_and_counted_as_the_calendar_counts(year: int) -> None:
    shown = year_of(CALENDAR, year, today=TODAY)
    first, last = date(year, 1, 1), date(year, 12, 31)
    assert [day.on.toordinal() for day in shown.days] == list(
        range(first.toordinal(), last.toordinal() + 1)
    )
    assert shown.working_days == CALENDAR.count(first, last)
    assert all(CALENDAR.is_working(d.on) == (d.kind in ("work", "make-up")) for d in shown.days)
    assert all(day.provisional == (year > 2026) for day in shown.days if day.on < last)
    assert shown.published == (year <= 2026)


def test_2026_has_its_248_working_days_with_six_made_up() -> None:
    shown = year_of(CALENDAR, 2026, today=TODAY)
    assert (shown.working_days, shown.count("make-up")) == (248, 6)
    day = next(day for day in shown.days if day.on == TODAY)
    assert (day.kind, day.mark, day.words, day.today) == ("make-up", "班", "调休上班", True)
    spring = next(day for day in shown.days if day.on == date(2026, 2, 17))
    assert (spring.kind, spring.mark, spring.words) == ("rest", "休", "春节")


def test_a_holiday_that_begins_in_december_stands_in_both_years() -> None:
    for year in (2022, 2023):
        found = [one for one in arrangements(CALENDAR, year) if one.name == "元旦"]
        assert date(2022, 12, 31) in [one.from_on for one in found]
    december = year_of(CALENDAR, 2022, today=TODAY).days[-1]
    assert (december.kind, december.name) == ("rest", "元旦")


def test_a_make_up_day_is_named_after_the_nearest_holiday_of_its_notice() -> None:
    found = {one.from_on: one.name for one in arrangements(CALENDAR, 2026) if one.make_up}
    assert found[date(2026, 2, 28)] == "春节"
    assert found[date(2026, 10, 10)] == "国庆节"


def test_the_calendar_has_its_ends() -> None:
    assert in_range(2000)
    assert in_range(2060)
    assert not in_range(1999)
    assert not in_range(2061)
