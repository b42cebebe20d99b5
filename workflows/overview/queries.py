"""The season in figures, worked out by the database from the roll-up rows of all tenants (汇总)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from kernel.shares import Share
from tenants.models import Tenant
from tenants.rollup.models import ProcedureRow, ProjectRow, TaskRow
from tenants.rollup.queries import (
    CONFIRMED,
    in_season,
    procedure_rows,
    project_rows,
    task_rows,
    years,
)
from workflows.projects.queries import offered_first

MOST_URGENT = 10
_HALF_END = 6  # a target up to 30 June belongs to the first half-year's starts


@dataclass(frozen=True, slots=True)
class Line:
    """One tenant's season. ``lamps`` counts its procedures by lamp."""

    tenant: Tenant
    projects: int = 0
    investment_wan: Decimal = Decimal(0)
    hits: int = 0
    done: int = 0
    late: int = 0
    lamps: Mapping[str, int] = field(default_factory=dict)

    @property
    def procedures(self) -> int:
        return sum(self.lamps.values())

    @property
    def share(self) -> Share:
        """Of the projects confirmed, those that hit."""
        return Share(self.hits, self.projects)


@dataclass(frozen=True, slots=True)
class Season:
    """All tenants of one year (or half of it) on one day."""

    lines: list[Line]
    urgent: list[ProcedureRow]
    departments: list[Mapping[str, Any]]
    balls: dict[str, int]

    def total(self, name: str) -> Any:
        return sum((getattr(line, name) for line in self.lines), 0)

    def under(self, lamp: str) -> int:
        return sum(line.lamps.get(lamp, 0) for line in self.lines)

    @property
    def hit_rate(self) -> Decimal | None:
        return rate(self.total("hits"), self.total("projects"))


def rate(part: int, whole: int) -> Decimal | None:
    """Percent with one place; None of nothing."""
    return round(Decimal(100 * part) / whole, 1) if whole else None


def season_year(on: date) -> int | None:
    """The year the city's pages open with."""
    return offered_first(years(), on)


def season(year: int | None, half: str, on: date) -> Season:
    """The picture of ``year`` on day ``on``; ``half`` is "1", "2" or empty. Six queries."""
    projects = projects_of(project_rows(on), year, half)
    procedures = in_season(procedure_rows(on), projects)
    by_owner: dict[str, dict[str, Any]] = {
        row["owner"]: {name: row[name] for name in ("projects", "investment_wan", "hits", "done")}
        for row in projects.order_by()
        .values("owner")
        .annotate(
            projects=Count("pk"),
            investment_wan=Sum("investment_wan"),
            hits=Count("pk", filter=Q(hit=True)),
            done=Count("pk", filter=Q(done_on__lte=on)),
        )
    }
    lamps: dict[str, dict[str, int]] = {}
    late: dict[str, int] = {}
    by_lamp: QuerySet[Any] = procedures.order_by()
    for row in by_lamp.values("owner", "lamp").annotate(
        count=Count("pk"), late_count=Count("pk", filter=Q(late=True))
    ):
        lamps.setdefault(row["owner"], {})[row["lamp"]] = row["count"]
        late[row["owner"]] = late.get(row["owner"], 0) + row["late_count"]
    lines = [
        Line(
            tenant,
            lamps=lamps.get(tenant.schema_name, {}),
            late=late.get(tenant.schema_name, 0),
            **by_owner.get(tenant.schema_name, {}),
        )
        for tenant in tenants()
    ]
    return Season(lines, urgent(procedures), by_department(procedures), balls(procedures))


def projects_of(
    rows: QuerySet[ProjectRow], year: int | None, half: str = ""
) -> QuerySet[ProjectRow]:
    """Confirmed projects of a year, or of one half of it by their target."""
    rows = rows.filter(state=CONFIRMED)
    if year is not None:
        rows = rows.filter(year=year)
    if half == "1":
        return rows.filter(target_on__month__lte=_HALF_END)
    return rows.filter(target_on__month__gt=_HALF_END) if half == "2" else rows


def tenants() -> list[Tenant]:
    return list(Tenant.objects.filter(ready=True).order_by("order", "code"))


def urgent(procedures: QuerySet[ProcedureRow]) -> list[ProcedureRow]:
    """What is worst: red before yellow, the longest in it first."""
    return list(
        procedures.filter(Q(lamp__in=["red", "yellow"])).order_by(
            F("red_on").asc(nulls_last=True), "owner", "number"
        )[:MOST_URGENT]
    )


def by_department(procedures: QuerySet[ProcedureRow]) -> list[Mapping[str, Any]]:
    """Open procedures per department (code), worst first; ``held`` are in its own hands now."""
    return list(
        procedures.exclude(Q(lamp="done"))
        .order_by()
        .values("department_code")
        .annotate(
            open=Count("pk"),
            held=Count("pk", filter=Q(ball="department")),
            red=Count("pk", filter=Q(lamp="red")),
            yellow=Count("pk", filter=Q(lamp="yellow")),
            late_count=Count("pk", filter=Q(late=True)),
            next=Max("red_on", filter=Q(lamp="red")),
        )
        .order_by("-red", "-yellow", "-held", "-open", "department_code")
    )


