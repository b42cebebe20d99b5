"""The columns read what `read` reads, on ledgers nobody would think of."""

from datetime import date, time
from random import Random

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kernel.clock import (
    CalendarOutOfRange,
    Entry,
    Kind,
    Limit,
    Notice,
    StopReason,
    Unit,
    WorkCalendar,
    read,
)
from kernel.clock.calendar import FIRST, LAST
from kernel.clock.columns import REASON_CODES, read_many
from tests.kernel.clock.calendars import REAL, notices
from tests.kernel.clock.ledgers import (
    LEDGERS,
    PER_CALENDAR,
    columns_told,
    entries_of,
    limits_of,
    random_day,
    random_ledger,
    random_limit,
    shrunk,
    told,
)


@settings(max_examples=LEDGERS // PER_CALENDAR, deadline=None, phases=[Phase.generate])
@given(notices(), st.integers(0, 2**32))
def test_columns_equal_the_reading_of_each_ledger(
    given_notices: tuple[Notice, ...], seed: int
) -> None:
    calendar, chance = WorkCalendar.from_notices(given_notices), Random(seed)
    on = random_day(chance)
    ledgers = [random_ledger(chance) for _ in range(PER_CALENDAR)]
    limits = [random_limit(chance) for _ in range(PER_CALENDAR)]
    many = read_many(entries_of(ledgers), limits=limits_of(limits), calendar=calendar, on=on)
    for ledger, limit, seen in zip(ledgers, limits, columns_told(many), strict=True):
        if told(read(ledger, limit=limit, calendar=calendar, on=on)) == seen:
            continue

        def differs(part: list[Entry], limit: Limit = limit) -> bool:
            return _alone(part, limit, calendar, on) != told(
                read(part, limit=limit, calendar=calendar, on=on)
            )

        least = shrunk(ledger, differs)
        reading = read(least, limit=limit, calendar=calendar, on=on)
        assert _alone(least, limit, calendar, on) == told(reading), (least, limit, on)
        pytest.fail(f"differs only among others: {ledger}, {limit}, {on}")


def test_a_ledger_alone_reads_as_among_others() -> None:
    """The first and the last entries of the columns, which among thousands hardly ever matter."""
    chance = Random(2026)
    for _ in range(400):
        ledger, limit, on = random_ledger(chance), random_limit(chance), random_day(chance)
        for part in (ledger, ledger[:1], ledger[:2]):
            alone = _alone(part, limit, REAL, on)
            assert alone == told(read(part, limit=limit, calendar=REAL, on=on)), (part, limit, on)


@settings(deadline=None, max_examples=30)
@given(notices(), st.integers(0, 2**32))
def test_the_order_of_the_entries_plays_no_part(
    given_notices: tuple[Notice, ...], seed: int
) -> None:
    calendar, chance = WorkCalendar.from_notices(given_notices), Random(seed)
    ledgers = [random_ledger(chance) for _ in range(50)]
    limits = limits_of([random_limit(chance) for _ in range(50)])
    entries, on = entries_of(ledgers), random_day(chance)
    before = read_many(entries, limits=limits, calendar=calendar, on=on)
    shuffled = entries.where(np.random.default_rng(seed).permutation(entries.owner.size))
    after = read_many(shuffled, limits=limits, calendar=calendar, on=on)
    assert columns_told(after) == columns_told(before)


def test_no_procedure_and_no_entry_are_read_as_well() -> None:
    nothing = read_many(entries_of([]), limits=limits_of([]), calendar=REAL, on=date(2026, 1, 5))
    assert columns_told(nothing) == []
    limit = Limit(7, Unit.WORKING)
    assert _alone([], limit, REAL, date(2026, 1, 5)) == told(
        read([], limit=limit, calendar=REAL, on=date(2026, 1, 5))
    )


def test_the_first_and_the_last_day_of_the_calendar_are_read() -> None:
    limit = Limit(None, Unit.WORKING)
    for day in (FIRST, LAST):
        accepted = [Entry(Kind.ACCEPT, day)]
        assert _alone(accepted, limit, REAL, LAST) == told(
            read(accepted, limit=limit, calendar=REAL, on=LAST)
        )


def test_of_two_stops_on_a_day_the_one_without_an_hour_came_first() -> None:
    ledger = [
        Entry(Kind.ACCEPT, date(2026, 1, 5)),
        Entry(Kind.STOP, date(2026, 1, 6), StopReason.HEARING, "甲", at=time(0, 0, 1)),
        Entry(Kind.STOP, date(2026, 1, 6), StopReason.TESTING, "乙"),
    ]
    seen = _alone(ledger, Limit(7, Unit.WORKING), REAL, date(2026, 1, 8))
    assert seen["stop_reason"] == REASON_CODES[StopReason.TESTING]


def test_a_day_no_calendar_reaches_is_refused() -> None:
    accepted = [Entry(Kind.ACCEPT, date(2026, 1, 5))]
    with pytest.raises(CalendarOutOfRange):
        _alone(accepted, Limit(12_000, Unit.WORKING), REAL, date(2026, 2, 1))
    for kind in (Kind.ACCEPT, Kind.CORRECT):  # even what would play no part
        with pytest.raises(CalendarOutOfRange):
            _alone([Entry(kind, date(1999, 1, 5))], Limit(5, Unit.WORKING), REAL, date(2026, 1, 5))


def _alone(ledger: list[Entry], limit: Limit, calendar: WorkCalendar, on: date) -> dict[str, int]:
    many = read_many(entries_of([ledger]), limits=limits_of([limit]), calendar=calendar, on=on)
    return columns_told(many)[0]
