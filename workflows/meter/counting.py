"""A project's hundred days (计时): from its ledger in memory to the meter. Asks no database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kernel.clock import Limit, WorkCalendar
from kernel.clock.meter import Meter, measure
from workflows.meter.models import Begin, RuleVersion
from workflows.meter.spans import Held, held
from workflows.procedures.clocks import LedgerLine, standing
from workflows.procedures.models import Procedure
from workflows.projects.models import Project

#: 竣工验收: its procedures come after the start of building and are no part of the hundred days.
COMPLETION_STAGE = 4
WARNING_DAYS = 80  # official days from which a project is watched


@dataclass(frozen=True, slots=True)
class Count:
    """A project's meter on the day asked; no ``meter`` while it has not begun.

    ``done_on`` is the day its last procedure before construction was decided.
    """

    project: Project
    on: date
    rule: RuleVersion
    meter: Meter | None = None
    done_on: date | None = None

    @property
    def official_days(self) -> int:
        return self.meter.official_days if self.meter else 0

    @property
    def elapsed_days(self) -> int:
        return self.meter.elapsed_days if self.meter else 0

    @property
    def over_days(self) -> int:
        """Official days beyond the allowance."""
        return max(self.official_days - self.rule.allowance_days, 0)

    @property
    def tone(self) -> str:
        """red beyond the allowance, yellow near it, else nothing."""
        if self.over_days:
            return "red"
        return "yellow" if not self.done_on and self.official_days >= WARNING_DAYS else ""

    @property
    def state(self) -> str:
        if self.meter is None:
            return "尚未起算"
        return "已办齐" if self.done_on else "计时中"


def count(
    project: Project,
    procedures: Iterable[Procedure],
    limits: Mapping[str, Limit],
    lines: Mapping[str, Sequence[LedgerLine]],
    *,
    rule: RuleVersion,
    calendar: WorkCalendar,
    on: date,
    known_at: datetime | None = None,
) -> Count:
    """The project's meter at the close of ``on`` under ``rule``; ``limits`` and ``lines`` by number.

    With ``known_at`` from what was written down by that moment. It ends on the day the last procedure before construction was decided, else ``on``.
    """
    ledgers = held_by(
        procedures, limits, lines, rule=rule, calendar=calendar, on=on, known_at=known_at
    )
    begin_on, done_on = bounds(project, ledgers, rule)
    if begin_on is None or begin_on > on:
        return Count(project, on, rule)
    meter = measure(
        (span for ledger in ledgers for span in ledger.spans),
        begin_on=begin_on,
        end_on=done_on or on,
        rule=rule.rule,
        calendar=calendar,
    )
    return Count(project, on, rule, meter, done_on)


def held_by(
    procedures: Iterable[Procedure],
    limits: Mapping[str, Limit],
    lines: Mapping[str, Sequence[LedgerLine]],
    *,
    rule: RuleVersion,
    calendar: WorkCalendar,
    on: date,
    known_at: datetime | None = None,
) -> list[Held]:
    """What the ledgers before construction say of their days up to ``on``."""
    return [
        held(
            p.number,
            limits[p.number],
            standing(lines.get(p.number, ()), known_at),
            charge=rule.party_of,
            calendar=calendar,
            on=on,
        )
        for p in procedures
        if p.stage != COMPLETION_STAGE
    ]


def bounds(
    project: Project, ledgers: Sequence[Held], rule: RuleVersion
) -> tuple[date | None, date | None]:
    """The day counting begins, and the day the last procedure before construction was decided."""
    decided = [ledger.decided_on for ledger in ledgers]
    done_on = max(day for day in decided if day) if decided and all(decided) else None
    return _begin(project, ledgers, rule), done_on


def _begin(project: Project, ledgers: Iterable[Held], rule: RuleVersion) -> date | None:
    if rule.begins == Begin.CONFIRMED:
        return project.confirmed_on
    return min((ledger.received_on for ledger in ledgers if ledger.received_on), default=None)
