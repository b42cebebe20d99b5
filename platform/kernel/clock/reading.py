"""读时：read a procedure's clock from its ledger. A clock is read, never counted.

Day rules, the same everywhere: the day of an event is not counted. Accepted on day A, the next
countable day is day 1. A stop on S resumed on R takes out the days after S up to and including R.
The last day is never a rest day, and a limit is missed on the day after its last day.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time

from kernel.clock.calendar import WorkCalendar
from kernel.clock.ledger import Entry, Kind, Limit
from kernel.clock.lines import CUT_OFF_RULE, DAY, DELIVERY_ARTICLE, Line
from kernel.clock.opening import open_clock
from kernel.clock.running import Running

_RANK = {kind: rank for rank, kind in enumerate(Kind)}
_CLOSING = frozenset({Kind.REFUSE, Kind.DECIDE, Kind.WITHDRAW})
_HANDED_IN = frozenset({Kind.RECEIVE, Kind.CORRECT})


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
    A case ordered to be handled anew counts from that day; what came before is past. Obeys articles 32 (deemed acceptance), 42
    (limit, extension), 43 (handing up), 44 (delivery) and 45 (stops) of the Administrative
    Licensing Law. Raises CalendarOutOfRange.
    """
    events = sorted((entry for entry in entries if entry.on <= on), key=_order)
    anew = max((i for i, event in enumerate(events) if event.kind is Kind.REDO), default=0)
    events, moved = _at_the_window(events[anew:], limit, calendar, on)
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
    lines = moved + opening.lines + (tuple(running.lines) if running else ())
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
        provisional=any(line.provisional for line in moved)
        or (running.provisional if running else any(line.provisional for line in lines)),
        lines=lines,
    )


def _at_the_window(
    events: list[Entry], limit: Limit, calendar: WorkCalendar, on: date
) -> tuple[list[Entry], tuple[Line, ...]]:
    """Papers handed in after the window's last hour count on the next working day; not where the
    ledger went on before that day."""
    if limit.cut_off is None:
        return events, ()
    kept, lines = [], []
    for place, event in enumerate(events):
        if event.kind not in _HANDED_IN or event.at is None or event.at < limit.cut_off:
            kept.append(event)
            continue
        next_on = calendar.add(event.on, 1)
        if any(later.on < next_on for later in events[place + 1 :]):
            kept.append(event)
            continue
        label = (
            f"{event.at:%H:%M} {event.kind.label}，已过窗口截止时间 {limit.cut_off:%H:%M}，"
            "按其后第一个工作日计"
        )
        lines.append(
            Line(
                label,
                event.on,
                next_on,
                article=CUT_OFF_RULE,
                provisional=calendar.any_provisional(event.on, next_on),
                verified=False,
            )
        )
        if next_on <= on:
            kept.append(replace(event, on=next_on))
    return sorted(kept, key=_order), tuple(lines)


def _order(entry: Entry) -> tuple[object, ...]:
    """By event day, kind, hour and key; the rest only so that any order of input is the same.

    A resume that names its reason goes before one that names none and ends whatever is left.
    """
    return (
        entry.on,
        _RANK[entry.kind],
        entry.reason is None,
        entry.at or time.min,
        entry.key,
        entry.reason or "",
        entry.document,
        entry.days,
        entry.level,
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
