"""Procedures as duties (办件时限): the day that binds a running procedure, read from the ledger's caches."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import QuerySet
from django.db.models.functions import Least

from workflows.procedures.lifecycle import FINISHED, RUNNING, State
from workflows.procedures.models import Procedure
from workflows.projects.lifecycle import State as ProjectState
from workflows.supervision.duties import Duty, addresses

SOURCE = "procedures"
#: A stopped clock has no due day, and what waits for the applicant is not chased.
CHASED = (State.RECEIVED, State.ACCEPTED)


def _running() -> QuerySet[Procedure]:
    return Procedure.objects.filter(
        project__state=ProjectState.CONFIRMED, state__in=CHASED, decided_on=None
    )


def duties_until(last: date) -> Iterable[Duty]:
    """Running procedures whose promised or statutory day, whichever comes first, is no later than ``last``."""
    rows = (
        _running()
        .annotate(bound_on=Least("promised_due_on", "statutory_due_on"))
        .filter(bound_on__lte=last)
        .order_by("bound_on", "pk")
        .values_list("number", "name", "department_code", "bound_on", "project__name")
    )
    address = addresses("procedures:detail")
    for number, name, code, bound_on, project in rows.iterator(2000):
        yield Duty(
            source=SOURCE,
            key=number,
            number=number,
            title=name,
            department_code=code,
            due_on=bound_on,
            url=address(number),
            project_name=project,
        )


def still_open(keys: Iterable[str]) -> set[str]:
    """Those under way, whether their clock runs or stands."""
    found = Procedure.objects.filter(
        number__in=keys, state__in=RUNNING, project__state=ProjectState.CONFIRMED
    )
    return set(found.order_by().values_list("number", flat=True))


def done_on(keys: Iterable[str]) -> Mapping[str, date]:
    """The day each was decided; what was withdrawn, refused or taken off the list was not."""
    decided = Procedure.objects.filter(
        number__in=keys, state__in=FINISHED, decided_on__isnull=False
    )
    return {
        number: on for number, on in decided.order_by().values_list("number", "decided_on") if on
    }
