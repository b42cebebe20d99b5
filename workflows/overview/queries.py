"""The season in figures, worked out by the database from the roll-up rows of all tenants (汇总)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import itemgetter, or_
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page as Shown
from django.core.paginator import Paginator
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum, When

from kernel.clock import WorkCalendar
from kernel.clock.meter import Party
from kernel.shares import Share
from tenants.models import Tenant
from tenants.rollup.days import days_rows, over
from tenants.rollup.ledgers import Page
from tenants.rollup.models import DaysRow, ProcedureRow, ProjectRow
from tenants.rollup.queries import (
    CONFIRMED,
    hit_rows,
    in_season,
    lit,
    procedure_rows,
    project_rows,
    reconciliations,
    years,
)
from workflows.overview.grouping import (
    BANDS,
    NO_INDUSTRY,
    Projects,
    band_of,
    depth_of,
    place_of,
    places,
    projects_by,
)
from workflows.projects.facts import industry_labels
from workflows.projects.queries import offered_first

MOST_URGENT = 10
PLACES_A_PAGE = 30
AGREES = Q(missing=[], orphans=[], different=[])
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
    """All tenants of one year (or half of it) on one day: ``whole`` are the city's projects, each code once,
    ``lamps`` and ``late`` count its procedures, ``lines`` are a page of places."""

    whole: Projects
    lamps: Mapping[str, int]
    late: int
    lines: Shown[Line]
    urgent: list[ProcedureRow]
    departments: list[Mapping[str, Any]]
    balls: dict[str, int]

    @property
    def procedures(self) -> int:
        return sum(self.lamps.values())

    def under(self, lamp: str) -> int:
        return self.lamps.get(lamp, 0)

    @property
    def hit_rate(self) -> Decimal | None:
        return rate(self.whole.hits, self.whole.count)


def rate(part: int, whole: int) -> Decimal | None:
    """Percent with one place; None of nothing."""
    return round(Decimal(100 * part) / whole, 1) if whole else None


def season_year(on: date) -> int | None:
    """The year the city's pages open with."""
    return offered_first(years(), on)


def season(year: int | None, half: str, on: date, page: Any = 1) -> Season:
    """The picture of ``year`` on day ``on``; ``half`` is "1", "2" or empty. Seven queries."""
    projects = projects_of(hit_rows(on), year, half)
    procedures = in_season(procedure_rows(on), projects_of(ProjectRow.objects.all(), year, half))
    lines = counted(procedures)
    lamps: dict[str, int] = {}
    for line in lines:
        lamps[line["lamp"]] = lamps.get(line["lamp"], 0) + line["count"]
    return Season(
        projects_by(projects, on).get("", Projects()),
        lamps,
        sum(line["late_count"] for line in lines),
        _places(projects, procedures, on, page),
        urgent(procedures, on),
        by_department(lines),
        balls(lines),
    )


def _places(
    projects: QuerySet[ProjectRow], procedures: QuerySet[ProcedureRow], on: date, page: Any
) -> Shown[Line]:
    """A page of places, each with its own figures; four queries."""
    shown: Shown[Any] = Paginator(tenants(), PLACES_A_PAGE).get_page(page)
    owners = [tenant.schema_name for tenant in shown]
    figures = {
        "projects": Count("pk"),
        "investment_wan": Sum("investment_wan"),
        "hits": Count("pk", filter=Q(hit=True)),
        "done": Count("pk", filter=Q(done_on__lte=on)),
    }
    by_owner: dict[str, dict[str, Any]] = {
        row.pop("owner"): row
        for row in projects.filter(owner__in=owners)
        .order_by()
        .values("owner")
        .annotate(**figures)
        .values("owner", *figures)
    }
    lamps: dict[str, dict[str, int]] = {}
    late: dict[str, int] = {}
    of_shown: QuerySet[Any] = procedures.filter(owner__in=owners).order_by()
    for row in of_shown.values("owner", "lamp").annotate(
        count=Count("pk"), late_count=Count("pk", filter=Q(late=True))
    ):
        lamps.setdefault(row["owner"], {})[row["lamp"]] = row["count"]
        late[row["owner"]] = late.get(row["owner"], 0) + row["late_count"]
    shown.object_list = [
        Line(
            tenant,
            lamps=lamps.get(tenant.schema_name, {}),
            late=late.get(tenant.schema_name, 0),
            **by_owner.get(tenant.schema_name, {}),
        )
        for tenant in shown
    ]
    return shown


