"""Many random ledgers and limits from one seed, and their columns."""

import os
from collections.abc import Callable, Sequence
from datetime import date, time, timedelta
from random import Random
from typing import Any

import numpy as np

from kernel.clock import Entry, Kind, Limit, Reading, StopReason, Unit
from kernel.clock.columns import KIND_CODES, REASON_CODES, Entries, Limits, Readings
from kernel.clock.days import NONE

#: How many random ledgers each comparison reads: `make soak` asks for a million.
LEDGERS = int(os.environ.get("LEDGERS", "100000"))
PER_CALENDAR = 1_000

BEGIN = date(2025, 11, 20)
LEVELS = ("", "head", "government")
_HOURS = (None, None, time(9), time(16, 30), time(23, 59, 59))
_REASONS = (None, StopReason.HEARING, StopReason.EXPERT_REVIEW, StopReason.HAND_UP)
_OPENING = (Kind.RECEIVE, Kind.ACCEPT, Kind.NOTICE)
_KINDS = (Kind.STOP,) * 6 + (Kind.RESUME,) * 6 + (Kind.EXTEND,) * 2 + tuple(Kind)
_DAYS = [BEGIN + timedelta(days=n) for n in range(91)]


def random_day(chance: Random) -> date:
    return _DAYS[int(chance.random() * 91)]


def random_ledger(chance: Random) -> list[Entry]:
    """A few entries of an opening, then anything at all, in no order; often many on one day."""
    roll = chance.random
    span = (4, 15, 40, 91)[int(roll() * 4)]
    ledger = [
        Entry(_OPENING[int(roll() * 3)], _DAYS[int(roll() * 15)], at=_HOURS[int(roll() * 5)])
        for _ in range(int(roll() * 4))
    ]
    ledger += [
        Entry(
            _KINDS[int(roll() * len(_KINDS))],
            _DAYS[int(roll() * span)],
            reason=_REASONS[int(roll() * 4)],
            document=("", "告知1号", "告知2号", " ")[int(roll() * 4)],
            days=int(roll() * 13),
            level=LEVELS[1 + int(roll() * 2)],
            at=_HOURS[int(roll() * 5)],
        )
        for _ in range(int(roll() * 10))
    ]
    return ledger


def random_limit(chance: Random) -> Limit:
    choice = chance.choice
    return Limit(
        days=choice([None, chance.randint(0, 3), chance.randint(0, 45), chance.randint(0, 45)]),
        unit=choice([Unit.WORKING, Unit.CALENDAR]),
        starts=choice(["accept", "receive"]),
        notice_days=chance.randint(0, 6),
        delivery_days=chance.randint(0, 12),
        extension_days=choice([None, chance.randint(0, 15)]),
        extension_level=choice(LEVELS),
        cut_off=choice([None, time(16, 30), time(17)]),
    )


def entries_of(ledgers: Sequence[Sequence[Entry]]) -> Entries:
    rows = [(owner, entry) for owner, ledger in enumerate(ledgers) for entry in ledger]
    return Entries(
        owner=_ints([owner for owner, _ in rows]),
        kind=np.array([KIND_CODES[e.kind] for _, e in rows], np.int8),
        on=_ints([e.on.toordinal() for _, e in rows]),
        reason=np.array([REASON_CODES[e.reason] if e.reason else NONE for _, e in rows], np.int8),
        documented=np.array([bool(e.document.strip()) for _, e in rows], np.bool_),
        days=_ints([e.days for _, e in rows]),
        level=np.array([LEVELS.index(e.level) if e.level else NONE for _, e in rows], np.int8),
        at=_ints([_seconds(e.at) for _, e in rows]),
    )


def limits_of(limits: Sequence[Limit]) -> Limits:
    return Limits(
        days=_ints([NONE if limit.days is None else limit.days for limit in limits]),
        working=np.array([limit.unit is Unit.WORKING for limit in limits], np.bool_),
        from_receipt=np.array([limit.starts == "receive" for limit in limits], np.bool_),
        notice_days=_ints([limit.notice_days for limit in limits]),
        delivery_days=_ints([limit.delivery_days for limit in limits]),
        extension_days=_ints(
            [NONE if limit.extension_days is None else limit.extension_days for limit in limits]
        ),
        level=np.array(
            [LEVELS.index(x.extension_level) if x.extension_level else NONE for x in limits],
            np.int8,
        ),
        cut_off=_ints([_seconds(limit.cut_off) for limit in limits]),
    )


def told(reading: Reading) -> dict[str, Any]:
    """A reading as its columns put it."""
    stop = reading.stop
    facts = {
        name: getattr(reading, name)
        for name in Readings.__dataclass_fields__
        if hasattr(reading, name)
    }
    facts["stop_reason"] = REASON_CODES[stop.reason] if stop and stop.reason else NONE
    facts["stop_on"] = stop.on if stop else None
    return {
        name: NONE if fact is None else fact.toordinal() if isinstance(fact, date) else int(fact)
        for name, fact in facts.items()
    }


def columns_told(readings: Readings) -> list[dict[str, int]]:
    """What the columns say, procedure by procedure."""
    names = list(Readings.__dataclass_fields__)
    columns = [getattr(readings, name).tolist() for name in names]
    return [dict(zip(names, map(int, row), strict=True)) for row in zip(*columns, strict=True)]


def shrunk(ledger: list[Entry], differs: Callable[[list[Entry]], bool]) -> list[Entry]:
    """The ledger without each entry it can do without and still differ."""
    for entry in list(ledger):
        rest = [e for e in ledger if e is not entry]
        if differs(rest):
            ledger = rest
    return ledger


def _ints(values: Sequence[int]) -> Any:
    return np.array(values, np.int32)


def _seconds(hour: time | None) -> int:
    return NONE if hour is None else hour.hour * 3600 + hour.minute * 60 + hour.second
