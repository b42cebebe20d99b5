"""Meters kept for lists (留用): a meter stays what it is until ledger, facts, rule, calendar or day change.

The cache may forget any of them at any moment; what it doesn't know is counted again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.core.cache import cache
from django.db.models import Count as Rows
from django.db.models import Sum

from kernel.calendars.queries import calendar_stamp
from kernel.clock.meter import Meter
from workflows.meter.counting import Count
from workflows.meter.models import RuleVersion
from workflows.procedures.models import Procedure
from workflows.projects.models import Project

FOR_SECONDS = 36 * 60 * 60
_TOGETHER = 200  # projects counted before they are kept


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a count: no span and no line of it, a list shows neither."""

    meter: Meter | None
    done_on: date | None


def meters_for_a_list(
    on: date,
    projects: Iterable[Project],
    rule: RuleVersion,
    counted: Callable[[Iterable[Project]], Mapping[str, Count]],
) -> dict[str, Count]:
    """The counts of ``projects`` by number in their order: from the cache, the rest from ``counted``.

    Their meters say every day and segment, but neither spans nor lines.
    """
    projects = list(projects)
    keys = _keys(on, projects, rule)
    known: dict[str, Kept] = cache.get_many(keys.values())
    missing = [project for project in projects if keys[project.number] not in known]
    for begin in range(0, len(missing), _TOGETHER):
        counts = counted(missing[begin : begin + _TOGETHER])
        fresh = {keys[number]: _kept(count) for number, count in counts.items()}
        cache.set_many(fresh, FOR_SECONDS)
        known |= fresh
    return {
        project.number: Count(project, on, rule, kept.meter, kept.done_on)
        for project in projects
        for kept in [known[keys[project.number]]]
    }


def _kept(count: Count) -> Kept:
    meter = replace(count.meter, spans=(), lines=()) if count.meter else None
    return Kept(meter, count.done_on)


def _keys(on: date, projects: Iterable[Project], rule: RuleVersion) -> dict[str, str]:
    """A key for each project that is another as soon as anything its meter rests on is; two queries."""
    stamps = {
        project_id: f"{rows}.{version}.{revision}"
        for project_id, rows, version, revision in Procedure.objects.order_by()
        .filter(project__in=[project.pk for project in projects])
        .values_list("project_id")
        .annotate(Rows("pk"), Sum("version"), Sum("revision"))
    }
    common = f"meter.{rule.version}.{calendar_stamp()}.{on:%Y%m%d}"
    return {p.number: f"{common}.{p.pk}.{p.version}.{stamps.get(p.pk, '')}" for p in projects}
