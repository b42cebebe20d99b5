"""读时列：the clocks of a whole city, read in one pass over columns.

The rules are those of `reading`, `opening` and `running`, in their order; read them there. Here
the k-th event of every procedure is taken in one step, so that the cost depends on the longest
ledger and not on the number of procedures. Days are ordinals, kinds and reasons their places in
`Kind` and `StopReason`; `NONE` stands wherever an entry, a limit or a reading has None.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kernel.clock.calendar import FIRST, LAST, CalendarOutOfRange, WorkCalendar
from kernel.clock.days import NONE, DayColumns, Days, Flags, day_columns
from kernel.clock.ledger import Kind, StopReason

Codes = NDArray[np.int8]

KIND_CODES = {kind: place for place, kind in enumerate(Kind)}
REASON_CODES = {reason: place for place, reason in enumerate(StopReason)}
#: Where each reason stands when they are sorted by name, as entries of one day are.
_BY_NAME = np.argsort(np.argsort([reason.value for reason in StopReason])).astype(np.int8)
_CLOSES, _ACCEPTS, _HANDED_IN = (
    np.array([kind in kinds for kind in Kind])
    for kinds in (
        {Kind.REFUSE, Kind.DECIDE, Kind.WITHDRAW},
        {Kind.ACCEPT, Kind.REDO, Kind.DECIDE},
        {Kind.RECEIVE, Kind.CORRECT},
    )
)
_ORIGIN = FIRST.toordinal()
_DECIDE = KIND_CODES[Kind.DECIDE]
_STOP, _RESUME, _EXTEND = (KIND_CODES[k] for k in (Kind.STOP, Kind.RESUME, Kind.EXTEND))


@dataclass(frozen=True, slots=True)
class Entries:
    """台账列：entries of many procedures, in any order; `owner` numbers the procedures from 0.

    `documented` tells whether a paper is named; `level` is the caller's code of who granted an
    extension; `at` are seconds of the day.
    """

    owner: Days
    kind: Codes
    on: Days
    reason: Codes
    documented: Flags
    days: Days
    level: Codes
    at: Days

    def where(self, chosen: Flags | NDArray[np.intp]) -> Self:
        """The entries of a mask, or at the places given."""
        if chosen.dtype == np.bool_:
            if chosen.all():
                return self
            chosen = np.flatnonzero(chosen)
        return type(self)(*(getattr(self, field.name).take(chosen) for field in fields(self)))

    def dated(self, place: NDArray[np.intp], on: Days) -> Self:
        """The same, those at `place` on other days."""
        moved = self.on.copy()
        moved[place] = on
        return replace(self, on=moved)

    def owned_by(self, owner: Days) -> Self:
        """The same, of procedures numbered otherwise."""
        return replace(self, owner=owner)

    def with_more(self, other: Self) -> Self:
        """These and the others."""
        return type(self)(
            *(
                np.concatenate([getattr(self, field.name), getattr(other, field.name)])
                for field in fields(self)
            )
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """时限列：one limit a procedure; see `Limit`. Not `working` is calendar days; `level` is NONE
    where any level may extend."""

    days: Days
    working: Flags
    from_receipt: Flags
    notice_days: Days
    delivery_days: Days
    extension_days: Days
    level: Codes
    cut_off: Days

    def where(self, chosen: NDArray[np.intp]) -> Self:
        return type(self)(*(getattr(self, field.name).take(chosen) for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Readings:
    """读数列：what `Reading` says of each procedure, save its lines; of the stop that lasts, its
    reason and its day."""

    received_on: Days
    started_on: Days
    deemed: Flags
    correcting: Flags
    notice_due_on: Days
    paused: Flags
    stop_reason: Codes
    stop_on: Days
    used_days: Days
    remaining_days: Days
    stopped_days: Days
    extended_days: Days
    due_on: Days
    overdue_days: Days
    decided_on: Days
    delivery_due_on: Days
    delivered_on: Days
    closed: Flags
    provisional: Flags


def read_many(entries: Entries, *, limits: Limits, calendar: WorkCalendar, on: date) -> Readings:
    """Read every clock as it stood at the close of `on`; equal to `read`, procedure by procedure.

    One reading for each limit, in their order; a procedure may have no entries. Entries that `read`
    would tell apart by their key alone count as equal. Raises CalendarOutOfRange where `read` would,
    and for any entry outside the calendar.
    """
    count = limits.days.size
    days = day_columns(calendar)
    today = on.toordinal()
    events = _sorted(entries.where(entries.on <= today))
    again = events.kind == KIND_CODES[Kind.REDO]
    if again.any():
        anew = _last(events.owner, again, count)
        events = events.where(_places(events) >= anew[events.owner])
    events, moved = _at_the_window(events, limits, days, today)

    end = _first(events.owner, _CLOSES[events.kind], count)
    closed = end != NONE
    until = np.full(count, today, np.int32)
    until[closed] = events.on[end[closed]]
    decided_on, delivery_due_on = _empty(count), _empty(count)
    decided = np.flatnonzero(closed)
    decided = decided[events.kind[end[decided]] == _DECIDE]
    decided_on[decided] = until[decided]
    delivery_due_on[decided] = days.add(decided_on[decided], limits.delivery_days[decided])
    after = closed[events.owner] & (_places(events) > end[events.owner])
    delivered = _first(events.owner, after & (events.kind == KIND_CODES[Kind.DELIVER]), count)
    told = (delivered != NONE) & (decided_on != NONE)
    delivered_on = _empty(count)
    delivered_on[told] = events.on[delivered[told]]

    events = events.where(~after)
    opening = _Opening(events, limits, days, until)
    running = _Running(events, limits, days, until, started_on=opening.started_on, closed=closed)
    runs = opening.started_on != NONE
    return Readings(
        received_on=opening.received_on,
        started_on=opening.started_on,
        deemed=opening.deemed,
        correcting=opening.correcting & ~closed & ~runs,
        notice_due_on=np.where(closed, NONE, opening.notice_due_on).astype(np.int32),
        paused=running.stop_reason != NONE,
        stop_reason=running.stop_reason,
        stop_on=running.stop_on,
        used_days=running.used + np.where(limits.days == NONE, 0, np.minimum(running.left, 0)),
        remaining_days=np.where(limits.days == NONE, NONE, np.maximum(running.left, 0)),
        stopped_days=running.stopped,
        extended_days=running.extended,
        due_on=running.due_on,
        overdue_days=running.overdue,
        decided_on=decided_on,
        delivery_due_on=delivery_due_on,
        delivered_on=delivered_on,
        closed=closed,
        provisional=moved | np.where(runs, running.provisional, opening.provisional),
    )


def _at_the_window(
    events: Entries, limits: Limits, days: DayColumns, today: int
) -> tuple[Entries, Flags]:
    """Papers handed in after the window's last hour, moved; and whose move rests on an estimate."""
    moved = np.zeros(limits.days.size, np.bool_)
    hour = limits.cut_off[events.owner]
    place = np.flatnonzero(
        _HANDED_IN[events.kind] & (hour != NONE) & (events.at != NONE) & (events.at >= hour)
    )
    if not place.size:
        return events, moved
    next_on = days.add(events.on[place], np.ones(place.size, np.int32))
    following = np.minimum(place + 1, events.owner.size - 1)
    went_on = (
        (following > place)
        & (events.owner[following] == events.owner[place])
        & (events.on[following] < next_on)
    )
    place, next_on = place[~went_on], next_on[~went_on]
    shaky = days.any_provisional(events.on[place], next_on)
    moved[events.owner[place][shaky]] = True
    events = events.dated(place, next_on)
    return _sorted(events.where(events.on <= today)), moved


