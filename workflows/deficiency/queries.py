"""Questions to the ledger of missing papers (容缺台账)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from kernel.authority.permissions import Role
from kernel.clock import WorkCalendar
from kernel.papers.paper import cn_date
from kernel.web.lamps import Lamp, lamp_on
from workflows.deficiency.lifecycle import MISSING, UNDER_WAY, Consequence, State
from workflows.deficiency.models import Deficiency, RuleVersion
from workflows.procedures.clocks import standing
from workflows.procedures.lifecycle import RUNNING
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.queries import entries_for
from workflows.supervision.duties import Duty

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest

#: Working days before the promised day from which it is reminded of and shines yellow.
WARNING_DAYS = 3
#: Roles that see what their own unit handles.
OWN_ONLY = (Role.DEPARTMENT, Role.REPRESENTATIVE)


def deficiencies_for(request: "SignedInRequest") -> QuerySet[Deficiency]:
    """What the member may see: a department its own procedures', everybody else all."""
    found = Deficiency.objects.select_related("procedure__project")
    if request.membership.role in OWN_ONLY:
        return found.filter(procedure__department_code=request.membership.department_code or "-")
    return found


def may_open(request: "SignedInRequest", procedure: Procedure) -> bool:
    """Whether `deficiencies_for` holds those of ``procedure``; asks the database nothing."""
    member = request.membership
    return member.role not in OWN_ONLY or procedure.department_code == member.department_code


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
    """Yellow three working days before the promised day, red after it; yellow while the department
    looks at what was handed in, red where that came late."""
    if row.state == State.CANCELLED:
        return Lamp.NONE
    if row.state == State.BREACHED:
        return Lamp.RED
    if row.state == State.HANDED_IN and row.handed_in_on:
        return Lamp.RED if row.handed_in_on > row.due_on else Lamp.YELLOW
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


def missing_in(project_id: int, on: date, *, then: bool = False) -> dict[str, list[str]]:
    """Papers of a project that are missing, or had not come yet on ``on``, each with its day; by
    procedure number, one query. With ``then`` only those let come later by that day."""
    came_later = Q(state=State.MADE_GOOD, granted_on__lte=on, ended_on__gt=on)
    rows = Deficiency.objects.filter(
        Q(state__in=MISSING) | came_later, procedure__project=project_id
    ).select_related("procedure")
    if then:
        rows = rows.filter(granted_on__lte=on)
    found: dict[str, list[str]] = {}
    for row in rows.order_by("due_on", "pk"):
        day = (
            f"{cn_date(row.ended_on)}才补齐"
            if row.state == State.MADE_GOOD and row.ended_on
            else f"{cn_date(row.due_on)}前补齐"
        )
        found.setdefault(row.procedure.number, []).append(f"{row.material}（{day}）")
    return found


def awaited() -> QuerySet[Deficiency]:
    """Papers somebody still waits for: promised, of applications at hand. One whose application ended
    stays in the ledger until it is dealt with, and is not chased."""
    return Deficiency.objects.filter(state__in=UNDER_WAY, procedure__state__in=RUNNING)


def lapsed(rows: QuerySet[Deficiency]) -> set[int]:
    """Keys of those under way whose application ended before the promised day was over, or was never
    handed in after all: nothing was broken; two queries."""
    ended = rows.filter(state__in=UNDER_WAY).exclude(procedure__state__in=RUNNING)
    over = list(ended.select_related("procedure"))
    lines = entries_for({row.procedure for row in over}) if over else {}
    return {row.pk for row in over if ended_in_time(row, lines.get(row.procedure.number, ()))}


def ended_in_time(row: Deficiency, lines: Iterable[ClockEntry]) -> bool:
    """Whether the application, no longer under way by its clock ``lines``, ended by the promised day."""
    return all(line.on <= row.due_on for line in standing(lines)[-1:])


def of_procedure(procedure: Procedure) -> QuerySet[Deficiency]:
    return Deficiency.objects.filter(procedure=procedure).order_by("pk")


def clock_lines(procedure: Procedure) -> list[ClockEntry]:
    """The clock lines of the procedure in the order written."""
    return list(ClockEntry.objects.filter(procedure=procedure).order_by("pk"))


def unkept(owner_name: str, credit_code: str, on: date) -> Deficiency | None:
    """The owner's promise that bars another on ``on``: overdue, dealt with and still missing, or on
    the credit record and not repaired. The same owner is the same name or the same credit code."""
    same = Q(procedure__project__owner_name=owner_name)
    if credit_code:
        same |= Q(procedure__project__credit_code=credit_code)
    broken = (
        Q(state=State.BREACHED)
        | Q(state=State.OPEN, due_on__lt=on)
        | Q(state=State.HANDED_IN, handed_in_on__gt=F("due_on"))
        | Q(decision=Consequence.RECORDED, repair_document="")
    )
    rows = Deficiency.objects.filter(same, broken)
    barring = rows.exclude(pk__in=lapsed(rows)).select_related("procedure")
    return barring.order_by("due_on", "pk").first()


# The rule -----------------------------------------------------------------------------------------

#: The longest a paper may be let come later, in working days: this product's proposal (未核实).
LONGEST_DAYS = 20


def rules() -> list[RuleVersion]:
    """Every version, oldest first; number 1 is the shipped one and holds since ever."""
    shipped = RuleVersion(number=1, longest_days=LONGEST_DAYS, effective_from=date(2000, 1, 1))
    return [shipped, *RuleVersion.objects.order_by("number")]


def longest_days(on: date) -> int:
    """Working days a paper may be let come later on ``on``, by the version that holds then."""
    return [rule for rule in rules() if rule.effective_from <= on][-1].longest_days


# Supervision --------------------------------------------------------------------------------------


def duties_until(last: date) -> Iterable[Duty]:
    rows = (
        awaited()
        .filter(due_on__lte=last)
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
    found = awaited().filter(pk__in=ids).order_by()
    return {str(pk) for pk in found.values_list("pk", flat=True)}


def done_on(keys: Iterable[str]) -> dict[str, date]:
    """The day each paper was handed in, where it was."""
    ids = [int(key) for key in keys]
    found = Deficiency.objects.filter(pk__in=ids, state=State.MADE_GOOD).order_by()
    return {str(pk): on for pk, on in found.values_list("pk", "ended_on") if on}
