"""Clocks of a procedure (计时): its ledger read against the law, the promise and the plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from kernel.clock import Entry, Kind, Reading, WorkCalendar, read
from workflows.procedures.lifecycle import (
    KIND_OF,
    NOT_STARTED,
    REASON_OF,
    STATE_AFTER,
    Ball,
    State,
    ball_of,
)
from workflows.procedures.terms import Terms

#: An application that was withdrawn or refused is over; handed in again, a new clock runs.
ENDS_A_ROUND = frozenset({Kind.WITHDRAW, Kind.REFUSE})


class LedgerLine(Protocol):
    """What a `ClockEntry` row offers; a fixture may be anything that offers it."""

    kind: str
    on: date
    reason: str
    document: str
    days: int
    approver: str


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the ledger says on a day: the state, and the three readings of the same entries.

    ``forecast`` reads the plan's limit as if a stop ended that day: the date to expect.
    """

    state: State
    ball: Ball
    accepted_on: date | None
    statutory: Reading
    promised: Reading | None
    forecast: Reading

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
    )


def this_round(lines: Sequence[LedgerLine]) -> Sequence[LedgerLine]:
    """The lines of the application that counts, in the order they were written.

    After a withdrawal or a refusal the next receipt begins anew; until it comes the old round shows.
    """
    last = len(lines) - 1
    for place in range(last - 1, -1, -1):
        if lines[place].kind in ENDS_A_ROUND:
            return lines[place + 1 :]
    return lines


def read_clocks(
    terms: Terms, lines: Iterable[LedgerLine], *, calendar: WorkCalendar, on: date
) -> Clocks:
    """The procedure's clocks at the close of ``on``, from its whole ledger as written.

    Later entries are not looked at. Silence past the notice days has accepted without anybody
    pressing a button (article 32), so the state follows from the reading too.
    """
    entries = [entry_of(line) for line in this_round([line for line in lines if line.on <= on])]
    statutory = read(entries, limit=terms.statutory, calendar=calendar, on=on)
    state = STATE_AFTER[entries[-1].kind] if entries else State.PLANNED
    if state is State.RECEIVED and statutory.deemed:
        state = State.ACCEPTED
    unextended = [entry for entry in entries if entry.kind is not Kind.EXTEND]
    promised = terms.promised and read(unextended, limit=terms.promised, calendar=calendar, on=on)
    if statutory.paused:
        resumed = [*(entries if not terms.promised else unextended), Entry(Kind.RESUME, on)]
        forecast = read(resumed, limit=terms.planned, calendar=calendar, on=on)
    elif promised:
        forecast = promised
    elif terms.limit_days is not None:
        forecast = statutory
    else:
        forecast = read(entries, limit=terms.planned, calendar=calendar, on=on)
    stop = statutory.stop.reason if statutory.stop else None
    accepted_on = None
    if state not in NOT_STARTED | {State.RECEIVED, State.CORRECTING}:
        told = next((entry.on for entry in entries if entry.kind is Kind.ACCEPT), None)
        accepted_on = statutory.received_on if statutory.deemed else told or statutory.started_on
    return Clocks(state, ball_of(state, stop), accepted_on, statutory, promised or None, forecast)


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