class _Opening:
    """起算列：`open_clock` over columns; read its fields afterwards."""

    def __init__(self, events: Entries, limits: Limits, days: DayColumns, until: Days) -> None:
        count = limits.days.size
        received, answer_by, accepted = _empty(count), _empty(count), _empty(count)
        correcting, settled = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
        for rows, place in _steps(events.owner, count):
            going = ~settled[rows]
            rows, place = rows[going], place[going]
            kind, on = events.kind[place], events.on[place]

            silent = (answer_by[rows] != NONE) & (on > answer_by[rows])
            takes = ~silent & _ACCEPTS[kind]
            settled[rows[silent | takes]] = True
            taken = rows[takes]
            implied = (kind[takes] == _DECIDE) & (received[taken] != NONE)
            accepted[taken] = np.where(implied, received[taken], on[takes])

            going = ~(silent | takes)
            rows, kind, on = rows[going], kind[going], on[going]
            notice = (kind == KIND_CODES[Kind.NOTICE]) & (answer_by[rows] != NONE)
            fresh = (kind == KIND_CODES[Kind.RECEIVE]) & (received[rows] == NONE)
            fresh |= (kind == KIND_CODES[Kind.CORRECT]) & correcting[rows]
            answer_by[rows[notice]] = NONE
            correcting[rows[notice]] = True
            rows, on = rows[fresh], on[fresh]
            received[rows] = on
            correcting[rows] = False
            answer_by[rows] = days.add(on, limits.notice_days[rows])

        owed = (answer_by != NONE) & (accepted == NONE)
        self.deemed = owed & (until > answer_by)
        self.provisional = np.zeros(count, np.bool_)
        self.provisional[owed] = days.any_provisional(received[owed], answer_by[owed])
        accepted[self.deemed] = received[self.deemed]
        self.received_on, self.correcting = received, correcting
        self.notice_due_on = np.where(accepted == NONE, answer_by, NONE)
        waits = correcting & (accepted == NONE)
        by_receipt = limits.from_receipt & (received != NONE)
        self.started_on: Days = np.where(by_receipt, np.where(waits, NONE, received), accepted)


