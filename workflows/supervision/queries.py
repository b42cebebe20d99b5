"""Questions to the supervision ledger (督导台账)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncMonth
from django.http import HttpRequest
from django.utils import timezone

from kernel.authority.permissions import Role
from kernel.clock import WorkCalendar
from kernel.shares import Share
from workflows.catalogue.queries import departments
from workflows.supervision.duties import sources
from workflows.supervision.lifecycle import DONE, ORDER, Stage, State
from workflows.supervision.models import Case, RuleVersion, Step
from workflows.supervision.rules import STANDARD, ChaseRule, in_force

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest


#: Steps that ask something of the department.
ASKING = (Step.Kind.STAGE, Step.Kind.MANUAL)
#: Working days after the first urging within which it counts as having worked.
SOON_DAYS = 5


def rules() -> list[ChaseRule]:
    """Every version of the rule, the shipped one first; one query."""
    return [
        STANDARD,
        *(
            ChaseRule.read(row.number, row.effective_from, row.stages)
            for row in RuleVersion.objects.order_by("number")
        ),
    ]


def rule_on(on: date) -> ChaseRule:
    return in_force(rules(), on)


def source_labels() -> dict[str, str]:
    return {source.key: source.label for source in sources()}


def cases_for(request: "SignedInRequest") -> QuerySet[Case]:
    """Cases the member may see: a department its own, everybody else all."""
    found = Case.objects.all()
    if request.membership.role in (Role.DEPARTMENT, Role.REPRESENTATIVE):
        return found.filter(department_code=request.membership.department_code or "-")
    return found


def narrowed(cases: QuerySet[Case], chosen: Mapping[str, Any], on: date) -> QuerySet[Case]:
    """Those that fit a cleaned `CaseFilter`; without a word about the state those not closed."""
    if words := chosen.get("q"):
        cases = cases.filter(
            Q(number__icontains=words)
            | Q(title__icontains=words)
            | Q(project_name__icontains=words)
        )
    for name, field in (
        ("source", "source"),
        ("stage", "stage"),
        ("department", "department_code"),
    ):
        if value := chosen.get(name):
            cases = cases.filter(**{field: value})
    match chosen.get("state"):
        case "all":
            pass
        case str(state) if state:
            cases = cases.filter(state=state)
        case _:
            cases = cases.exclude(state=State.CLOSED)
    if chosen.get("late"):
        cases = cases.filter(due_on__lt=on).exclude(state=State.CLOSED)
    return cases


def with_last_words(cases: QuerySet[Case]) -> QuerySet[Any]:
    """Each with ``last_words``: what was last put down or answered; None for nothing."""
    said = Step.objects.filter(case=OuterRef("pk")).exclude(text="")
    return cases.annotate(last_words=Subquery(said.order_by("-pk").values("text")[:1]))


def open_cases() -> QuerySet[Case]:
    """Cases still chased or paused, the oldest deadline first."""
    return Case.objects.exclude(state=State.CLOSED).order_by("due_on", "pk")


def with_answer(cases: QuerySet[Case]) -> QuerySet[Any]:
    """The cases with ``asked`` and ``answered``: the keys of the last step that asked the department
    and of its last reply."""
    steps = Step.objects.filter(case=OuterRef("pk")).order_by("-pk").values("pk")
    return cases.annotate(
        asked=Subquery(steps.filter(kind__in=ASKING)[:1]),
        answered=Subquery(steps.filter(kind=Step.Kind.REPLY)[:1]),
    )


def unanswered(cases: QuerySet[Case]) -> QuerySet[Any]:
    """Cases whose department has not replied since it was last asked."""
    return with_answer(cases).filter(Q(answered=None) | Q(answered__lt=F("asked")))


def chains(cases: Iterable[Case]) -> dict[int, dict[str, Step]]:
    """The last step of each stage that each case has come through or passed over; one query."""
    found: dict[int, dict[str, Step]] = {case.pk: {} for case in cases}
    for step in Step.objects.filter(case__in=list(found)).exclude(stage="").order_by("pk"):
        found[step.case_id][step.stage] = step
    return found


def other_deadlines(case: Case) -> QuerySet[Case]:
    """The other cases of the same duty, one for each deadline it had, the latest first."""
    same = Case.objects.filter(source=case.source, key=case.key).exclude(pk=case.pk)
    return same.order_by("-due_on", "-pk")


def steps_of(case: Case) -> QuerySet[Step]:
    return case.steps.select_related("letter").defer("letter__paper").order_by("pk")


def waiting_count(request: HttpRequest) -> int:
    """For the navigation: a department's own cases past reminding, the supervision office's harder ones."""
    member = request.membership  # type: ignore[attr-defined]
    chased = Case.objects.filter(state=State.CHASING)
    match member.role:
        case Role.DEPARTMENT | Role.REPRESENTATIVE:
            own = chased.filter(department_code=member.department_code or "-")
            return unanswered(own.exclude(stage=Stage.REMIND)).count()
        case Role.SUPERVISION:
            return chased.filter(stage__in=[Stage.SUPERVISE, Stage.REPORT]).count()
        case Role.LEADER:
            return chased.filter(stage=Stage.REPORT).count()
    return 0


@dataclass(frozen=True, slots=True)
class Tally:
    """A department's cases: open ones by stage, and how those that were done ended. One whose deadline
    moved or that was dropped is neither kept nor late."""

    name: str
    code: str
    open: Mapping[str, int]
    kept: int
    late: int

    @property
    def closed(self) -> int:
        return self.kept + self.late


def tallies(cases: QuerySet[Case]) -> Sequence[Tally]:
    """A line for each department; two queries."""
    closed, done = Q(state=State.CLOSED), Q(state=State.CLOSED, closed_why=DONE)
    rows = (
        cases.order_by()
        .values_list("department_code", "stage")
        .annotate(
            open=Count("pk", filter=~closed),
            kept=Count("pk", filter=done & Q(closed_on__lte=F("due_on"))),
            late=Count("pk", filter=done & Q(closed_on__gt=F("due_on"))),
        )
    )
    by_unit: dict[str, dict[str, tuple[int, int, int]]] = {}
    for code, stage, *counts in rows:
        by_unit.setdefault(code, {})[stage] = (counts[0], counts[1], counts[2])
    names = departments()
    order = {code: place for place, code in enumerate(names)}
    return [
        Tally(
            names[code].short_name if code in names else code,
            code,
            {stage.value: counts.get(stage.value, (0, 0, 0))[0] for stage in Stage},
            sum(kept for _, kept, _ in counts.values()),
            sum(late for _, _, late in counts.values()),
        )
        for code, counts in sorted(by_unit.items(), key=lambda item: order.get(item[0], len(order)))
    ]


def raised_by_month(cases: QuerySet[Case], since: date) -> list[tuple[date, dict[str, int]]]:
    """How many of each stage were raised in each month from ``since``, oldest first; one query."""
    rows = (
        Step.objects.filter(kind=Step.Kind.STAGE, on__gte=since, case__in=cases.order_by())
        .annotate(month=TruncMonth("on"))
        .order_by("month")
        .values("month", "stage")
        .annotate(count=Count("pk"))
    )
    months: dict[date, dict[str, int]] = {}
    for row in rows:
        months.setdefault(row["month"], {})[row["stage"]] = row["count"]
    return list(months.items())


def after_urging(
    cases: QuerySet[Case], *, since: date, on: date, calendar: WorkCalendar
) -> dict[str, Share]:
    """By department: of the cases first urged from ``since`` on, how many were done within `SOON_DAYS`
    working days. Those whose days are not over yet do not count; one query, streamed."""
    urging = [stage.value for stage in Stage if ORDER[stage] >= ORDER[Stage.URGE]]
    rows = (
        cases.filter(stage__in=urging)
        .filter(Q(closed_why="") | Q(closed_why=DONE))
        .annotate(
            urged_on=Min("steps__on", filter=Q(steps__kind__in=ASKING, steps__stage__in=urging))
        )
        .filter(urged_on__gte=since)
        .order_by("department_code")
        .values_list("department_code", "urged_on", "closed_on")
    )
    found: dict[str, Share] = {}
    for code, urged_on, closed_on in rows.iterator(chunk_size=2000):
        days = calendar.between(urged_on, closed_on or on)
        if closed_on or days > SOON_DAYS:
            hit = bool(closed_on) and days <= SOON_DAYS
            found[code] = found.get(code, Share()) + Share(int(hit), 1)
    return found


def late_today() -> int:
    return open_cases().filter(due_on__lt=timezone.localdate()).count()
