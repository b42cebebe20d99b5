"""The closed form against the clerk who walks the days: drawn ledgers, which shrink, and very many
from a seed."""

from datetime import date, time, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kernel.clock import Entry, Kind, Limit, Notice, StopReason, Unit, WorkCalendar, read
from tests.kernel.clock.calendars import notices
from tests.kernel.clock.ledgers import (
    BEGIN,
    LEDGERS,
    PER_CALENDAR,
    random_day,
    random_ledger,
    random_limit,
    shrunk,
)
from tests.kernel.clock.oracle import Seen, WallCalendar, walk

HOURS = st.sampled_from([None, time(9), time(16, 30), time(23, 59, 59)])
REASONS = st.sampled_from([None, StopReason.HEARING, StopReason.EXPERT_REVIEW])
DAYS = st.integers(0, 90).map(lambda n: BEGIN + timedelta(days=n))
FREQUENT = [Kind.STOP] * 6 + [Kind.RESUME] * 6 + [Kind.EXTEND] * 2 + [Kind.NOTICE, Kind.CORRECT]
KINDS = st.sampled_from(FREQUENT + list(Kind))

entries = st.builds(
    Entry,
    kind=KINDS,
    on=DAYS,
    reason=REASONS,
    document=st.sampled_from(["", "告知1号", "告知2号", "告知3号"]),
    days=st.integers(0, 12),
    level=st.sampled_from(["head", "government"]),
    at=HOURS,
)
openings = st.lists(
    st.builds(
        Entry,
        kind=st.sampled_from([Kind.RECEIVE, Kind.ACCEPT, Kind.NOTICE]),
        on=st.integers(0, 14).map(lambda n: BEGIN + timedelta(days=n)),
        at=HOURS,
    ),
    max_size=3,
)
ledgers = st.tuples(openings, st.lists(entries, max_size=9)).map(lambda parts: parts[0] + parts[1])
limits = st.builds(
    Limit,
    days=st.one_of(st.none(), st.integers(0, 3), st.integers(0, 45)),
    unit=st.sampled_from(Unit),
    starts=st.sampled_from(["accept", "receive"]),
    notice_days=st.integers(0, 6),
    extension_days=st.one_of(st.none(), st.integers(0, 15)),
    extension_level=st.sampled_from(["", "head", "government"]),
    cut_off=st.sampled_from([None, time(16, 30), time(17)]),
)


@settings(max_examples=200, deadline=None)
@given(ledgers, limits, notices(), DAYS)
def test_closed_form_equals_the_day_by_day_oracle(
    ledger: list[Entry], limit: Limit, given_notices: tuple[Notice, ...], on: date
) -> None:
    calendar, wall = WorkCalendar.from_notices(given_notices), WallCalendar(given_notices)
    reading = read(ledger, limit=limit, calendar=calendar, on=on)
    assert _facts(reading) == vars(walk(ledger, limit=limit, calendar=wall, on=on))


@settings(max_examples=LEDGERS // PER_CALENDAR, deadline=None, phases=[Phase.generate])
@given(notices(), st.integers(0, 2**32))
def test_so_it_does_on_a_hundred_thousand_ledgers(
    given_notices: tuple[Notice, ...], seed: int
) -> None:
    calendar, wall = WorkCalendar.from_notices(given_notices), WallCalendar(given_notices)
    chance = Random(seed)
    for _ in range(PER_CALENDAR):
        ledger, limit, on = random_ledger(chance), random_limit(chance), random_day(chance)

        def sides(part: list[Entry], limit: Limit = limit, on: date = on) -> tuple[Any, Any]:
            reading = read(part, limit=limit, calendar=calendar, on=on)
            return _facts(reading), vars(walk(part, limit=limit, calendar=wall, on=on))

        closed_form, walked = sides(ledger)
        if closed_form != walked:
            least = shrunk(ledger, lambda part: len(set(map(str, sides(part)))) == 2)
            closed_form, walked = sides(least)
            differing = {k: v for k, v in walked.items() if closed_form[k] != v}
            pytest.fail(f"{least}\n{limit}\n{on} the oracle says {differing}, read {closed_form}")


def _facts(reading: object) -> dict[str, Any]:
    return {name: getattr(reading, name) for name in Seen.__dataclass_fields__}


@settings(deadline=None)
@given(ledgers, limits, notices(), DAYS, st.randoms(use_true_random=False))
def test_the_order_of_recording_never_matters(
    ledger: list[Entry], limit: Limit, given_notices: tuple[Notice, ...], on: date, random: object
) -> None:
    calendar = WorkCalendar.from_notices(given_notices)
    before = read(ledger, limit=limit, calendar=calendar, on=on)
    random.shuffle(ledger)  # type: ignore[attr-defined]
    assert read(ledger, limit=limit, calendar=calendar, on=on) == before


@settings(deadline=None)
@given(ledgers, limits, notices(), DAYS)
def test_the_lines_add_up_to_the_reading(
    ledger: list[Entry], limit: Limit, given_notices: tuple[Notice, ...], on: date
) -> None:
    reading = read(ledger, limit=limit, calendar=WorkCalendar.from_notices(given_notices), on=on)

    def total(label: str) -> int:
        return sum(line.days or 0 for line in reading.lines if line.label.startswith(label))

    assert total("停表") == reading.stopped_days
    assert total("超期") == reading.overdue_days
    if reading.due_on:
        assert limit.days is not None
        surplus = total("计时") - limit.days - reading.extended_days
        # Only a stop between a Sunday's last day and the Monday it moves to can count beyond it.
        assert surplus == 0 if limit.unit is Unit.WORKING else surplus >= 0
        assert total("延长") == reading.extended_days
        last = [line for line in reading.lines if line.label.startswith(("计时", "应当", "末日"))]
        assert reading.due_on in {line.until_on for line in last} | {
            line.until_on for line in reading.lines if line.label.startswith("停表")
        }
    if reading.remaining_days is not None and limit.days is not None:
        assert reading.used_days + reading.remaining_days == limit.days + reading.extended_days