def projects_of(
    rows: QuerySet[ProjectRow], year: int | None, half: str = ""
) -> QuerySet[ProjectRow]:
    """Confirmed projects of a year, or of one half of it by their target."""
    rows = rows.filter(state=CONFIRMED)
    if year is not None:
        rows = rows.filter(year=year)
    return of_half(rows, half)


def of_half(rows: QuerySet[ProjectRow], half: str) -> QuerySet[ProjectRow]:
    """Those that start in one half-year, by their target; all for neither."""
    if half == "1":
        return rows.filter(target_on__month__lte=_HALF_END)
    return rows.filter(target_on__month__gt=_HALF_END) if half == "2" else rows


def tenants() -> QuerySet[Tenant]:
    return Tenant.objects.filter(ready=True).order_by("order", "code")


def slugs_of(rows: Iterable[Any]) -> dict[str, str]:
    """The slug of each tenant that one of ``rows`` belongs to, by its schema."""
    owners = {row.owner for row in rows}
    return dict(
        Tenant.objects.filter(schema_name__in=owners).order_by().values_list("schema_name", "slug")
    )


def reconciled() -> QuerySet[Tenant]:
    """Tenants, those first of whom a ledger does not add up, then in the city's order. Two queries."""
    broken = reconciliations().exclude(AGREES).order_by().values_list("owner", flat=True)
    last = Case(When(schema_name__in=set(broken), then=0), default=1)
    return tenants().order_by(last, "order", "code")


def urgent(procedures: QuerySet[ProcedureRow], on: date) -> list[ProcedureRow]:
    """What is worst on ``on``: red before yellow, the longest in it first."""
    order = (F("red_on").asc(nulls_last=True), "owner", "number")
    worst = procedures.filter(lit(on)).order_by(*order).values("pk")[:MOST_URGENT]
    # Sorted by their keys alone: whole rows of a large city would not fit into the sort's memory.
    return list(procedures.filter(pk__in=worst).order_by(*order))


def counted(procedures: QuerySet[ProcedureRow]) -> list[Mapping[str, Any]]:
    """How many procedures are under which lamp, in whose hands and of which department (a few hundred
    lines at most, of whatever city), how many of them are late, and the last day one turned red."""
    rows: QuerySet[Any] = procedures.order_by()
    counts = {
        "count": Count("pk"),
        "late_count": Count("pk", filter=Q(late=True)),
        "last_red": Max("red_on"),
    }
    return list(rows.values("lamp", "ball", "department_code").annotate(**counts))


