"""Questions to the hundred days (百日计时): the rule in force, and the meter of one project or many."""

import json
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from kernel.calendars.queries import work_calendar
from kernel.clock import Limit, WorkCalendar
from kernel.clock.meter import Party
from workflows.meter.counting import WARNING_DAYS, Count, count
from workflows.meter.keeping import meters_for_a_list
from workflows.meter.models import RuleVersion
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.planning import Book
from workflows.procedures.terms import Terms
from workflows.projects.lifecycle import State
from workflows.projects.models import Project

Key = Callable[[Count], Any]


def _days_of(party: Party) -> Key:
    return lambda count: count.meter.days[party] if count.meter else 0


#: What the list may be sorted by; a project that has not begun has no days.
SORTS: dict[str, Key] = {
    "number": lambda count: count.project.number,
    "begin": lambda count: count.meter.begin_on if count.meter else date.max,
    "official": lambda count: (count.official_days, count.elapsed_days),
    "elapsed": lambda count: count.elapsed_days,
    **{party.value: _days_of(party) for party in Party},
}


def rules() -> QuerySet[RuleVersion]:
    """All versions, the newest first."""
    return RuleVersion.objects.order_by("-version")


def rule_in_force(on: date) -> RuleVersion:
    """The last version adopted for ``on`` or before; one query."""
    return rules().filter(Q(effective_on=None) | Q(effective_on__lte=on))[:1].get()


def meter_of(book: Book, *, on: date, rule: RuleVersion, calendar: WorkCalendar) -> Count:
    """The meter of a project whose ledger is in memory; no query."""
    limits = {number: terms.statutory for number, terms in book.terms.items()}
    return count(
        book.project,
        book.procedures,
        limits,
        book.lines,
        rule=rule,
        calendar=calendar,
        on=on,
        known_at=book.known_at,
    )


def listed(year: int | None = None) -> QuerySet[Project]:
    """Confirmed projects by number, of one year or all."""
    projects = Project.objects.filter(state=State.CONFIRMED).order_by("year", "number")
    return projects if year is None else projects.filter(year=year)


def years() -> list[int]:
    """Years that have confirmed projects, newest first."""
    found = Project.objects.filter(state=State.CONFIRMED).order_by("-year")
    return list(found.values_list("year", flat=True).distinct())


def named(projects: QuerySet[Project], words: str) -> QuerySet[Project]:
    """Those whose name or number holds ``words``."""
    return projects.filter(Q(name__icontains=words) | Q(number__icontains=words))


def is_over(count: Count, over: str | None) -> bool:
    """Whether a count answers the filter: "80" from the warning on, "100" beyond the allowance."""
    if over == "100":
        return count.over_days > 0
    return over != "80" or count.official_days >= WARNING_DAYS


def ordered(counts: Iterable[Count], sort: str) -> list[Count]:
    """By one of `SORTS`, ``-`` in front for the other way; then by number."""
    key = SORTS.get(sort.removeprefix("-"), SORTS["official"])
    by_number = sorted(counts, key=SORTS["number"])
    return sorted(by_number, key=key, reverse=sort.startswith("-"))


def meters(
    on: date, projects: Iterable[Project], rule: RuleVersion | None = None
) -> dict[str, Count]:
    """The meters of many projects by number, under the rule in force or ``rule``, as lists need them
    (`keeping`): what was counted before is not counted again. A constant number of queries."""
    rule = rule or rule_in_force(on)
    return meters_for_a_list(on, projects, rule, lambda missing: many(on, missing, rule)[0])


def many(on: date, projects: Iterable[Project], *rules: RuleVersion) -> list[dict[str, Count]]:
    """The meters of ``projects`` under each of ``rules``, their ledgers read once: two queries and
    the calendar."""
    projects = list(projects)
    calendar = work_calendar()
    procedures, limits, lines = ledgers_of(projects)
    return [
        {
            project.number: count(
                project,
                procedures[project.pk],
                limits,
                lines,
                rule=rule,
                calendar=calendar,
                on=on,
            )
            for project in projects
        }
        for rule in rules
    ]


def ledgers_of(
    projects: Iterable[Project],
) -> tuple[dict[int, list[Procedure]], dict[str, Limit], dict[str, list[ClockEntry]]]:
    """The procedures of these projects by id, and their limits and lines by number; two queries."""
    procedures: dict[int, list[Procedure]] = {project.pk: [] for project in projects}
    for procedure in (
        Procedure.objects.filter(project__in=procedures)
        .only("number", "project_id", "stage", "terms", "version")
        .order_by("project_id", "order", "pk")
    ):
        procedures[procedure.project_id].append(procedure)
    numbers = {p.pk: p.number for group in procedures.values() for p in group}
    limits = {p.number: _limit(json.dumps(p.terms)) for group in procedures.values() for p in group}
    lines: dict[str, list[ClockEntry]] = {}
    for line in ClockEntry.objects.filter(procedure__project__in=procedures).order_by("pk"):
        lines.setdefault(numbers[line.procedure_id], []).append(line)
    return procedures, limits, lines


@lru_cache(maxsize=4096)
def _limit(terms: str) -> Limit:
    """The statutory limit in terms as JSON: the projects of a year share a few hundred."""
    return Terms.read(json.loads(terms)).statutory
