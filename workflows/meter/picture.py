"""What the consolidated picture shows of a project's hundred days (汇总行): derived, never edited.

A row holds for every day: its runs are read as far as the calendar goes, and the day asked cuts them off.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kernel.calendars.queries import changed_at, work_calendar
from kernel.clock import Limit, WorkCalendar
from kernel.clock.calendar import LAST
from kernel.clock.meter import runs
from tenants.gateway import current_tenant
from tenants.rollup import writing as rollup
from tenants.rollup.models import DaysRow
from workflows.meter import queries
from workflows.meter.counting import bounds, held_by
from workflows.meter.models import RuleVersion
from workflows.procedures.clocks import LedgerLine
from workflows.procedures.models import Procedure
from workflows.procedures.picture import EDIT_WEIGHS
from workflows.procedures.planning import Book
from workflows.projects.models import Project

_RULE_WEIGHS = 100_000  # more versions than a rule will have


def publish(ids: Sequence[int], book: Book | None) -> None:
    """Put the days of these projects into the picture (hook of the ledger)."""
    numbers = [book.project.number] if book else list(_numbers(ids))
    # Another calendar can have moved a run without a new line, and no version tells.
    own = DaysRow.objects.filter(owner=current_tenant().schema_name, number__in=numbers)
    stale = list(own.filter(written_at__lt=changed_at()).values_list("number", flat=True))
    if stale:
        rollup.drop(DaysRow, stale)
    if book:
        limits = {number: terms.statutory for number, terms in book.terms.items()}
        rollup.put(
            [_row(book.project, book.procedures, limits, book.lines, _rules(), work_calendar())]
        )
    elif stale:
        rollup.put(rows_of(queries.listed().filter(number__in=stale)))


def _numbers(ids: Sequence[int]) -> Iterable[str]:
    return Project.objects.filter(pk__in=ids).order_by("pk").values_list("number", flat=True)


def withdraw(project: Project, **_: object) -> None:
    """A project left the list (hook of the projects)."""
    rollup.drop(DaysRow, [project.number])


def all_rows() -> list[DaysRow]:
    """What the roll-up should have of this tenant; four queries and the calendar."""
    return rows_of(queries.listed())


def rows_of(projects: Iterable[Project]) -> list[DaysRow]:
    projects = list(projects)
    if not projects:
        return []
    procedures, limits, lines = queries.ledgers_of(projects)
    rules, calendar = _rules(), work_calendar()
    return [
        _row(project, procedures[project.pk], limits, lines, rules, calendar)
        for project in projects
    ]


def _rules() -> list[RuleVersion]:
    return list(queries.rules().reverse())


def _row(
    project: Project,
    procedures: Sequence[Procedure],
    limits: Mapping[str, Limit],
    lines: Mapping[str, Sequence[LedgerLine]],
    rules: Sequence[RuleVersion],
    calendar: WorkCalendar,
) -> DaysRow:
    moves = project.version * EDIT_WEIGHS + sum(p.version for p in procedures)
    return DaysRow(
        number=project.number,
        version=moves * _RULE_WEIGHS + max(rule.version for rule in rules),
        project_name=project.name,
        year=project.year,
        counts=[_count(project, procedures, limits, lines, rule, calendar) for rule in rules],
    )


def _count(
    project: Project,
    procedures: Sequence[Procedure],
    limits: Mapping[str, Limit],
    lines: Mapping[str, Sequence[LedgerLine]],
    rule: RuleVersion,
    calendar: WorkCalendar,
) -> dict[str, Any]:
    ledgers = held_by(procedures, limits, lines, rule=rule, calendar=calendar, on=LAST)
    begin_on, done_on = bounds(project, ledgers, rule)
    spans = [span for ledger in ledgers for span in ledger.spans]
    found = (
        runs(spans, begin_on=begin_on, end_on=max(done_on or LAST, begin_on), rule=rule.rule)
        if begin_on
        else []
    )
    return {
        "from": rule.effective_on.isoformat() if rule.effective_on else None,
        "unit": rule.unit,
        "allowance": rule.allowance_days,
        "counted": rule.counted,
        "begin": begin_on.isoformat() if begin_on else None,
        "done": done_on.isoformat() if done_on else None,
        "runs": [
            [party.value, from_on.isoformat(), None if until_on == LAST else until_on.isoformat()]
            for party, from_on, until_on in found
        ],
    }