class _Running:
    """走时列：`Running` over columns; read its fields afterwards."""

    def __init__(
        self,
        events: Entries,
        limits: Limits,
        days: DayColumns,
        until: Days,
        *,
        started_on: Days,
        closed: Flags,
    ) -> None:
        count = limits.days.size
        self.limits, self.days, self.until, self.closed = limits, days, until, closed
        self.base = started_on.copy()
        self.left = limits.days.copy()
        self.used, self.stopped = np.zeros(count, np.int32), np.zeros(count, np.int32)
        self.extended, self.overdue = np.zeros(count, np.int32), np.zeros(count, np.int32)
        self.stop_reason, self.stop_on = np.full(count, NONE, np.int8), _empty(count)
        self.due_on = _empty(count)
        self.provisional = np.zeros(count, np.bool_)
        self._limited = limits.days != NONE

        runs = started_on != NONE
        self._set_due(np.flatnonzero(runs))
        lawful = (events.reason != NONE) & events.documented
        weighs = runs[events.owner] & (
            ((events.kind == _STOP) & lawful)
            | (events.kind == _RESUME)
            | ((events.kind == _EXTEND) & self._limited[events.owner])
        )
        events = events.where(weighs)
        ends = _resumed(events)
        events, ends = events.where(events.kind != _RESUME), ends[events.kind != _RESUME]
        for rows, place in _steps(events.owner, count):
            stops = events.kind[place] == _STOP
            self._stop(rows[stops], events.where(place[stops]), ends[place[stops]])
            self._extend(rows[~stops], events.where(place[~stops]))
        self._finish(np.flatnonzero(runs & (self.stop_reason == NONE)))

    def _stop(self, rows: Days, events: Entries, ends: Days) -> None:
        ended = ends != NONE
        counts = (self.stop_reason[rows] == NONE) & ~(ended & (ends <= self.base[rows]))
        counts &= ~self._too_late(rows, events.on)
        rows, events = rows[counts], events.where(counts)
        ends, ended = ends[counts], ended[counts]
        from_on = np.maximum(events.on, self.base[rows])
        self._count_to(rows, from_on)
        self.base[rows] = np.where(ended, ends, self.until[rows])
        working = self.limits.working[rows]
        self.stopped[rows] += self.days.days(from_on, self.base[rows], working)
        lasts = ~ended & ~self.closed[rows]
        self.stop_reason[rows[lasts]] = events.reason[lasts]
        self.stop_on[rows[lasts]] = events.on[lasts]
        self._set_due(rows)

    def _extend(self, rows: Days, events: Entries) -> None:
        level, cap = self.limits.level[rows], self.limits.extension_days[rows]
        granted = np.where(
            cap == NONE, events.days, np.minimum(events.days, cap - self.extended[rows])
        )
        counts = (level == NONE) | (level == events.level)
        counts &= ~self._too_late(rows, events.on) & (granted > 0)
        rows, granted = rows[counts], granted[counts]
        self.left[rows] += granted
        self.extended[rows] += granted
        self._set_due(rows)

    def _count_to(self, rows: Days, day: Days) -> None:
        days = self.days.days(self.base[rows], day, self.limits.working[rows])
        self.left[rows] -= days  # where there is no limit nobody asks
        self.used[rows] += days
        self.provisional[rows] |= self.days.any_provisional(self.base[rows], day)

    def _finish(self, rows: NDArray[np.intp]) -> None:
        limited = self._limited[rows]
        endless, rows = rows[~limited], rows[limited]
        self._count_to(endless, self.until[endless])

        due_on, base, until = self.due_on[rows], self.base[rows], self.until[rows]
        working = self.limits.working[rows]
        self.provisional[rows] |= self.days.any_provisional(base, due_on)
        self.provisional[rows] |= self.days.is_provisional(due_on)
        days = np.minimum(self.days.days(base, until, working), self.left[rows])
        self.used[rows] += days
        self.left[rows] -= days
        self.overdue[rows] = np.maximum(self.days.days(due_on, until, working), 0)

    def _set_due(self, rows: NDArray[np.intp] | Days) -> None:
        self.due_on[rows] = NONE
        rows = rows[self._limited[rows] & (self.stop_reason[rows] == NONE)]
        left = np.maximum(self.left[rows], 0)
        self.due_on[rows] = self.days.finish(self.base[rows], left, self.limits.working[rows])

    def _too_late(self, rows: Days, on: Days) -> Flags:
        late: Flags = (self.due_on[rows] != NONE) & (on > self.due_on[rows])
        return late


