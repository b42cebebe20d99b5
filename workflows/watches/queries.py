"""Questions to alerts, approvals in force, and the ledger as a whole (监测预警)."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from kernel.authority.permissions import Permission
from kernel.clock import WorkCalendar
from workflows.procedures.lifecycle import FINISHED
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.queries import ledger
from workflows.watches.histories import History
from workflows.watches.kinds import Kind
from workflows.watches.models import Alert


def alerts() -> QuerySet[Alert]:
    """Every alert with its procedure and project, the oldest deadline first."""
    return Alert.objects.select_related("procedure__project").order_by("deadline_on", "pk")


def alerts_by_kind(found: QuerySet[Alert]) -> dict[Kind, int]:
    """How many of each kind, in the order of the kinds; kinds without any are left out."""
    counted = found.order_by().aggregate(
        **{kind.value: Count("pk", filter=Q(kind=kind)) for kind in Kind}
    )
    return {kind: counted[kind.value] for kind in Kind if counted[kind.value]}


def unseen_for(request: HttpRequest) -> int:
    """How many open alerts nobody has taken note of: the member's unit's, or all for the office."""
    member: Any = request.membership  # type: ignore[attr-defined]
    if Permission.WATCHES_HANDLE not in request.permissions:  # type: ignore[attr-defined]
        return 0
    waiting = Alert.objects.filter(closed_on__isnull=True, seen_at__isnull=True)
    if member.department_code:
        waiting = waiting.filter(department_code=member.department_code)
    return waiting.count()


def approvals() -> QuerySet[Procedure]:
    """Decided procedures whose approval holds for a time only, with their projects."""
    return ledger().filter(
        state__in=FINISHED, decided_on__isnull=False, terms__validity_months__gt=0
    )


def touched(first_on: date, last_on: date) -> QuerySet[Procedure]:
    """Procedures with a line of the ledger that happened from ``first_on`` to ``last_on``."""
    happened = ClockEntry.objects.filter(
        procedure_id=OuterRef("pk"), on__gte=first_on, on__lte=last_on
    )
    return ledger().filter(Exists(happened))


def histories(
    procedures: QuerySet[Procedure], *, calendar: WorkCalendar, on: date
) -> Iterator[History]:
    """The procedures with their ledgers, by key; two questions whatever their number, and never more
    than a few hundred in memory."""
    lines = groupby(
        ClockEntry.objects.filter(procedure__in=procedures.order_by().values("pk"))
        .order_by("procedure_id", "pk")
        .iterator(chunk_size=1000),
        key=attrgetter("procedure_id"),
    )
    key, written = next(lines, (None, iter(())))
    for procedure in procedures.order_by("pk").iterator(chunk_size=200):
        # A procedure taken up between the two questions is met at the next reading.
        while key is not None and key < procedure.pk:
            key, written = next(lines, (None, iter(())))
        own = tuple(written) if key == procedure.pk else ()
        yield History(procedure, own, calendar, on)
