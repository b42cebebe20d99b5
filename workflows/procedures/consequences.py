"""What a correction may not bring about (更正的后果): the ledger stays one that lawful moves could have written.

A correction may say that something happened on another day, and the clock then reads what follows
from it. It may not say what a move could not have said, leave a later line without its ground, take
the ground from what follows on the matter, or undo what silence has done (article 32) by the hand
of the unit that was silent.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kernel.clock import Kind, StopReason, WorkCalendar
from kernel.plan import Strength
from workflows.procedures import guards
from workflows.procedures.clocks import (
    Clocks,
    LedgerLine,
    open_stops,
    read_clocks,
    standing,
    this_round,
)
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import Procedure
from workflows.procedures.planning import Book
from workflows.procedures.terms import Terms


def check_lines(terms: Terms, stands: Sequence[Any], place: int, *, calendar: WorkCalendar) -> None:
    """The corrected line at ``place`` says what a move could have said, and the lines after it
    still have what they rest on."""
    for at in range(place, len(stands)):
        line = stands[at]
        try:
            _check_line(terms, line, stands[:at], calendar)
        except MoveRefused as refusal:
            if at == place:
                raise
            raise MoveRefused(
                f"这样更正，后面 {line.on} 的“{line.label}”就不成立：{refusal}请先更正后面那一条。"
            ) from refusal


def check_silence(before: Clocks, after: Clocks, *, reach: Collection[str] | None) -> None:
    """What silence has accepted stays accepted; only the office corrects the receipt it rests on
    (an office rule, 未核实)."""
    if reach is None or not before.deemed:
        return
    old, new = before.statutory.started_on, after.statutory.started_on
    if old and (new is None or new > old):
        raise MoveRefused(
            f"{before.statutory.received_on} 收件后没有按期答复，依《行政许可法》第三十二条已视为受理，"
            "这样更正会撤去或者推迟受理。确属登记错误的，请机制办公室核对收件凭证后更正。"
        )


def check_followers(book: Book, procedure: Procedure, before: Clocks, after: Clocks) -> None:
    """What was accepted or decided because this matter had been decided keeps its ground."""
    decided_on, now_on = before.statutory.decided_on, after.statutory.decided_on
    if decided_on is None or (now_on and now_on <= decided_on):
        return
    binding: Mapping[str, frozenset[Strength]] = {
        Kind.ACCEPT: frozenset({Strength.HARD}),
        Kind.DECIDE: frozenset({Strength.HARD, Strength.DEFICIENT}),
    }
    strengths = {e.after: e.strength for e in book.edges if e.before == procedure.matter_code}
    for follower in book.procedures:
        strength = strengths.get(follower.matter_code)
        for line in this_round(standing(book.lines.get(follower.number, ()))):
            rests = strength in binding.get(line.kind, ()) and decided_on <= line.on
            if rests and (now_on is None or line.on < now_on):
                raise MoveRefused(
                    f"“{follower.name}”已在 {line.on} {Kind(line.kind).label}，须以本事项先办结为前提。"
                    f"请先更正“{follower.short_name}”的那条记录，再更正这一条。"
                )


def _check_line(
    terms: Terms, line: Any, earlier: Sequence[LedgerLine], calendar: WorkCalendar
) -> None:
    told = this_round(earlier)
    open_ = open_stops(told)
    filing = guards.filing(
        line.on,
        reason=line.reason,
        days=line.days,
        level=line.level,
        items=tuple(line.items),
        ground=line.ground,
    )
    if line.kind == Kind.NOTICE:
        guards.check_notice(filing, told)
        if any(each.kind == Kind.CORRECT and each.on == line.on for each in told):
            raise MoveRefused(f"{line.on} 当天刚收讫补正材料，同一天再告知会颠倒先后，请核对日期。")
    elif line.kind == Kind.STOP and line.reason != StopReason.HAND_UP:
        guards.check_stop(filing, open_)
    elif line.kind == Kind.RESUME:
        guards.check_resume(filing, open_)
    elif line.kind == Kind.EXTEND:
        _check_running(open_)
        reading = read_clocks(terms, earlier, calendar=calendar, on=line.on).statutory
        guards.check_extension(filing, terms, reading)
    elif line.kind == Kind.DECIDE:
        _check_running([stop for stop in open_ if stop.reason != StopReason.HAND_UP])
    elif line.kind == Kind.REFUSE:
        clocks = read_clocks(terms, earlier, calendar=calendar, on=line.on)
        guards.check_unanswered("refuse", filing, terms, clocks, calendar)


def _check_running(open_: Sequence[LedgerLine]) -> None:
    if open_:
        raise MoveRefused(f"自 {open_[0].on} 起的停表还没有恢复。")
