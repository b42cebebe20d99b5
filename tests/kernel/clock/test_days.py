"""The calendar on columns says of a thousand days what the work line says of each."""

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pytest

from kernel.clock import CalendarOutOfRange, Unit
from kernel.clock.calendar import FIRST, LAST
from kernel.clock.days import day_columns
from tests.kernel.clock.calendars import REAL

LINE, COLUMNS = REAL.line, day_columns(REAL)
FIRST_DAY, LAST_DAY = FIRST.toordinal(), LAST.toordinal()
#: Both ends of the calendar, and the years around the last notice with their holidays.
SPAN = [
    *range(FIRST_DAY - 2, FIRST_DAY + 20),
    *range(date(2026, 1, 1).toordinal(), date(2027, 3, 1).toordinal()),
    *range(LAST_DAY - 20, LAST_DAY + 3),
]
COUNTS = (0, 1, 2, 9)


def told(ask: Callable[[], Any]) -> int | None:
    """The answer, or None where it is refused."""
    try:
        return int(ask())
    except CalendarOutOfRange:
        return None


def ints(*values: int) -> Any:
    return np.array(values, np.int32)


@pytest.mark.parametrize("name", ["rank", "on_or_before", "on_or_after"])
def test_a_question_about_one_day(name: str) -> None:
    for day in SPAN:
        asked = told(lambda day=day: getattr(COLUMNS, name)(ints(day))[0])
        assert asked == told(lambda day=day: getattr(LINE, name)(day)), date.fromordinal(day)


def test_the_working_day_of_a_rank() -> None:
    for rank in (-1, 0, 1, 2, len(LINE.works) - 1, len(LINE.works), len(LINE.works) + 1):
        assert told(lambda rank=rank: COLUMNS.nth(ints(rank))[0]) == told(
            lambda rank=rank: LINE.nth(rank)
        )


@pytest.mark.parametrize("name", ["finish", "latest_start"])
def test_a_limit_forwards_and_back(name: str) -> None:
    for day, count, unit in product(SPAN, COUNTS, Unit):
        working = np.array([unit is Unit.WORKING])
        asked = told(
            lambda d=day, n=count, w=working: getattr(COLUMNS, name)(ints(d), ints(n), w)[0]
        )
        assert asked == told(lambda d=day, n=count, u=unit: getattr(LINE, name)(d, n, u)), (
            date.fromordinal(day),
            count,
            unit,
        )


@pytest.mark.parametrize("name", ["add", "subtract"])
def test_working_days_after_and_before(name: str) -> None:
    for day, count in product(within(), COUNTS):
        asked = told(lambda d=day, n=count: getattr(COLUMNS, name)(ints(d), ints(n))[0])
        one = told(lambda d=day, n=count: getattr(REAL, name)(date.fromordinal(d), n).toordinal())
        assert asked == one or (count == 0 and asked is None), (date.fromordinal(day), count)


def test_days_between_and_estimates() -> None:
    for start, more in product(within(), (-5, 0, 1, 8)):
        if not FIRST_DAY <= start + more <= LAST_DAY:
            continue
        end = start + more
        first, last = date.fromordinal(start), date.fromordinal(end)
        for unit in Unit:
            working = np.array([unit is Unit.WORKING])
            days = COLUMNS.days(ints(start), ints(end), working)
            assert days.tolist() == [REAL.days(first, last, unit)]
        estimates = COLUMNS.any_provisional(ints(start), ints(end)).tolist()
        assert estimates == [REAL.any_provisional(first, last)], (first, last)
        assert COLUMNS.is_provisional(ints(start)).tolist() == [REAL.is_provisional(first)]


def test_one_row_outside_the_calendar_refuses_them_all_and_no_row_none() -> None:
    with pytest.raises(CalendarOutOfRange):
        COLUMNS.rank(ints(FIRST_DAY, LAST_DAY + 1))
    with pytest.raises(CalendarOutOfRange):
        COLUMNS.rank(ints(FIRST_DAY - 1, LAST_DAY))
    assert COLUMNS.rank(ints()).size == 0


def test_each_row_has_its_own_count_and_unit() -> None:
    start = ints(*[date(2026, 2, 10).toordinal()] * 4)
    days, working = ints(0, 20, 3, 0), np.array([True, False, True, False])
    finish = COLUMNS.finish(start, days, working)
    assert [date.fromordinal(day) for day in finish.tolist()] == [
        date(2026, 2, 10),
        date(2026, 3, 2),
        date(2026, 2, 13),
        date(2026, 2, 10),
    ]


def within() -> list[int]:
    return [day for day in SPAN if FIRST_DAY <= day <= LAST_DAY]
