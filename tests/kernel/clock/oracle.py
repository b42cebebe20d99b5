"""The slow oracle: walks the days one by one, as a clerk with a wall calendar would."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import cache

from kernel.clock import Entry, Kind, Limit, Notice, Unit

DAY = timedelta(days=1)
ORDER = list(Kind)
CLOSING = (Kind.REFUSE, Kind.DECIDE, Kind.WITHDRAW)


class WallCalendar:
    def __init__(self, notices: Sequence[Notice]) -> None:
        self.notices = sorted(
            notices, key=lambda n: (n.published, n.issued_on or date.min, n.year, n.number)
        )
        self.is_working = cache(self.is_working)  # type: ignore[method-assign]
        self.is_provisional = cache(self.is_provisional)  # type: ignore[method-assign]

    def _word_on(self, day: date) -> tuple[bool, Notice] | None:
        word = None
        for notice in self.notices:
            if any(rest.from_on <= day <= rest.until_on for rest in notice.rest):
                word = (False, notice)
            if day in notice.make_up:
                word = (True, notice)
        return word

    def is_working(self, day: date) -> bool:
        word = self._word_on(day)
        return word[0] if word else day.weekday() < 5

    def is_provisional(self, day: date) -> bool:
        word = self._word_on(day)
        if word and word[1].published:
            return False
        return not any(n.published and n.year == day.year for n in self.notices)

    def add(self, day: date, days: int) -> date:
        while days:
            day += DAY
            days -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        return sum(self.is_working(start + DAY * i) for i in range(1, (end - start).days + 1))

    def finish(self, start: date, days: int, unit: Unit) -> date:
        day = self.add(start, days) if unit is Unit.WORKING else start + DAY * days
        while not self.is_working(day):
            day += DAY
        return day


@dataclass
class Seen:
    started_on: date | None = None
    deemed: bool = False
    correcting: bool = False
    notice_due_on: date | None = None
    paused: bool = False
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


def walk(entries: Sequence[Entry], *, limit: Limit, calendar: WallCalendar, on: date) -> Seen:
    seen = Seen(remaining_days=limit.days)
    events = sorted((e for e in entries if e.on <= on), key=_in_order)
    for event in list(events):
        if event.kind is Kind.REDO:
            events = events[events.index(event) :]
    events = _by_the_window(events, limit, calendar, on, seen)
    until = on
    for i, event in enumerate(events):
        if event.kind in CLOSING:
            seen.closed, until = True, event.on
            if event.kind is Kind.DECIDE:
                seen.decided_on = event.on
                seen.delivery_due_on = calendar.add(event.on, limit.delivery_days)
                for later in events[i + 1 :]:
                    if later.kind is Kind.DELIVER and not seen.delivered_on:
                        seen.delivered_on = later.on
            events = events[: i + 1]
            break
    if events:
        _open(events, until, limit, calendar, seen)
    if seen.started_on:
        _run(events, seen.started_on, until, limit, calendar, seen)
    return seen


def _by_the_window(
    events: list[Entry], limit: Limit, calendar: WallCalendar, on: date, seen: Seen
) -> list[Entry]:
    """Papers handed in too late in the day lie until the next working day, unless taken up before."""
    taken = []
    for i, event in enumerate(events):
        late = limit.cut_off and event.at and event.at >= limit.cut_off
        if late and event.kind in (Kind.RECEIVE, Kind.CORRECT):
            day = calendar.add(event.on, 1)
            if not [e for e in events[i + 1 :] if e.on < day]:
                lies = [event.on + DAY * n for n in range(1, (day - event.on).days + 1)]
                seen.provisional |= any(map(calendar.is_provisional, lies))
                event = replace(event, on=day)
        if event.on <= on:
            taken.append(event)
    return sorted(taken, key=_in_order)


def _in_order(event: Entry) -> tuple[object, ...]:
    nameless = event.reason is None
    return event.on, ORDER.index(event.kind), nameless, event.at or time.min, event.key


def _open(
    events: list[Entry], until: date, limit: Limit, calendar: WallCalendar, seen: Seen
) -> None:
    """Day by day until accepted, deemed accepted, or `until`."""
    received = accepted = None
    silent = 0
    pending = False
    day = events[0].on
    while day <= until and not accepted:
        if pending and received and day > received and silent >= limit.notice_days:
            accepted, seen.deemed = received, True
            break
        for event in (e for e in events if e.on == day):
            if event.kind is Kind.RECEIVE and not received:
                received, pending, silent = day, True, 0
            elif event.kind is Kind.NOTICE and pending:
                pending, seen.correcting = False, True
            elif event.kind is Kind.CORRECT and seen.correcting:
                received, pending, silent, seen.correcting = day, True, 0, False
            elif event.kind in (Kind.ACCEPT, Kind.REDO):
                accepted = day
                break
            elif event.kind is Kind.DECIDE:
                accepted = received or day
                break
        if received and day > received and calendar.is_working(day):
            silent += 1
        day += DAY
    if limit.starts == "receive" and received and (accepted or pending):
        seen.started_on = received
    elif limit.starts == "accept" or accepted:
        seen.started_on = accepted
    if pending and received and not accepted and not seen.closed:
        seen.notice_due_on = calendar.add(received, limit.notice_days)
    if pending and received and not accepted and not seen.started_on:
        due = calendar.add(received, limit.notice_days)
        while received < due:
            received += DAY
            seen.provisional |= calendar.is_provisional(received)
    if seen.closed or seen.started_on:
        seen.correcting = False


def _pair(events: list[Entry]) -> list[tuple[Entry, date | None]]:
    """Each lawful stop with the day it was resumed."""
    open_stops: list[Entry] = []
    pairs: list[tuple[Entry, date | None]] = []
    for day in sorted({e.on for e in events}):
        today = [e for e in events if e.on == day]
        fresh = [e for e in today if e.kind is Kind.STOP and e.reason and e.document.strip()]
        resumes = [e for e in today if e.kind is Kind.RESUME]
        for resume in [e for e in resumes if e.reason] + [e for e in resumes if not e.reason]:
            old = [s for s in open_stops if resume.reason in (None, s.reason)]
            new = [s for s in fresh if resume.reason in (None, s.reason)]
            for stop in old or new:
                pairs.append((stop, day))
                (open_stops if old else fresh).remove(stop)
        open_stops += fresh
    return pairs + [(stop, None) for stop in open_stops]


def _run(
    events: list[Entry],
    start: date,
    until: date,
    limit: Limit,
    calendar: WallCalendar,
    seen: Seen,
) -> None:
    stops = [(s, until if r is None and seen.closed else r) for s, r in _pair(events)]
    total = limit.days  # what the law grants, extensions included
    used = 0  # every day not stopped; beyond the total only while a last day is being moved
    effective: list[tuple[date, date | None]] = []
    missed_on = None  # the last day, once it is past changing
    day = start
    while True:
        if missed_on is None:
            effective += [
                (s.on, r) for s, r in stops if s.on == day or (day == start and s.on < start)
            ]
        stopped = any(s < day and (r is None or day <= r) for s, r in effective)
        paused = any(s <= day and (r is None or day < r) for s, r in effective)
        counts = limit.unit is Unit.CALENDAR or calendar.is_working(day)
        if day > start and stopped and day <= until:
            seen.stopped_days += counts
        if day > start and not stopped:
            if missed_on is None and not (paused and day > until):
                seen.provisional |= calendar.is_provisional(day)
            if counts and missed_on is not None and day <= until:
                seen.overdue_days += 1
            elif counts and missed_on is None:
                used += 1
        for event in events:
            due_today = event.on == day or (day == start and event.on < start)
            granted = not limit.extension_level or event.level == limit.extension_level
            due_today &= granted
            if event.kind is Kind.EXTEND and due_today and missed_on is None and total is not None:
                room = (
                    event.days
                    if limit.extension_days is None
                    else min(event.days, limit.extension_days - seen.extended_days)
                )
                seen.extended_days += room
                total += room
        if (
            total is not None
            and used >= total
            and not paused
            and missed_on is None
            and calendar.is_working(day)
        ):
            missed_on = seen.due_on = day
            seen.provisional |= calendar.is_provisional(day)
        if day == until:
            seen.used_days = used if total is None else min(used, total)
            seen.paused = any(r is None for _, r in effective)
        if day >= until and (seen.paused or total is None or missed_on is not None):
            break
        day += DAY
    if total is not None:
        seen.remaining_days = total - seen.used_days
