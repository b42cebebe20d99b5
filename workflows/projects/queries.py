"""Questions to the annual project list (年度项目清单)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from tenants.backend import connection
from tenants.gateway import current_tenant
from tenants.models import Kind as TenantKind
from tenants.models import Tenant
from tenants.rollup.models import ProjectRow
from tenants.rollup.queries import project_rows
from workflows.catalogue.combing import load_standard
from workflows.catalogue.queries import departments
from workflows.projects.codes import REGIONS
from workflows.projects.comparing import Comparison, compare
from workflows.projects.consultation import Standing, standing
from workflows.projects.facts import as_json, in_order
from workflows.projects.intake.cells import Words
from workflows.projects.lifecycle import State
from workflows.projects.models import Batch, Comment, Intake, Opinion, Outcome, Project
from workflows.projects.workbook import read_list


def listed(year: int | None = None) -> QuerySet[Project]:
    """Projects by number, of one year or all; those removed are among them."""
    projects = Project.objects.order_by("year", "number")
    return projects if year is None else projects.filter(year=year)


def years() -> list[int]:
    """Years that have projects, newest first."""
    return list(Project.objects.order_by("-year").values_list("year", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class Tally:
    """The list of a year at a glance: projects in each state, and what those not removed invest."""

    by_state: Mapping[str, int]
    investment_wan: Decimal
    confirmed_wan: Decimal

    @property
    def total(self) -> int:
        return sum(n for state, n in self.by_state.items() if state != State.REMOVED)

    def of(self, state: State) -> int:
        return self.by_state.get(state, 0)


def tally(year: int) -> Tally:
    """One query."""
    rows = {
        row["state"]: row
        for row in Project.objects.filter(year=year)
        .values("state")
        .annotate(count=Count("pk"), sum_wan=Sum("investment_wan"))
        .order_by("state")
    }
    wan = {state: row["sum_wan"] for state, row in rows.items()}
    return Tally(
        by_state={state: row["count"] for state, row in rows.items()},
        investment_wan=sum((v for s, v in wan.items() if s != State.REMOVED), Decimal(0)),
        confirmed_wan=wan.get(State.CONFIRMED, Decimal(0)),
    )


def narrowed(projects: QuerySet[Project], chosen: Mapping[str, Any]) -> QuerySet[Project]:
    """Those that answer the filter ``chosen``; an empty choice filters nothing, except that
    removed projects show only when asked for.
    """
    equal = {name: chosen[name] for name in ("region_code", "industry", "kind") if chosen.get(name)}
    projects = projects.filter(**equal)
    if state := chosen.get("state"):
        projects = projects.filter(state=state)
    else:
        projects = projects.exclude(state=State.REMOVED)
    match chosen.get("half"):
        case "1":
            projects = projects.filter(planned_start_on__month__lte=6)
        case "2":
            projects = projects.filter(planned_start_on__month__gte=7)
    match chosen.get("plan"):
        case "feasible":
            projects = projects.filter(feasible=True, done_on=None, state=State.CONFIRMED)
        case "infeasible":
            projects = projects.filter(feasible=False, done_on=None)
        case "done":
            projects = projects.filter(done_on__isnull=False)
    for word in str(chosen.get("q") or "").split():
        projects = projects.filter(
            Q(name__icontains=word)
            | Q(number__icontains=word)
            | Q(owner_name__icontains=word)
            | Q(project_code__icontains=word)
            | Q(place__icontains=word)
            | Q(content__icontains=word)
        )
    return projects


def investment_wan(projects: QuerySet[Project]) -> Decimal:
    """What ``projects`` invest together, in 万元."""
    return projects.aggregate(sum_wan=Sum("investment_wan"))["sum_wan"] or Decimal(0)


# Consultation ------------------------------------------------------------------------------------


def standing_of(project: Project) -> Standing:
    """Where the consultation of one project stands; one query."""
    return standing(project, Comment.objects.filter(project=project).order_by("-at", "-pk"))


def pictures(projects: Iterable[Project], on: date) -> dict[str, ProjectRow]:
    """What the roll-up says of this tenant's own projects on day ``on`` (lamp, reds, yellows), by number."""
    numbers = [project.number for project in projects]
    rows = project_rows(on).filter(owner=connection.schema_name, number__in=numbers)
    return {row.number: row for row in rows}


def standings(projects: Iterable[Project]) -> dict[int, Standing]:
    """By project; one query for all."""
    projects = list(projects)
    comments: dict[int, list[Comment]] = {project.pk: [] for project in projects}
    for comment in Comment.objects.filter(project__in=comments).order_by("-at", "-pk"):
        comments[comment.project_id].append(comment)
    return {project.pk: standing(project, comments[project.pk]) for project in projects}


