"""Corrections (更正) of the clock ledger: nothing is overwritten, a later line stands in for a wrong one."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.trail import Actor, record
from workflows.procedures import consequences, guards, hooks, queries
from workflows.procedures.actions import plain, write_back
from workflows.procedures.clocks import LedgerLine, read_clocks, standing
from workflows.procedures.lifecycle import FINISHED, MOVES, VOID, Move, MoveRefused
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.planning import refresh
from workflows.projects.models import Project

DECIDE = next(move for move in MOVES if move.name == "decide")
#: What a correction may change of a line; the kind of event it may not.
FIELDS = (
    "on", "at", "document", "reason", "commissioned", "days", "level", "approver", "items", "ground",
)  # fmt: skip


def move_of(line: LedgerLine) -> Move:
    """The move that wrote a line."""
    named = [m for m in MOVES if m.clock == line.kind and m.reason == (line.reason or None)]
    return named[0] if named else next(m for m in MOVES if m.clock == line.kind and not m.reason)


@transaction.atomic
def correct(
    *,
    procedure_number: str,
    entry_id: int,
    version: int,
    why: str,
    actor: Actor,
    reach: Collection[str] | None = None,
    take_back: bool = False,
    **told: Any,
) -> Procedure:
    """Put a line of the ledger right, or take the last one back, and let every date follow.

    Both stay readable: the wrong line as it was first written, the right one with ``why``. ``told``
    are `FIELDS`; the others are the wrong line's. Raises `MoveRefused`, `Project.DoesNotExist`.
    """
    now = timezone.localtime()
    project = Project.objects.select_for_update(of=("self",)).get(
        procedures__number=procedure_number
    )
    book = queries.book_of(project)
    procedure = book.procedure(procedure_number)
    guards.check_desk(book, procedure, version=version, reach=reach)
    state = procedure.state
    terms, calendar = book.terms[procedure.number], work_calendar()
    lines: list[Any] = list(book.lines.get(procedure.number, ()))
    stands: list[Any] = list(standing(lines))
    place = next((i for i, line in enumerate(stands) if line.pk == entry_id), None)
    if place is None:
        raise MoveRefused("这条记录已经更正过，或者不属于这个办件。请刷新后更正现行的那一条。")
    wrong: ClockEntry = stands[place]
    if not why.strip():
        raise MoveRefused("更正须写明原因：哪里记错了、以什么为准。")
    line = ClockEntry(
        procedure=procedure,
        corrects=wrong,
        recorded_at=now,
        text=why.strip(),
        by_id=actor.user_id,
        by_name=actor.name,
    )
    if take_back:
        if place < len(stands) - 1:
            raise MoveRefused(
                f"“{wrong.label}”（{wrong.on}）之后还有记录，不能收回。"
                "只能收回最后一条；前面的记录请改正日期或者文号。"
            )
        line.kind, line.on = VOID, wrong.on
        change = "收回"
    else:
        move = move_of(wrong)
        asked = [name for name in FIELDS if name == "on" or name in move.asks]
        facts = {name: told.get(name, getattr(wrong, name)) for name in asked}
        filing = guards.filing(text=wrong.text or "—", **facts)
        _check(filing, wrong, stands, place, now=now, year=project.year)
        line.kind = wrong.kind
        for name in FIELDS:
            setattr(line, name, getattr(filing if name in asked else wrong, name))
        change = _changes(wrong, line, asked)
        if not change:
            raise MoveRefused("更正的内容与原记录相同，没有可更正的。")
        guards.check_predecessors(book, procedure, move, line.on)
        right = [*stands[:place], line, *stands[place + 1 :]]
        consequences.check_lines(terms, right, place, calendar=calendar)
    before, after = (
        read_clocks(terms, told, calendar=calendar, on=now.date())
        for told in (lines, [*lines, line])
    )
    earlier = line.kind == DECIDE.name and line.on < wrong.on
    if after.state in FINISHED and (earlier or before.state not in FINISHED):  # as if decided now
        hooks.ask(book, procedure, DECIDE, on=line.on)
    consequences.check_silence(before, after, reach=reach)
    consequences.check_followers(book, procedure, before, after)
    line.save(force_insert=True)

    book.lines = {**book.lines, procedure.number: [*lines, line]}
    procedure.version += 1
    refresh(book, calendar=calendar, on=now.date())
    record(
        actor=actor,
        action="procedures.correct",
        subject=procedure.number,
        summary=f"{procedure.name}：更正“{wrong.label}”，{change}。原因：{why.strip()}"[:300],
        detail={
            "entry": wrong.pk,
            "before": {name: plain(getattr(wrong, name)) for name in FIELDS},
            "after": None if take_back else {name: plain(getattr(line, name)) for name in FIELDS},
        },
    )
    write_back(book, calendar)
    hooks.tell(book, procedure, line, name=hooks.AMENDED, before=state, actor=actor)
    return procedure


def _check(
    filing: guards.Filing,
    wrong: ClockEntry,
    stands: Sequence[LedgerLine],
    place: int,
    *,
    now: datetime,
    year: int,
) -> None:
    """The right line fits between its neighbours and still has what the law asks for."""
    guards.check_day(filing, stands[:place], now=now, year=year)
    later: date | None = stands[place + 1].on if place + 1 < len(stands) else None
    if later and filing.on > later:
        raise MoveRefused(
            f"更正后的日期 {filing.on} 晚于下一条记录的 {later}，会颠倒先后。"
            "请核对日期；后面的记录也错了的，先更正后面的。"
        )
    move = move_of(wrong)
    guards.check_required(move, filing)
    if move.name == "stop":
        guards.check_stop(filing, ())


def _changes(wrong: ClockEntry, line: ClockEntry, asked: Sequence[str]) -> str:
    """发生日期 2026-01-28 改为 2026-01-29，…; empty when nothing differs."""
    labels = {field.name: str(field.verbose_name) for field in ClockEntry._meta.concrete_fields}
    return "，".join(
        f"{labels[name]} {_words(wrong, name)} 改为 {_words(line, name)}"
        for name in asked
        if plain(getattr(wrong, name)) != plain(getattr(line, name))
    )


def _words(line: ClockEntry, name: str) -> str:
    """A field as people read it: 专家评审, not its code."""
    value = plain(getattr(line, name))
    if isinstance(value, list):
        return "、".join(value) or "空"
    return str(getattr(line, f"{name}_label", value) or "空")
