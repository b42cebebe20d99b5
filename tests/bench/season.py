"""A season of ledgers in columns: what a city's procedures look like, and some of them as objects.

Of 20 procedures 2 are not begun; of the others one in five got a one-time notice, one in four was
stopped (one in twenty twice), one in twenty extended, three in five decided. The last year's days
on the real calendar; limits as the catalogue has them.
"""

from datetime import date, time

import numpy as np

from kernel.clock import Entry, Kind, Limit, StopReason, Unit
from kernel.clock.columns import KIND_CODES, REASON_CODES, Entries, Limits
from kernel.clock.days import NONE

ON = date(2026, 7, 1)
_KINDS, _REASONS = list(Kind), list(StopReason)
_LAWFUL = [REASON_CODES[r] for r in (StopReason.HEARING, StopReason.EXPERT_REVIEW)]


def season(count: int, seed: int) -> tuple[Entries, Limits]:
    """Entries by procedure and in order of days, as the ledger hands them out; and one limit each."""
    chance = np.random.default_rng(seed)

    def some(share: float) -> np.ndarray:
        return chance.random(count) < share

    def later(day: np.ndarray, low: int, high: int) -> np.ndarray:
        return day + chance.integers(low, high, count)

    limit_days = chance.choice([0, 3, 5, 7, 10, 15, 20, 20, 30, 45, 60], count)
    begun = some(0.9)
    day = ON.toordinal() - chance.integers(0, 330, count)
    rows: list[tuple[str, np.ndarray, np.ndarray, np.ndarray, int]] = []

    def write(kind: Kind, day: np.ndarray, chosen: np.ndarray, reason: int = NONE, days: int = 0):
        reasons = np.full(count, reason)
        rows.append((kind, day, begun & chosen, reasons, days))

    write(Kind.RECEIVE, day, some(1))
    told = some(0.2)
    noticed = later(day, 1, 5)
    corrected = later(noticed, 2, 20)
    write(Kind.NOTICE, noticed, told)
    write(Kind.CORRECT, corrected, told)
    day = np.where(told, corrected, day)
    day = later(day, 0, 5)
    write(Kind.ACCEPT, day, some(0.95))
    for share in (0.25, 0.05):
        stopped, reason = some(share), int(chance.choice(_LAWFUL))
        begin = later(day, 1, 10)
        end = later(begin, 5, 40)
        write(Kind.STOP, begin, stopped, reason)
        write(Kind.RESUME, end, stopped & some(0.9))
        day = np.where(stopped, end, day)
    extended = some(0.05)
    day = np.where(extended, later(day, 1, 4), day)
    write(Kind.EXTEND, day, extended, days=10)
    decided = some(0.6)
    day = day + (limit_days * chance.uniform(0.4, 1.6, count)).astype(int)
    write(Kind.DECIDE, day, decided)
    write(Kind.DELIVER, later(day, 0, 8), decided & some(0.9))

    owner = np.concatenate([np.flatnonzero(chosen) for _, _, chosen, _, _ in rows])
    parts = [(kind, day[chosen], reason[chosen], days) for kind, day, chosen, reason, days in rows]
    entries = Entries(
        owner=owner.astype(np.int32),
        kind=np.concatenate([np.full(d.size, KIND_CODES[k]) for k, d, _, _ in parts]).astype(
            np.int8
        ),
        on=np.concatenate([d for _, d, _, _ in parts]).astype(np.int32),
        reason=np.concatenate([r for _, _, r, _ in parts]).astype(np.int8),
        documented=np.ones(owner.size, np.bool_),
        days=np.concatenate([np.full(d.size, n) for _, d, _, n in parts]).astype(np.int32),
        level=np.full(owner.size, NONE, np.int8),
        at=chance.integers(8 * 3600, 18 * 3600, owner.size).astype(np.int32),
    )
    entries = entries.where(np.argsort(entries.owner, kind="stable"))
    limits = Limits(
        days=limit_days.astype(np.int32),
        working=some(0.95),
        from_receipt=some(0.05),
        notice_days=np.full(count, 5, np.int32),
        delivery_days=np.full(count, 10, np.int32),
        extension_days=np.where(some(0.5), 10, 0).astype(np.int32),
        level=np.full(count, NONE, np.int8),
        cut_off=np.where(some(0.2), 17 * 3600, NONE).astype(np.int32),
    )
    return entries, limits


def as_objects(entries: Entries, limits: Limits, row: int) -> tuple[list[Entry], Limit]:
    """One procedure of the season as `read` and the oracle take it."""
    mine = np.flatnonzero(entries.owner == row)

    def hour(seconds: int) -> time | None:
        return None if seconds == NONE else time(seconds // 3600, seconds // 60 % 60, seconds % 60)

    ledger = [
        Entry(
            _KINDS[entries.kind[i]],
            date.fromordinal(int(entries.on[i])),
            reason=None if entries.reason[i] == NONE else _REASONS[entries.reason[i]],
            document="示例〔2026〕1号",
            days=int(entries.days[i]),
            at=hour(int(entries.at[i])),
        )
        for i in mine
    ]
    limit = Limit(
        days=int(limits.days[row]),
        unit=Unit.WORKING if limits.working[row] else Unit.CALENDAR,
        starts="receive" if limits.from_receipt[row] else "accept",
        notice_days=int(limits.notice_days[row]),
        delivery_days=int(limits.delivery_days[row]),
        extension_days=int(limits.extension_days[row]),
        cut_off=hour(int(limits.cut_off[row])),
    )
    return ledger, limit
