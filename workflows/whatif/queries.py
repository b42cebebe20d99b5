"""The projects as they stand (现状), read in bulk and remembered as long as their rows are the same.

What is remembered is found by the rows' own versions as PostgreSQL numbers them, so that it is never
older than the ledger, whoever wrote there and however.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel.calendars.queries import work_calendar
from kernel.clock import WorkCalendar
from kernel.plan import Edge as PlanEdge
from kernel.plan import Plan
from tenants.backend import connection
from workflows.procedures.models import ClockEntry, Edge, Procedure
from workflows.procedures.planning import STRENGTH_OF, Book, Graph, graph_of
from workflows.projects.lifecycle import State
from workflows.projects.models import Project

KEPT = 2_000  # projects remembered in a process


@dataclass(frozen=True, slots=True)
class Stand:
    """One project as it stands on a day: what its plan is made of, and the plan.

    ``deficiency`` is each matter's 容缺 class. Without procedures there is no plan.
    """

    number: str
    name: str
    owner: str
    industry: str
    graph: Graph
    plan: Plan | None
    numbers: Mapping[str, str]
    deficiency: Mapping[str, str]

    @property
    def names(self) -> dict[str, str]:
        """Short names by matter code."""
        return {node.key: node.label for node in self.graph.nodes}


@dataclass(frozen=True, slots=True)
class Standing:
    """Projects as they stand on ``on``, with the calendar they were planned on."""

    on: date
    calendar: WorkCalendar
    projects: tuple[Stand, ...]


def project(number: str, on: date) -> Standing:
    """One confirmed project, or none; two queries when its rows are as last seen, else seven."""
    return _standing("p.number = %s", number, on)


def year_list(year: int, on: date) -> Standing:
    """Every confirmed project of a year, by number; as many queries as for one."""
    return _standing("p.year = %s", year, on)


# What is remembered ------------------------------------------------------------------------------

_kept: dict[tuple[Any, ...], Stand] = {}

#: A row has a new place (ctid) or a new transaction (xmin) whenever anything in it was written.
_VERSIONS = f"""
SELECT p.id, concat_ws('|', p.ctid, p.xmin,
  (SELECT md5(string_agg(concat(q.ctid, q.xmin), ' ' ORDER BY q.id))
     FROM {Procedure._meta.db_table} q WHERE q.project_id = p.id),
  (SELECT md5(string_agg(concat(e.ctid, e.xmin), ' ' ORDER BY e.id))
     FROM {Edge._meta.db_table} e JOIN {Procedure._meta.db_table} q ON q.id = e.after_id
    WHERE q.project_id = p.id),
  (SELECT md5(string_agg(concat(c.ctid, c.xmin), ' ' ORDER BY c.id))
     FROM {ClockEntry._meta.db_table} c JOIN {Procedure._meta.db_table} q ON q.id = c.procedure_id
    WHERE q.project_id = p.id))
FROM {Project._meta.db_table} p WHERE p.state = %s AND """  # noqa: S608 -- names are the models' own


def _versions(where: str, value: str | int) -> dict[int, str]:
    """What the rows of each project are, as one text; in the order of their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_VERSIONS} {where} ORDER BY p.number", [State.CONFIRMED.value, value])
        return dict(cursor.fetchall())


def _standing(where: str, value: str | int, on: date) -> Standing:
    calendar = work_calendar()
    schema = connection.schema_name
    versions = _versions(where, value)
    keys = {pk: (schema, pk, version, on, calendar) for pk, version in versions.items()}
    stands = {pk: stand for pk, key in keys.items() if (stand := _kept.get(key))}
    if len(stands) < len(keys):
        missing = [pk for pk in keys if pk not in stands]
        built = {book.project.pk: _stand(book, calendar, on) for book in books(missing)}
        # Only what nobody wrote to while it was read is remembered under the version seen before.
        after = _versions(where, value)
        if len(_kept) + len(built) > KEPT:
            _kept.clear()
        _kept.update({keys[pk]: s for pk, s in built.items() if after.get(pk) == versions[pk]})
        stands |= built
    return Standing(on, calendar, tuple(stands[pk] for pk in keys if pk in stands))


def books(pks: Iterable[int]) -> list[Book]:
    """The ledgers of these projects in memory; four queries whatever their number.

    A procedure that is combed out between two of them is left for the next time.
    """
    projects = {p.pk: p for p in Project.objects.filter(pk__in=pks).order_by("pk")}
    procedures: dict[int, list[Procedure]] = {pk: [] for pk in projects}
    by_pk: dict[int, Procedure] = {}
    for procedure in Procedure.objects.filter(project__in=projects).order_by("order", "pk"):
        procedure.project = projects[procedure.project_id]
        procedures[procedure.project_id].append(procedure)
        by_pk[procedure.pk] = procedure
    edges: dict[int, list[PlanEdge]] = {pk: [] for pk in projects}
    for before, after, strength, basis in (
        Edge.objects.filter(after__project__in=projects)
        .order_by("pk")
        .values_list("before_id", "after_id", "strength", "basis")
    ):
        if (first := by_pk.get(before)) and (last := by_pk.get(after)):
            edge = PlanEdge(first.matter_code, last.matter_code, STRENGTH_OF[strength], basis)
            edges[last.project_id].append(edge)
    lines: dict[int, dict[str, list[Any]]] = {pk: {} for pk in projects}
    for entry in ClockEntry.objects.filter(procedure__project__in=projects).order_by("pk"):
        if its_own := by_pk.get(entry.procedure_id):
            lines[its_own.project_id].setdefault(its_own.number, []).append(entry)
    return [Book(project, procedures[pk], edges[pk], lines[pk]) for pk, project in projects.items()]


def _stand(book: Book, calendar: WorkCalendar, on: date) -> Stand:
    found = graph_of(book, book.clocks(calendar, on), calendar=calendar, on=on)
    graph = found._replace(nodes=tuple(found.nodes), edges=tuple(found.edges))
    return Stand(
        number=book.project.number,
        name=book.project.name,
        owner=book.project.owner_name,
        industry=book.project.industry,
        graph=graph,
        plan=graph.plan(calendar) if graph.nodes else None,
        numbers={p.matter_code: p.number for p in book.procedures},
        deficiency={p.matter_code: book.terms[p.number].deficiency for p in book.procedures},
    )


def years() -> list[int]:
    """The years that have confirmed projects, the newest first."""
    confirmed = Project.objects.filter(state=State.CONFIRMED)
    return list(confirmed.order_by("-year").values_list("year", flat=True).distinct())