def _resumed(events: Entries) -> Days:
    """The day each lawful stop ends, by its place among stops, resumes and extensions."""
    ends = _empty(events.owner.size)
    resumed = np.zeros(events.owner.max(initial=-1) + 1, np.bool_)
    resumed[events.owner[events.kind == _RESUME]] = True
    place = np.flatnonzero((events.kind != _EXTEND) & resumed[events.owner])
    if not place.size:
        return ends
    owner = events.owner[place]
    begins = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
    lengths = np.diff(np.append(begins, owner.size))
    row = np.repeat(np.arange(begins.size), lengths)
    column = np.arange(owner.size) - begins[row]
    # One row a procedure, one column an event: stops still open are looked up across the row.
    grid = np.full((begins.size, lengths.max()), NONE, np.intp)
    grid[row, column] = place
    on, reason = events.on[grid], events.reason[grid]
    filled = grid != NONE
    resumes, open_ = filled & (events.kind[grid] == _RESUME), np.zeros(grid.shape, np.bool_)
    for k in range(grid.shape[1]):
        open_[:, k] = filled[:, k] & ~resumes[:, k]
        rows = np.flatnonzero(resumes[:, k])
        said = reason[rows, k][:, None]
        meant = open_[rows, :k] & ((said == NONE) | (said == reason[rows, :k]))
        older = meant & (on[rows, :k] < on[rows, k][:, None])
        ended = np.where(older.any(axis=1)[:, None], older, meant)
        which, behind = np.nonzero(ended)
        ends[grid[rows[which], behind]] = on[rows[which], k]
        open_[rows[which], behind] = False
    return ends


def _sorted(events: Entries) -> Entries:
    """By procedure, then in the order of `read`; left alone where they lie so already."""
    if events.on.size and not (_ORIGIN <= events.on.min() <= events.on.max() <= LAST.toordinal()):
        raise CalendarOutOfRange
    nameless = events.reason == NONE
    within_day = events.kind.astype(np.int32)
    for part, bits in (
        (nameless, 1),
        (np.maximum(events.at, 0), 17),
        (np.where(nameless, 0, _BY_NAME[events.reason]), 4),
    ):
        within_day <<= bits
        within_day |= part
    key = events.owner.astype(np.int64)
    for part, bits in ((events.on - _ORIGIN, 15), (within_day, 26)):
        key <<= bits
        key |= part
    if np.all(key[1:] >= key[:-1]):
        return events
    return events.where(np.argsort(key, kind="stable"))


def _steps(owner: Days, count: int) -> Iterator[tuple[Days, NDArray[np.intp]]]:
    """For k = 0, 1, … the procedures that have a k-th event, and where it stands; by `owner`."""
    lengths = np.bincount(owner, minlength=count)
    begins = np.cumsum(lengths) - lengths
    longest = int(lengths.max(initial=0))
    shorter = (-lengths).astype(np.min_scalar_type(-longest))  # narrow integers sort in no time
    rows = np.argsort(shorter, kind="stable").astype(np.int32)
    shorter = shorter[rows]
    for k in range(longest):
        rows = rows[: np.searchsorted(shorter, -k)]
        yield rows, begins[rows] + k


def _places(events: Entries) -> Days:
    return np.arange(events.owner.size, dtype=np.int32)


def _first(owner: Days, chosen: Flags, count: int) -> Days:
    """The place of each procedure's first chosen event, by `owner` in order."""
    found = _empty(count)
    places = np.flatnonzero(chosen)[::-1]
    found[owner[places]] = places
    return found


def _last(owner: Days, chosen: Flags, count: int) -> Days:
    found = _empty(count)
    places = np.flatnonzero(chosen)
    found[owner[places]] = places
    return found


def _empty(count: int) -> Days:
    return np.full(count, NONE, np.int32)
