"""读时：read a procedure's clock from its ledger. A clock is read, never counted.

Day rules, the same everywhere: the day of an event is not counted. Accepted on day A, the next
countable day is day 1. A stop on S resumed on R takes out the days after S up to and including R.
The last day is never a rest day, and a limit is missed on the day after its last day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kernel.clock.calendar import WorkCalendar
from kernel.clock.ledger import Entry, Kind, Limit
from kernel.clock.lines import DAY, DELIVERY_ARTICLE, Line
from kernel.clock.opening import open_clock
from kernel.clock.running import Running

_RANK = {kind: rank for rank, kind in enumerate(Kind)}
_CLOSING = frozenset({Kind.REFUSE, Kind.DECIDE, Kind.WITHDRAW})


@dataclass(frozen=True, slots=True)
class Reading:
    """读数：the clock at the close of `on`.

    `due_on` is None while paused, before the start, and where no limit is fixed. `used_days` are
    taken from the limit (used + remaining = limit + extensions); what lies beyond its last day is
    `overdue_days`. Everything is frozen once closed. `notice_due_on` is set only while an answer
    is owed. `provisional`: a counted day or the due day lies in a year without a published notice.
    """

    on: date
    limit: Limit
    received_on: date | None = None
    started_on: date | None = None
    deemed: bool = False
    correcting: bool = False
    notice_due_on: date | None = None
    paused: bool = False
    stop: Entry | None = None
    used_days: int = 0
    remaining_days: int | None = None
    stopped_days: int = 0
    extended_days: int = 0
    due_on: date | None = None
    overdue_days: int = 0
    decided_on: date | None = None
    delivery_due_on: date | None = None
    delivered_on: date | None = None
    closed: bool = False
    provisional: bool = False
    lines: tuple[Line, ...] = ()


def read(entries: Iterable[Entry], *, limit: Limit, calendar: WorkCalendar, on: date) -> Reading:
    """Read the clock as it stood at the close of `on`; later entries are not looked at.

    The order of `entries` does not matter, and the cost depends on their number, not on days.
    Obeys articles 32 (deemed acceptance), 42 (limit, extension), 44 (delivery) and 45 (stops) of
    the Administrative Licensing Law. Raises CalendarOutOfRange.
    """
    events = sorted((entry for entry in entries if entry.on <= on), key=_order)
    end = next((i for i, event in enumerate(events) if event.kind in _CLOSING), None)
    closing = None if end is None else events[end]
    after = [] if end is None else events[end + 1 :]
    events = events if end is None else events[: end + 1]
    until = closing.on if closing else on

    opening = open_clock(events, limit=limit, calendar=calendar, until=until)
    running = opening.started_on and Running(
        events,
        started_on=opening.started_on,
        limit=limit,
        calendar=calendar,
        until=until,
        closed=closing is not None,
    )
    lines = opening.lines + (tuple(running.lines) if running else ())
    decided_on = closing.on if closing and closing.kind is Kind.DECIDE else None
    delivery_due_on = delivered_on = None
    if decided_on:
        delivery_due_on = calendar.add(decided_on, limit.delivery_days)
        delivered_on = next((e.on for e in after if e.kind is Kind.DELIVER), None)
        lines += (_delivery(decided_on, delivery_due_on, limit, calendar),)

    return Reading(
        on=on,
        limit=limit,
        received_on=opening.received_on,
        started_on=opening.started_on,
        deemed=opening.deemed,
        correcting=opening.correcting and not (closing or running),
        notice_due_on=None if closing else opening.notice_due_on,
        paused=bool(running and running.stop),
        stop=running.stop if running else None,
        used_days=running.used if running else 0,
        remaining_days=running.left if running else limit.days,
        stopped_days=running.stopped if running else 0,
        extended_days=running.extended if running else 0,
        due_on=running.due_on if running else None,
        overdue_days=running.overdue if running else 0,
        decided_on=decided_on,
        delivery_due_on=delivery_due_on,
        delivered_on=delivered_on,
        closed=closing is not None,
        provisional=running.provisional if running else any(ln.provisional for ln in lines),
        lines=lines,
    )


def _order(entry: Entry) -> tuple[object, ...]:
    """By event day, then kind, then key; the rest only so that any order of input is the same.

    A resume that names its reason goes before one that names none and ends whatever is left.
    """
    return (
        entry.on,
        _RANK[entry.kind],
        entry.reason is None,
        entry.key,
        entry.reason or "",
        entry.document,
        entry.days,
        entry.approver,
    )


def _delivery(decided_on: date, due_on: date, limit: Limit, calendar: WorkCalendar) -> Line:
    return Line(
        "办结后应在期限内送达",
        decided_on + DAY,
        due_on,
        limit.delivery_days,
        article=DELIVERY_ARTICLE,
        provisional=calendar.any_provisional(decided_on, due_on),
    )