def by_department(lines: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Open procedures per department (code), worst first; ``held`` are in its own hands now."""
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        if line["lamp"] == "done":
            continue
        code = line["department_code"]
        new = {"department_code": code, "next": None} | dict.fromkeys(
            ("open", "held", "red", "yellow", "late_count"), 0
        )
        row = found.setdefault(code, new)
        row["open"] += line["count"]
        row["late_count"] += line["late_count"]
        if line["ball"] == "department":
            row["held"] += line["count"]
        if line["lamp"] in ("red", "yellow"):
            row[line["lamp"]] += line["count"]
        if line["lamp"] == "red":
            row["next"] = max(filter(None, (row["next"], line["last_red"])))
    order = itemgetter("red", "yellow", "held", "open")
    return sorted(
        sorted(found.values(), key=itemgetter("department_code")), key=order, reverse=True
    )


def balls(lines: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many open procedures wait for whom."""
    found: dict[str, int] = {}
    for line in lines:
        if line["lamp"] != "done":
            found[line["ball"]] = found.get(line["ball"], 0) + line["count"]
    return found


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
    rows = _within(project_rows(on), chosen)
    for name in ("year", "lamp", "state"):
        if value := chosen.get(name):
            rows = rows.filter(Q(**{name: value}))
    if limits := _project_limits(chosen):
        rows = _limited(rows, limits)
    if chosen.get("shared"):
        rows = rows.filter(elsewhere())
    if words := chosen.get("q"):
        rows = rows.filter(
            Q(name__icontains=words)
            | Q(number__istartswith=words)
            | Q(project_code__istartswith=words)
        )
    return rows


def elsewhere(**differing: Any) -> Exists:
    """Whether another place holds the same national code in the same year (跨地区项目); with
    ``differing`` fields put down otherwise."""
    same = ProjectRow.objects.order_by().filter(
        project_code=OuterRef("project_code"), year=OuterRef("year"), state=CONFIRMED
    )
    same = same.exclude(owner=OuterRef("owner")).exclude(project_code="")
    return Exists(same.exclude(**differing))


def procedures_narrowed(chosen: Mapping[str, Any], on: date) -> QuerySet[ProcedureRow]:
    """The consolidated procedure ledger as a cleaned `ProcedureFilter` asks for it."""
    rows = _within(procedure_rows(on), chosen)
    for name in ("year", "stage", "department_code", "matter_code", "ball"):
        if value := chosen.get(name):
            rows = rows.filter(Q(**{name: value}))
    if lamp := chosen.get("lamp"):
        rows = rows.exclude(lamp="done") if lamp == "open" else rows.filter(Q(lamp=lamp))
    if limits := _project_limits(chosen):
        rows = in_season(rows, _limited(ProjectRow.objects.order_by(), limits))
    if chosen.get("late"):
        rows = rows.filter(Q(late=True))
    if kept := chosen.get("kept"):
        rows = rows.filter(Q(kept__isnull=False) if kept == "judged" else Q(kept=kept == "yes"))
    if words := chosen.get("q"):
        rows = rows.filter(
            Q(project_name__icontains=words)
            | Q(matter_name__icontains=words)
            | Q(number__istartswith=words)
            | Q(matter_code__iexact=words)
        )
    return rows


def _within(rows: QuerySet[Any], chosen: Mapping[str, Any]) -> QuerySet[Any]:
    """Of one place alone (``owner``), or of it and all under it (``within``)."""
    if owner := chosen.get("owner"):
        rows = rows.filter(owner=owner)
    if within := chosen.get("within"):
        rows = rows.filter(visible_to__contains=[within])
    return rows


def _project_limits(chosen: Mapping[str, Any]) -> dict[str, Any]:
    names = ("confirmed", "half", "band", "industry")
    return {name: value for name in names if (value := chosen.get(name))}


def _limited(rows: QuerySet[ProjectRow], limits: Mapping[str, Any]) -> QuerySet[ProjectRow]:
    if limits.get("confirmed"):
        rows = rows.filter(state=CONFIRMED)
    if band := limits.get("band"):
        rows = rows.annotate(its_band=band_of()).filter(its_band=band)
    if industry := limits.get("industry"):
        rows = rows.filter(industry="" if industry == NO_INDUSTRY else industry)
    return of_half(rows, limits.get("half", ""))


#: Words for what a figure's link asks for beyond the filters that are seen.
_KEPT_WORDS = {"yes": "按期办结", "no": "未按期", "judged": "已到期限"}


def narrowing(chosen: Mapping[str, Any], matters: Mapping[str, str]) -> list[str]:
    """What the ledger is narrowed to by a figure's link, in words; one query where a place is."""
    found: list[str] = []
    if within := chosen.get("within"):
        place = Tenant.objects.filter(schema_name=within).first()
        found.append(f"{place.name if place else within}及其下辖")
    if chosen.get("confirmed"):
        found.append("已确认入列的项目")
    if half := chosen.get("half"):
        found.append("上半年开工" if half == "1" else "下半年开工")
    if band := chosen.get("band"):
        found.append(f"投资{next(each.label for each in BANDS if each.key == band)}")
    if industry := chosen.get("industry"):
        label = industry_labels().get(industry, industry)
        found.append("没有填行业" if industry == NO_INDUSTRY else f"行业：{label}")
    if code := chosen.get("matter_code"):
        found.append(f"事项：{matters.get(code, code)}")
    if kept := chosen.get("kept"):
        found.append(_KEPT_WORDS[kept])
    return found


#: What is overdue is open as well, what was done late is done.
_WIDER = {"open": ["open", "overdue"], "done": ["done", "late"]}


def page_rows(page: Page, chosen: Mapping[str, Any], on: date) -> QuerySet[Any]:
    """The rows of a declared ledger as a cleaned `PageFilter` asks for them."""
    rows = _within(page.on(on), chosen)
    coded = [column.field for column in page.columns if column.words]
    for name in ("department_code", *coded):
        if value := chosen.get(name):
            rows = rows.filter(**{name: value})
    if standing := chosen.get("standing"):
        rows = rows.filter(standing__in=_WIDER.get(standing, [standing]))
    if year := chosen.get("year"):
        rows = rows.filter(**{f"{page.year_of}__year": year})
    if words := chosen.get("q"):
        fields = [*page.search, "project_number"]
        rows = rows.filter(reduce(or_, (Q(**{f"{name}__icontains": words}) for name in fields)))
    return rows


DAYS_SORTS = {
    "project": "project_name",
    "tenant": "owner_name",
    "begin": "begin_on",
    "official": "official_days",
    "elapsed": "elapsed_days",
    **{party.value: f"{party.value}_days" for party in Party},
    "written": "written_at",
}


def days_narrowed(chosen: Mapping[str, Any], on: date, calendar: WorkCalendar) -> QuerySet[DaysRow]:
    """The hundred days of every place as a cleaned `DaysFilter` asks for them."""
    rows = _within(days_rows(on, calendar), chosen)
    if year := chosen.get("year"):
        rows = rows.filter(year=year)
    if beyond := chosen.get("beyond"):
        rows = over(rows, beyond)
    if words := chosen.get("q"):
        rows = rows.filter(Q(project_name__icontains=words) | Q(number__istartswith=words))
    return rows


@dataclass(frozen=True, slots=True)
class Kept:
    """How one place, with all under it, does what it was given: counts, and the share done in time of what was
    due."""

    name: str
    #: What asks a ledger for its rows: ``owner`` or ``within``.
    asked: str
    given: int
    done: int
    late: int
    open: int
    overdue: int

    @property
    def share(self) -> Share:
        """Of what is done or overdue, what was done in time."""
        return Share(self.done, self.done + self.late + self.overdue)


def kept_by_place(rows: QuerySet[Any], seen_from: Tenant) -> list[Kept]:
    """Of ``seen_from`` itself and each place directly under it with rows that have a ``standing``, in their order;
    cancelled ones count for nothing. Two queries."""
    place = place_of(rows.model, depth_of(seen_from))
    names = ("done", "late", "open", "overdue")
    alive: Any = rows.exclude(Q(standing="cancelled")).order_by().annotate(place=place)
    counted = {
        row["place"]: [row["given"], *(row[f"n_{name}"] for name in names)]
        for row in alive.values("place").annotate(
            given=Count("pk"),
            **{f"n_{name}": Count("pk", filter=Q(standing=name)) for name in names},
        )
    }
    known = places(list(counted))
    found = []
    for key, tenant in known.items():
        own = tenant == seen_from  # what it handles itself
        asked = urlencode({"owner" if own else "within": tenant.schema_name})
        found.append(Kept(f"{tenant.name}本级" if own else tenant.name, asked, *counted[key]))
    return found


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
