"""Questions to the ledger of missing papers (容缺台账)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from kernel.authority.permissions import Role
from kernel.clock import WorkCalendar
from kernel.web.lamps import Lamp, lamp_on
from workflows.deficiency.lifecycle import MISSING, State
from workflows.deficiency.models import Deficiency
from workflows.procedures.models import ClockEntry, Procedure
from workflows.supervision.duties import Duty

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest

#: Working days before the promised day from which it is reminded of and shines yellow.
WARNING_DAYS = 3


def deficiencies_for(request: "SignedInRequest") -> QuerySet[Deficiency]:
    """What the member may see: a department its own procedures', everybody else all."""
    found = Deficiency.objects.select_related("procedure__project")
    if request.membership.role in (Role.DEPARTMENT, Role.REPRESENTATIVE):
        return found.filter(procedure__department_code=request.membership.department_code or "-")
    return found


def narrowed(
    rows: QuerySet[Deficiency], chosen: Mapping[str, Any], on: date
) -> QuerySet[Deficiency]:
    """Those that fit a cleaned `DeficiencyFilter`."""
    if words := chosen.get("q"):
        rows = rows.filter(
            Q(material__icontains=words)
            | Q(procedure__name__icontains=words)
            | Q(procedure__number__icontains=words)
            | Q(procedure__project__name__icontains=words)
        )
    match chosen.get("state"):
        case "late":
            rows = rows.filter(state=State.OPEN, due_on__lt=on)
        case "all":
            pass
        case str(state) if state:
            rows = rows.filter(state=state)
        case _:
            rows = rows.filter(state__in=MISSING)
    if code := chosen.get("department"):
        rows = rows.filter(procedure__department_code=code)
    return rows


def lamp_of(row: Deficiency, on: date, calendar: WorkCalendar) -> Lamp:
    """Yellow three working days before the promised day, red after it."""
    if row.state == State.CANCELLED:
        return Lamp.NONE
    if row.state == State.BREACHED:
        return Lamp.RED
    return lamp_on(
        on,
        yellow_on=calendar.subtract(row.due_on, WARNING_DAYS),
        red_on=row.due_on + timedelta(days=1),
        decided_on=row.ended_on,
    )


def status(row: Deficiency, on: date) -> str:
    """已逾期 is read from the clock, not stored."""
    if row.state == State.OPEN and on > row.due_on:
        return "逾期未补"
    return State(row.state).label


def missing_in(project_id: int) -> dict[str, list[str]]:
    """Papers still missing in a project, by procedure number; one query."""
    found: dict[str, list[str]] = {}
    rows = Deficiency.objects.filter(procedure__project=project_id, state__in=MISSING)
    for number, material in rows.order_by("pk").values_list("procedure__number", "material"):
        found.setdefault(number, []).append(material)
    return found


def of_procedure(procedure: Procedure) -> QuerySet[Deficiency]:
    return Deficiency.objects.filter(procedure=procedure).order_by("pk")


def clock_lines(procedure: Procedure) -> list[ClockEntry]:
    """The clock lines of the procedure in the order written."""
    return list(ClockEntry.objects.filter(procedure=procedure).order_by("pk"))


def breaches_of(owner_name: str, credit_code: str) -> QuerySet[Deficiency]:
    """Promises of the same owner that were broken and put on record, or are overdue."""
    same = Q(procedure__project__owner_name=owner_name)
    if credit_code:
        same |= Q(procedure__project__credit_code=credit_code)
    return Deficiency.objects.filter(same).select_related("procedure").order_by("pk")


def late_count(on: date) -> int:
    return Deficiency.objects.filter(state=State.OPEN, due_on__lt=on).count()


# Supervision --------------------------------------------------------------------------------------


def duties_until(last: date) -> Iterable[Duty]:
    rows = (
        Deficiency.objects.filter(state=State.OPEN, due_on__lte=last)
        .order_by("due_on", "pk")
        .values_list(
            "pk",
            "material",
            "due_on",
            "procedure__number",
            "procedure__department_code",
            "procedure__project__name",
        )
    )
    for pk, material, due_on, number, code, project in rows.iterator(2000):
        yield Duty(
            source="deficiency",
            key=str(pk),
            number=number,
            title=f"容缺材料补齐：{material}",
            department_code=code,
            due_on=due_on,
            url=reverse("deficiency:detail", args=[pk]),
            project_name=project,
        )


def still_open(keys: Iterable[str]) -> set[str]:
    ids = [int(key) for key in keys]
    found = Deficiency.objects.filter(pk__in=ids, state=State.OPEN).order_by()
    return {str(pk) for pk in found.values_list("pk", flat=True)}
