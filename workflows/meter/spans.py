"""Who held a procedure when (持有): every round of its ledger, as the clock reads it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kernel.clock import Kind, Limit, Reading, StopReason, WorkCalendar, read
from kernel.clock.lines import DAY, NOTICE_ARTICLE
from kernel.clock.meter import Party, Span
from kernel.clock.running import is_lawful
from workflows.procedures.clocks import ENDS_A_ROUND, LedgerLine, entry_of, open_stops
from workflows.procedures.lifecycle import Commissioned

#: With whom a stopped file lies, by the reason and by who the ledger says commissioned.
Charge = Callable[[StopReason, str], Party]

_HANDED_IN = frozenset({Kind.RECEIVE, Kind.CORRECT})
_BEGINS = frozenset({Kind.RECEIVE, Kind.ACCEPT, Kind.REDO})
_ENDS = frozenset({*ENDS_A_ROUND, Kind.DECIDE})
#: What may take a file out of the department's hands, or give it back.
_TURNS = frozenset({Kind.NOTICE, Kind.CORRECT, Kind.STOP, Kind.RESUME})


class Ground(NamedTuple):
    """All of a span but its days and its procedure."""

    party: Party
    why: str
    article: str = ""
    document: str = ""
    verified: bool = True

    def span(self, number: str, from_on: date, until_on: date) -> Span:
        return Span(
            self.party,
            from_on,
            until_on,
            number,
            self.why,
            self.article,
            self.document,
            self.verified,
        )


@dataclass(frozen=True, slots=True)
class Held:
    """What the ledger of one procedure says of its days. ``decided_on`` is that of the last round."""

    spans: tuple[Span, ...] = ()
    received_on: date | None = None
    decided_on: date | None = None


def held(
    number: str,
    limit: Limit,
    lines: Sequence[LedgerLine],
    *,
    charge: Charge,
    calendar: WorkCalendar,
    on: date,
) -> Held:
    """Read the standing lines of procedure ``number`` at the close of ``on``.

    The department holds what was handed in and is not decided (silence that accepts changes
    nothing), the applicant what waits for a correction; a lawful stop hands it to whom it is
    charged.
    """
    told = [line for line in lines if line.on <= on]
    if not told:
        return Held()
    spans: list[Span] = []
    closing: LedgerLine | None = None
    for round_ in rounds(told):
        closing = next((line for line in round_ if line.kind in _ENDS), None)
        until_on = closing.on if closing else on
        if is_plain(round_, limit):
            spans += plain_spans(number, round_, until_on)
        else:
            spans += read_spans(
                number, round_, until_on, limit=limit, charge=charge, calendar=calendar
            )
    decided = closing is not None and closing.kind == Kind.DECIDE
    return Held(
        tuple(spans),
        min((line.on for line in told if line.kind in _BEGINS), default=None),
        closing.on if closing and decided else None,
    )


def rounds(lines: Sequence[LedgerLine]) -> Iterator[Sequence[LedgerLine]]:
    """Standing lines by application: handed in again after its end, or ordered to be handled anew."""
    begin = 0
    for place, line in enumerate(lines):
        if line.kind == Kind.REDO and place > begin:
            yield lines[begin:place]
            begin = place
        if line.kind in ENDS_A_ROUND:
            yield lines[begin : place + 1]
            begin = place + 1
    if begin < len(lines):
        yield lines[begin:]


def is_plain(round_: Sequence[LedgerLine], limit: Limit) -> bool:
    """Only the department ever held it: the first and the last day say everything."""
    return not any(line.kind in _TURNS or _is_late(line, limit) for line in round_)


def plain_spans(number: str, round_: Sequence[LedgerLine], until_on: date) -> Iterator[Span]:
    """What `read_spans` finds for a plain round, without asking the clock."""
    begun = next((line for line in round_ if line.kind in _BEGINS), None)
    if begun and begun.on < until_on:
        yield _in_hand(round_).span(number, begun.on, until_on)


def read_spans(
    number: str,
    round_: Sequence[LedgerLine],
    until_on: date,
    *,
    limit: Limit,
    charge: Charge,
    calendar: WorkCalendar,
) -> Iterator[Span]:
    """One round, with the clock asked on every day on which it may have turned."""
    entries = [entry_of(line) for line in round_]
    turns = {line.on for line in round_}
    for line in round_:
        if line.kind in _HANDED_IN:
            # After the window's last hour it is received on the next working day; a stop written
            # down before the acceptance holds from when silence has accepted.
            received_on = calendar.add(line.on, 1) if _is_late(line, limit) else line.on
            turns |= {received_on, calendar.add(received_on, limit.notice_days) + DAY}
    running: dict[Ground, date] = {}
    for day in sorted(day for day in turns if day < until_on):
        reading = read(entries, limit=limit, calendar=calendar, on=day)
        grounds = _grounds(reading, [line for line in round_ if line.on <= day], charge)
        for ground in running.keys() - grounds:
            yield ground.span(number, running[ground], day)
        running = {ground: running.get(ground, day) for ground in grounds}
    for ground, from_on in running.items():
        yield ground.span(number, from_on, until_on)


def _is_late(line: LedgerLine, limit: Limit) -> bool:
    return bool(line.kind in _HANDED_IN and line.at and limit.cut_off and line.at >= limit.cut_off)


def _grounds(reading: Reading, lines: Sequence[LedgerLine], charge: Charge) -> set[Ground]:
    """With whom the file lies at the close of a day, and why; nobody before it is received."""
    if reading.correcting:
        notice = next(line for line in reversed(lines) if line.kind == Kind.NOTICE)
        return {Ground(Party.OWNER, "一次性告知后待补正", NOTICE_ARTICLE, notice.document)}
    if reading.paused:
        stops = [s for s in open_stops(lines) if is_lawful(entry_of(s))]
        stops = stops or [s for s in lines if entry_of(s) == reading.stop]
        return {_stopped(stop, charge) for stop in stops}
    if reading.received_on or reading.started_on:
        return {_in_hand(lines)}
    return set()


def _in_hand(lines: Sequence[LedgerLine]) -> Ground:
    if lines[0].kind == Kind.REDO:
        return Ground(Party.GOVERNMENT, "责令重新办理，尚未办结", document=lines[0].document)
    return Ground(Party.GOVERNMENT, "已收件，尚未办结")


def _stopped(stop: LedgerLine, charge: Charge) -> Ground:
    reason = entry_of(stop).reason
    assert reason  # noqa: S101 -- a lawful stop names one
    party = charge(reason, stop.commissioned)
    if stop.commissioned:
        by = f"，{Commissioned(stop.commissioned).label}"
    elif party in (Party.GOVERNMENT_AGENT, Party.OWNER_AGENT):
        by = "，台账没有写明委托方，按口径归属"
    else:
        by = ""
    return Ground(
        party, f"停表：{reason.label}{by}", reason.article, stop.document, reason.verified
    )
