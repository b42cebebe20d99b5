"""Questions to the consolidated rows (汇总). What a tenant may not see, the walls leave out.

Lamps are worked out by the database from the dates of a row and the day asked, by the same rule as
`kernel.web.lamps.lamp_on`.
"""

from datetime import date
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least

from tenants.rollup.models import (
    ProcedureRow,
    ProjectRow,
    Reconciliation,
    ResolutionRow,
    TaskRow,
)

CONFIRMED = "confirmed"  # state of a project that counts for the season
_PAUSED = ("stopped", "handed_up")  # the clock stands still
_DONE_IN_TIME = Q(done_on__lte=F("target_on"))
_LIMITED = Q(statutory_due_on__isnull=False) | Q(promised_due_on__isnull=False)
_KEPT = Q(decided_on__lte=Least("promised_due_on", "statutory_due_on"))
_EXPECTED_IN_TIME = Q(done_on__isnull=True, expected_on__lte=F("target_on"))


def procedure_rows(on: date) -> QuerySet[ProcedureRow]:
    """Procedures with ``lamp`` at the close of ``on``, ``late`` (a statutory or promised day has
    passed undecided), ``kept`` (decided by ``on``, in time or not; late; else null) and ``next_on``
    (the first day that binds)."""
    undecided = _undecided(on)
    return ProcedureRow.objects.annotate(
        lamp=Case(
            When(decided_on__lte=on, then=Value("done")),
            When(red_on__lte=on, then=Value("red")),
            When(yellow_on__lte=on, then=Value("yellow")),
            When(state__in=_PAUSED, then=Value("paused")),
            When(red_on__isnull=True, yellow_on__isnull=True, then=Value("none")),
            default=Value("green"),
            output_field=TextField(),
        ),
        late=Case(
            When(undecided & (Q(statutory_due_on__lt=on) | Q(promised_due_on__lt=on)), then=True),
            default=False,
            output_field=BooleanField(),
        ),
        kept=Case(
            When(Q(decided_on__lte=on) & _KEPT, then=True),
            When(Q(decided_on__lte=on) & _LIMITED, then=False),
            When(undecided & (Q(statutory_due_on__lt=on) | Q(promised_due_on__lt=on)), then=False),
            default=None,
            output_field=BooleanField(null=True),
        ),
        next_on=Coalesce(Least("promised_due_on", "statutory_due_on"), "planned_due_on"),
    )


def lit(on: date) -> Q:
    """Procedures whose ``lamp`` is red or yellow at the close of ``on``, said by their dates."""
    return _undecided(on) & (Q(red_on__lte=on) | Q(yellow_on__lte=on))


def _undecided(on: date) -> Q:
    return Q(decided_on__isnull=True) | Q(decided_on__gt=on)


def hit_rows(on: date) -> QuerySet[ProjectRow]:
    """Projects with ``hit`` alone: done, or still expected, by the target (clause A3)."""
    return ProjectRow.objects.annotate(
        hit=Case(
            When(_DONE_IN_TIME | (_EXPECTED_IN_TIME & Q(target_on__gte=on)), then=True),
            default=False,
            output_field=BooleanField(),
        )
    )


def project_rows(on: date) -> QuerySet[ProjectRow]:
    """Projects with ``hit``, ``reds`` and ``yellows`` (procedures
    under that lamp at the close of ``on``) and ``lamp``, the worst of them or of the target."""
    its_own = procedure_rows(on).filter(owner=OuterRef("owner"), project_number=OuterRef("number"))
    red, yellow = its_own.filter(Q(lamp="red")), its_own.filter(Q(lamp="yellow"))

    def count(rows: QuerySet[ProcedureRow]) -> Coalesce:
        number = rows.order_by().values("owner").annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(number), 0)

    return hit_rows(on).annotate(
        reds=count(red),
        yellows=count(yellow),
        lamp=Case(
            When(done_on__lte=on, then=Value("done")),
            When(procedures_total=0, then=Value("none")),
            When(Q(expected_on__gt=F("target_on")) | Q(target_on__lt=on), then=Value("red")),
            When(Exists(red), then=Value("red")),
            When(Exists(yellow), then=Value("yellow")),
            default=Value("green"),
            output_field=TextField(),
        ),
    )


def task_rows(on: date) -> QuerySet[TaskRow]:
    """Tasks with ``standing`` on ``on``: done, late (done after its day), overdue, open or cancelled."""
    done = Q(reported_on__lte=on) & ~Q(state="cancelled")
    return TaskRow.objects.annotate(
        standing=Case(
            When(state="cancelled", then=Value("cancelled")),
            When(done & Q(late=True), then=Value("late")),
            When(done, then=Value("done")),
            When(due_on__lt=on, then=Value("overdue")),
            default=Value("open"),
            output_field=TextField(),
        )
    )


def resolution_rows(on: date) -> QuerySet[ResolutionRow]:
    """Resolutions with ``standing`` on ``on``, as tasks have it; dropped ones are cancelled."""
    closed = Q(closed_on__lte=on)
    return ResolutionRow.objects.annotate(
        standing=Case(
            When(state="dropped", then=Value("cancelled")),
            When(closed & Q(closed_on__lte=F("due_on")), then=Value("done")),
            When(closed, then=Value("late")),
            When(due_on__lt=on, then=Value("overdue")),
            default=Value("open"),
            output_field=TextField(),
        )
    )


def years_of(rows: QuerySet[Any], field: str) -> list[int]:
    """Years in which the day ``field`` of these rows lies, newest first."""
    return [day.year for day in rows.order_by().dates(field, "year", "DESC")]


def in_season(
    rows: QuerySet[ProcedureRow], projects: QuerySet[ProjectRow]
) -> QuerySet[ProcedureRow]:
    """Those of ``rows`` whose project is one of ``projects``."""
    return rows.filter(
        Exists(projects.filter(owner=OuterRef("owner"), number=OuterRef("project_number")))
    )


def years() -> list[int]:
    """Years that have projects, newest first."""
    return list(ProjectRow.objects.order_by("-year").values_list("year", flat=True).distinct())


def reconciliations() -> QuerySet[Reconciliation]:
    """The last reconciliation of each tenant and ledger."""
    return Reconciliation.objects.order_by("owner", "ledger")
