"""The calendar of a list: reckoned back from the end of October, on working days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.calendars.notices_data import NOTICES
from kernel.clock import WorkCalendar
from workflows.annual.lifecycle import Stage
from workflows.annual.scheduling import BadCalendar, check, last_day, proposed, reply_by

CALENDAR = WorkCalendar.from_notices(NOTICES)


def test_the_list_of_2027_is_reckoned_around_the_national_day_of_2026() -> None:
    # 31 October 2026 is a Saturday; 10 October is a Saturday that is worked; 1 to 7 October is free.
    assert proposed(2027, CALENDAR) == {
        Stage.COLLECT: date(2026, 8, 31),
        Stage.DECLARE: date(2026, 9, 28),
        Stage.SEND: date(2026, 10, 10),
        Stage.REPLY: date(2026, 10, 23),
        Stage.CONFIRM: date(2026, 10, 30),
    }


@given(st.integers(2005, 2059))
def test_every_years_calendar_is_in_order_on_working_days_and_within_october(year: int) -> None:
    days = proposed(year, CALENDAR)
    assert list(days) == list(Stage)
    assert list(days.values()) == sorted(set(days.values()))
    assert all(CALENDAR.is_working(day) for day in days.values())
    assert date(year - 1, 10, 20) < days[Stage.CONFIRM] <= last_day(year)
    check(year, days, 3)


@pytest.mark.parametrize(
    ("changed", "lead", "words"),
    [
        ({Stage.CONFIRM: date(2026, 11, 2)}, 3, "2026年11月2日.*应在2026年10月31日以前审定"),
        ({Stage.REPLY: date(2026, 10, 9)}, 3, "“意见回复截止”2026年10月9日早于“送征求意见”"),
        ({Stage.COLLECT: date(2025, 8, 31)}, 3, "2025年8月31日.*在2026年内编制"),
        ({}, 0, "提前提醒填的是0个工作日"),
        ({}, 21, "应在1至20之间"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused_with_place_value_and_cure(
    changed: dict[Stage, date], lead: int, words: str
) -> None:
    with pytest.raises(BadCalendar, match=words):
        check(2027, proposed(2027, CALENDAR) | changed, lead)


@pytest.mark.parametrize(
    ("sent_on", "planned", "until"),
    [
        (date(2026, 10, 9), date(2026, 10, 23), date(2026, 10, 23)),
        (date(2026, 10, 9), date(2026, 10, 25), date(2026, 10, 23)),  # a Sunday
        (date(2026, 10, 20), date(2026, 10, 23), date(2026, 10, 23)),  # three working days
        (date(2026, 10, 21), date(2026, 10, 23), date(2026, 11, 4)),  # two: ten from the sending
        (date(2026, 9, 28), None, date(2026, 10, 16)),  # seven days off, one make-up day
    ],
)
def test_a_round_ends_with_the_calendar_unless_that_leaves_no_time(
    sent_on: date, planned: date | None, until: date
) -> None:
    assert reply_by(sent_on, planned, CALENDAR) == until
