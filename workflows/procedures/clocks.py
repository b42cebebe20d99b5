"""Clocks of a procedure (计时): its ledger read against the law, the promise and the plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Protocol

from kernel.clock import Entry, Kind, Reading, StopReason, WorkCalendar, read
from kernel.clock.running import is_lawful
from workflows.procedures.lifecycle import (
    KIND_OF,
    NOT_STARTED,
    REASON_OF,
    STATE_AFTER,
    VOID,
    Ball,
    State,
    ball_of,
)
from workflows.procedures.terms import Terms

#: An application that was withdrawn or refused is over; handed in again, a new clock runs.
ENDS_A_ROUND = frozenset({Kind.WITHDRAW, Kind.REFUSE})


class LedgerLine(Protocol):
    """What a `ClockEntry` row offers; a fixture may be anything that offers it."""

    pk: Any
    corrects_id: int | None
    kind: str
    on: date
    at: time | None
    recorded_at: datetime
    reason: str
    document: str
    days: int
    level: str
    approver: str
    commissioned: str
    items: Any  # names of materials


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the ledger says on a day: the state, and the readings of the same entries.

    ``upper`` is the clock of the level the file was handed up to. ``forecast`` reads the plan's
    limit as if a stop ended that day: the date to expect.
    """

    state: State
    ball: Ball
    accepted_on: date | None
    statutory: Reading
    promised: Reading | None
    forecast: Reading
    upper: Reading | None = None

    @property
    def deemed(self) -> bool:
        """Accepted by silence (视为受理, 行政许可法第三十二条)."""
        return self.statutory.deemed

    @property
    def started(self) -> bool:
        return self.state not in NOT_STARTED


def entry_of(line: LedgerLine) -> Entry:
    return Entry(
        KIND_OF[line.kind],
        line.on,
        reason=REASON_OF[line.reason] if line.reason else None,
        document=line.document,
        days=line.days,
        approver=line.approver,
        level=line.level,
        at=line.at,
        recorded_at=line.recorded_at,
    )


def standing(lines: Iterable[LedgerLine], known_at: datetime | None = None) -> Sequence[LedgerLine]:
    """The lines that count: each one corrected gives its place to the line that corrects it.

    With ``known_at`` the ledger as it stood at that moment: what was written down later is not
    looked at. In the order of the first writing. What stands already stands again.
    """
    known = [line for line in lines if known_at is None or line.recorded_at <= known_at]
    if not any(line.corrects_id for line in known):
        return known
    places = {line.pk: place for place, line in enumerate(known)}
    kept: dict[int, LedgerLine] = {}
    for place, line in enumerate(known):
        if line.corrects_id is not None:
            place = places[line.pk] = places.get(line.corrects_id, place)
        kept[place] = line
    return [line for _, line in sorted(kept.items()) if line.kind != VOID]


def this_round(lines: Sequence[LedgerLine]) -> Sequence[LedgerLine]:
    """Of standing lines those of the application that counts.

    After a withdrawal or a refusal the next receipt begins anew; until it comes the old round shows.
    What was ordered to be handled anew begins with that order.
    """
    for place in range(len(lines) - 1, -1, -1):
        if lines[place].kind == Kind.REDO:
            return lines[place:]
        if lines[place].kind in ENDS_A_ROUND and place < len(lines) - 1:
            return lines[place + 1 :]
    return lines


def open_stops(lines: Sequence[LedgerLine]) -> list[LedgerLine]:
    """Of this round's lines the stops that nobody has resumed yet, the oldest first."""
    running: list[LedgerLine] = []
    for line in lines:
        if line.kind == Kind.STOP:
            running.append(line)
        elif line.kind == Kind.RESUME:
            ended = ended_by(line, running)
            running = [stop for stop in running if stop not in ended]
    return running


def ended_by(resume: LedgerLine, running: Sequence[LedgerLine]) -> list[LedgerLine]:
    """Of ``running`` stops those that ``resume`` ends, as the clock itself reads it: of its reason, or
    all when it names none; one begun on the same day only when there is no older one."""
    ended = []
    for lawful in (True, False):
        meant = [
            stop
            for stop in running
            if is_lawful(entry_of(stop)) is lawful and resume.reason in ("", stop.reason)
        ]
        ended += [stop for stop in meant if stop.on < resume.on] or meant
    return ended


def read_clocks(
    terms: Terms,
    lines: Iterable[LedgerLine],
    *,
    calendar: WorkCalendar,
    on: date,
    known_at: datetime | None = None,
) -> Clocks:
    """The procedure's clocks at the close of ``on``, from its whole ledger as written, or as far as
    it was written at ``known_at``.

    Later entries are not looked at. Silence past the notice days has accepted without anybody
    pressing a button (article 32), so the state follows from the reading too.
    """
    told = [line for line in standing(lines, known_at) if line.on <= on]
    entries = [entry_of(line) for line in this_round(told)]
    statutory = read(entries, limit=terms.statutory, calendar=calendar, on=on)
    state = STATE_AFTER[entries[-1].kind] if entries else State.PLANNED
    # A notice dated after the silence came too late: it has accepted all the same.
    if state in (State.RECEIVED, State.CORRECTING) and statutory.deemed:
        state = State.ACCEPTED
    stop = statutory.stop.reason if statutory.stop else None
    if statutory.paused:
        state = State.HANDED_UP if stop is StopReason.HAND_UP else State.STOPPED
    unextended = [entry for entry in entries if entry.kind is not Kind.EXTEND]
    promised = terms.promised and read(unextended, limit=terms.promised, calendar=calendar, on=on)
    upper = None
    if state is State.HANDED_UP and statutory.stop:
        sent = [Entry(Kind.ACCEPT, statutory.stop.on, document=statutory.stop.document)]
        forecast = upper = read(sent, limit=terms.upper, calendar=calendar, on=on)
    elif statutory.paused:
        resumed = [*(entries if not terms.promised else unextended), Entry(Kind.RESUME, on)]
        forecast = read(resumed, limit=terms.planned, calendar=calendar, on=on)
    elif promised:
        forecast = promised
    elif terms.limit_days is not None:
        forecast = statutory
    else:
        forecast = read(entries, limit=terms.planned, calendar=calendar, on=on)
    accepted_on = None
    if state not in NOT_STARTED | {State.RECEIVED, State.CORRECTING}:
        first = next((entry.on for entry in entries if entry.kind is Kind.ACCEPT), None)
        accepted_on = statutory.received_on if statutory.deemed else first or statutory.started_on
    return Clocks(
        state, ball_of(state, stop), accepted_on, statutory, promised or None, forecast, upper
    )


def unread(terms: Terms, on: date) -> Clocks:
    """The clocks of a procedure without a line: nothing to read."""
    blank = Reading(on, terms.statutory, remaining_days=terms.limit_days)
    promised = terms.promised
    return Clocks(
        State.PLANNED,
        ball_of(State.PLANNED),
        None,
        blank,
        replace(blank, limit=promised, remaining_days=promised.days) if promised else None,
        blank,
    )