def balls(procedures: QuerySet[ProcedureRow]) -> dict[str, int]:
    """How many open procedures wait for whom."""
    counted = (
        procedures.exclude(Q(lamp="done")).order_by().values("ball").annotate(count=Count("pk"))
    )
    return {row["ball"]: row["count"] for row in counted}


# The consolidated ledgers ------------------------------------------------------------------------

PROJECT_SORTS = {
    "name": "name",
    "tenant": "owner_name",
    "investment": "investment_wan",
    "target": "target_on",
    "expected": "expected_on",
    "red": "reds",
    "written": "written_at",
}
PROCEDURE_SORTS = {
    "project": "project_name",
    "tenant": "owner_name",
    "matter": "matter_code",
    "department": "department_code",
    "statutory": "statutory_due_on",
    "promised": "promised_due_on",
    "planned": "planned_due_on",
    "expected": "expected_on",
    "decided": "decided_on",
    "red": "red_on",
    "written": "written_at",
}


def projects_narrowed(chosen: Mapping[str, Any], on: date) -> QuerySet[ProjectRow]:
    """The consolidated project ledger as a cleaned `ProjectFilter` asks for it."""
    rows = project_rows(on)
    for name in ("owner", "year", "lamp", "state"):
        if value := chosen.get(name):
            rows = rows.filter(Q(**{name: value}))
    if words := chosen.get("q"):
        rows = rows.filter(Q(name__icontains=words) | Q(number__istartswith=words))
    return rows


def procedures_narrowed(chosen: Mapping[str, Any], on: date) -> QuerySet[ProcedureRow]:
    """The consolidated procedure ledger as a cleaned `ProcedureFilter` asks for it."""
    rows = procedure_rows(on)
    for name in ("owner", "year", "lamp", "stage", "department_code", "ball"):
        if value := chosen.get(name):
            rows = rows.filter(Q(**{name: value}))
    if chosen.get("late"):
        rows = rows.filter(Q(late=True))
    if words := chosen.get("q"):
        rows = rows.filter(
            Q(project_name__icontains=words)
            | Q(matter_name__icontains=words)
            | Q(number__istartswith=words)
            | Q(matter_code__iexact=words)
        )
    return rows


TASK_SORTS = {
    "task": "title",
    "tenant": "owner_name",
    "department": "department_code",
    "given": "handed_over_on",
    "due": "due_on",
    "done": "reported_on",
    "written": "written_at",
}


def tasks_narrowed(chosen: Mapping[str, Any], on: date) -> QuerySet[TaskRow]:
    """The consolidated tasks as a cleaned `TaskFilter` asks for them."""
    rows = task_rows(on)
    for name in ("owner", "department_code", "source_kind"):
        if value := chosen.get(name):
            rows = rows.filter(Q(**{name: value}))
    if standing := chosen.get("state"):
        # What is overdue is open as well, what was done late is done.
        wider = {"open": ["open", "overdue"], "done": ["done", "late"]}
        rows = rows.filter(Q(standing__in=wider.get(standing, [standing])))
    if year := chosen.get("year"):
        rows = rows.filter(handed_over_on__year=year)
    if words := chosen.get("q"):
        rows = rows.filter(
            Q(title__icontains=words)
            | Q(sheet_number__icontains=words)
            | Q(project_number__istartswith=words)
        )
    return rows


@dataclass(frozen=True, slots=True)
class Kept:
    """How one tenant does what was handed over: counts, and the share done in time of what was due."""

    name: str
    given: int
    done: int
    late: int
    open: int
    overdue: int

    @property
    def share(self) -> Share:
        """Of what is done or overdue, what was done in time."""
        return Share(self.done, self.done + self.late + self.overdue)


def kept_by_owner(rows: QuerySet[TaskRow]) -> list[Kept]:
    """Of each tenant with tasks among ``rows``, by name; cancelled ones count for nothing. One query."""
    counted = {
        name: Count("pk", filter=Q(standing=name)) for name in ("done", "late", "open", "overdue")
    }
    found: Any = rows.exclude(Q(standing="cancelled")).order_by("owner_name").values("owner_name")
    return [
        Kept(
            row["owner_name"],
            row["given"],
            *(row[f"n_{name}"] for name in ("done", "late", "open", "overdue")),
        )
        for row in found.annotate(
            given=Count("pk"), **{f"n_{name}": count for name, count in counted.items()}
        )
    ]


def ordered(
    rows: QuerySet[Any], sort: str, sorts: Mapping[str, str], default: str
) -> QuerySet[Any]:
    """By a column people may sort on, ``-`` in front for the other way; then by owner and number."""
    name = sort.removeprefix("-")
    column = F(sorts.get(name, sorts[default]))
    way = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    return rows.order_by(way, "owner", "number")


def newest(rows: QuerySet[Any]) -> Any:
    """When the newest of these rows was written."""
    return rows.order_by().aggregate(at=Max("written_at"))["at"]
