"""Questions to the approval ledger (审批台账)."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from kernel.accounts.models import Membership
from kernel.authority.permissions import Role
from kernel.authority.reach import within_reach
from kernel.calendars.queries import work_calendar
from kernel.plan import Edge as PlanEdge
from kernel.web.lamps import Lamp
from tenants.backend import connection
from tenants.rollup.models import RollupRow
from workflows.catalogue.combing import Standard
from workflows.catalogue.models import MatterVersion
from workflows.catalogue.queries import matters, standard_in_force
from workflows.mechanism.models import Unit
from workflows.procedures.lamps import LampRule, LampRules
from workflows.procedures.lifecycle import PAUSED
from workflows.procedures.models import ClockEntry, Edge, LampRuleVersion, Procedure
from workflows.procedures.picture import procedure_rows, project_row
from workflows.procedures.planning import STRENGTH_OF, Book, entries_by_number
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project

DUE_SOON_DAYS = 5  # working days ahead that count as 即将到期

#: What a list may be sorted by, and the columns it sorts on.
SORTS: dict[str, tuple[str, ...]] = {
    "red": ("red_on",),
    "project": ("project__year", "project__number", "order"),
    "matter": ("matter_code", "project__number"),
    "department": ("department_code", "red_on"),
    "statutory": ("statutory_due_on",),
    "promised": ("promised_due_on",),
    "planned": ("planned_due_on",),
    "expected": ("expected_on",),
    "decided": ("decided_on",),
}


def book_of(project: Project) -> Book:
    """The project's ledger in memory; three queries."""
    procedures = list(
        Procedure.objects.filter(project=project).select_related("bundle").order_by("order", "pk")
    )
    for procedure in procedures:
        procedure.project = project
    return Book(
        project,
        procedures,
        edges_of(project),
        entries_by_number(
            ClockEntry.objects.filter(procedure__project=project)
            .select_related("procedure")
            .order_by("pk")
        ),
        lamp_rules(),
    )


def lamp_rules() -> LampRules:
    """Every version of the lamp rule of the current tenant; one query when none is new."""
    newest = LampRuleVersion.objects.aggregate(newest=Max("pk"))["newest"]
    return _lamp_rules(connection.schema_name, newest)


@lru_cache(maxsize=256)
def _lamp_rules(schema_name: str, newest: int | None) -> LampRules:
    return LampRules(
        LampRule.read(row.number, row.effective_from, row.rule)
        for row in LampRuleVersion.objects.order_by("number")
    )


def edges_of(project: Project) -> list[PlanEdge]:
    """The project's dependencies by matter code."""
    return [
        PlanEdge(before, after, STRENGTH_OF[strength], basis)
        for before, after, strength, basis in Edge.objects.filter(after__project=project)
        .order_by("pk")
        .values_list("before__matter_code", "after__matter_code", "strength", "basis")
    ]


def standard(on: date) -> tuple[Standard, dict[str, int]]:
    """The catalogue in force on ``on`` and the number of each matter's version; one query when no
    version was published since it was last asked."""
    newest = MatterVersion.objects.aggregate(newest=Max("pk"))["newest"]
    return _standard(newest, on)


@lru_cache(maxsize=8)
def _standard(newest: int | None, on: date) -> tuple[Standard, dict[str, int]]:
    return standard_in_force(on), dict(matters(on).values_list("matter_code", "number"))


def reach_of(membership: Membership, on: date) -> frozenset[str] | None:
    """Codes of the units whose procedures the member moves; None is all of them (机制办公室)."""
    if membership.role == Role.OFFICE:
        return None
    # A grant stays on the unit's last row; when a change is still to come, another row holds today.
    held = within_reach(membership, "mechanism.handle_procedures", Unit.objects.lasting(on))
    codes = held.values("department_code").order_by()
    units = Unit.objects.in_force(on).filter(department_code__in=codes)
    return frozenset(units.values_list("department_code", flat=True))


def ledger() -> QuerySet[Procedure]:
    """Every procedure of projects on the list, with its project."""
    return Procedure.objects.filter(project__state=ProjectState.CONFIRMED).select_related("project")


def under_lamp(lamp: str, on: date) -> Q:
    """Procedures whose lamp is ``lamp`` on ``on``: the rule of `kernel.web.lamps.lamp_on`."""
    open_ = Q(decided_on__isnull=True) | Q(decided_on__gt=on)
    red, yellow = Q(red_on__lte=on), Q(yellow_on__lte=on)
    calm = open_ & (Q(yellow_on__isnull=True) | Q(yellow_on__gt=on)) & ~Q(red_on__lte=on)
    return {
        Lamp.DONE: Q(decided_on__lte=on),
        Lamp.RED: open_ & red,
        Lamp.YELLOW: open_ & yellow & Q(red_on__gt=on),
        Lamp.PAUSED: calm & Q(state__in=PAUSED),
        Lamp.GREEN: calm & ~Q(state__in=PAUSED) & Q(red_on__isnull=False),
        Lamp.NONE: calm & ~Q(state__in=PAUSED) & Q(red_on__isnull=True),
    }[Lamp(lamp)]


def due_soon(on: date, until_on: date) -> Q:
    """Undecided procedures that turn red within the days after ``on`` up to ``until_on``."""
    return Q(decided_on__isnull=True, red_on__gt=on, red_on__lte=until_on)


def urgent_for(request: HttpRequest) -> int:
    """How many procedures of the member's own unit stand under a red or yellow lamp today."""
    member: Membership = request.membership  # type: ignore[attr-defined]
    if member.role not in (Role.DEPARTMENT, Role.REPRESENTATIVE) or not member.department_code:
        return 0
    today = timezone.localdate()
    urgent = under_lamp(Lamp.RED, today) | under_lamp(Lamp.YELLOW, today)
    return ledger().filter(urgent, department_code=member.department_code).count()


def entries_for(procedures: Iterable[Procedure]) -> dict[str, list[ClockEntry]]:
    """The clock lines of many procedures by number, in the order written; one query."""
    known = {procedure.pk: procedure for procedure in procedures}
    lines: dict[str, list[ClockEntry]] = {}
    for line in ClockEntry.objects.filter(procedure__in=list(known)).order_by("pk"):
        line.procedure = known[line.procedure_id]
        lines.setdefault(line.procedure.number, []).append(line)
    return lines


def rollup_rows() -> Sequence[RollupRow]:
    """What the current tenant's ledger should have in the roll-up; two queries and the calendar."""
    calendar = work_calendar()
    grouped: dict[int, list[Procedure]] = {}
    for procedure in Procedure.objects.filter(project__state=ProjectState.CONFIRMED).order_by("pk"):
        grouped.setdefault(procedure.project_id, []).append(procedure)
    rows: list[Any] = []
    for project in Project.objects.filter(state=ProjectState.CONFIRMED).order_by("pk"):
        procedures = grouped.get(project.pk, [])
        rows += [project_row(project, procedures, calendar), *procedure_rows(project, procedures)]
    return rows