def waiting_for(department_code: str) -> QuerySet[Project]:
    """Projects on which ``department_code`` was asked and has not yet answered in this round."""
    if not department_code:
        return Project.objects.none()
    answered = Comment.objects.filter(
        project=OuterRef("pk"), round=OuterRef("round"), department_code=department_code
    )
    return listed().filter(
        ~Exists(answered), state=State.COMMENTING, consulted__contains=[department_code]
    )


def department_names(codes: Iterable[str]) -> list[str]:
    """Short names in the order of ``codes``; a code the catalogue does not know stays as it is."""
    known = departments()
    return [known[code].short_name if code in known else code for code in codes]


def objected(projects: QuerySet[Project]) -> set[int]:
    """Those of ``projects`` with an objection that nobody has answered."""
    disputed = projects.filter(comments__opinion=Opinion.OBJECT).distinct()
    return {pk for pk, stands in standings(disputed).items() if stands.unhandled}


# Import ------------------------------------------------------------------------------------------


def words() -> Words:
    """What cells may say: the catalogue's features and industries, and the parks by their banner."""
    parks = Tenant.objects.filter(kind=TenantKind.PARK).select_related("parent").order_by("order")
    places = {park.name: park.parent.code for park in parks if park.parent}
    return Words.of(load_standard(), places=places)


def comparison(intake: Intake, *, lock: bool = False) -> Comparison:
    """What the kept workbook would do to the year's projects as they are now.

    ``lock`` holds the projects until the transaction ends. Raises ``WorkbookRefused``.
    """
    tenant = current_tenant()
    projects = listed(intake.year)
    if lock:
        projects = projects.select_for_update(of=("self",))
    return compare(
        read_list(bytes(intake.file), filename=intake.file_name, words=words()),
        projects,
        threshold_wan=tenant.threshold_wan,
        region_code=own_region(tenant),
    )


def own_region(tenant: Tenant) -> str:
    """The region a tenant's projects lie in; a park's is its banner's, the city has no single one."""
    if tenant.is_city:
        return ""
    known = {region.code for region in REGIONS}
    return next((place.code for place in tenant.lineage() if place.code in known), "")


def intakes() -> QuerySet[Intake]:
    """Workbooks brought in, newest first, without their bytes."""
    return Intake.objects.defer("file").order_by("-uploaded_at", "-pk")


def applied_before(intake: Intake) -> Intake | None:
    """The import of the very same file for the same year, if there was one."""
    return (
        intakes()
        .filter(file_digest=intake.file_digest, year=intake.year, state=Intake.State.APPLIED)
        .exclude(pk=intake.pk)
        .first()
    )


# Moves of the whole list -------------------------------------------------------------------------


def candidates(move: str, year: int) -> QuerySet[Project]:
    """Projects that the move of the whole list takes along; disputed ones wait for a person."""
    if move == "send_for_comment":
        return listed(year).filter(state=State.DRAFT)
    commenting = listed(year).filter(state=State.COMMENTING)
    return commenting.exclude(pk__in=objected(commenting))


@dataclass(frozen=True, slots=True)
class Progress:
    total: int
    done: int
    refused: int

    @property
    def handled(self) -> int:
        return self.done + self.refused


def progress(batch: Batch) -> Progress:
    """How far a batch is; one query."""
    counted = batch.items.aggregate(
        total=Count("pk"),
        done=Count("pk", filter=Q(outcome=Outcome.DONE)),
        refused=Count("pk", filter=Q(outcome=Outcome.REFUSED)),
    )
    return Progress(**counted)


def open_batches(year: int) -> list[Batch]:
    return list(Batch.objects.filter(year=year, finished_at=None).order_by("pk"))


# Filing ------------------------------------------------------------------------------------------

_FILED = (
    "number",
    "name",
    "project_code",
    "owner_name",
    "credit_code",
    "region_code",
    "industry",
    "kind",
    "investment_wan",
    "planned_start_on",
    "target_on",
    "admission_rule",
    "confirmed_on",
    "state",
    "content",
)


def snapshot(year: int) -> dict[str, Any]:
    """The confirmed list of a year as plain JSON values, for filing (A5.5).

    The same list gives the same value whatever happened in between: only confirmed projects, by
    number, amounts and days as text.
    """
    projects = listed(year).filter(state=State.CONFIRMED)
    counted = tally(year)
    return {
        "year": year,
        "counts": {state.value: counted.of(state) for state in State},
        "investment_wan": str(counted.confirmed_wan),
        "projects": [
            {name: as_json(getattr(project, name)) for name in _FILED}
            | {"features": in_order(project.features)}
            for project in projects
        ],
    }


def offered_first(known: Sequence[int], on: date) -> int | None:
    """The list's year a page opens with: from October the next when it is there, else this, else the
    newest. ``known`` are the years there are, the newest first."""
    wanted = [on.year + 1, on.year] if on.month >= 10 else [on.year]
    return next((year for year in wanted if year in known), known[0] if known else None)
