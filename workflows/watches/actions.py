"""Verbs of the watches: notice what is due, and take note of it."""

from collections.abc import Collection
from datetime import date, datetime
from itertools import islice

from django.db import transaction
from django.db.models import Q

from kernel.calendars.queries import work_calendar
from kernel.refusal import Refused
from kernel.trail import SYSTEM, Actor, record
from workflows.procedures.queries import ledger
from workflows.projects.lifecycle import State as ProjectState
from workflows.watches import queries
from workflows.watches.deadlines import Due, due, why_closed
from workflows.watches.histories import History
from workflows.watches.kinds import Kind
from workflows.watches.models import Alert

BATCH = 300
_WRITTEN = (
    "department_code",
    "words",
    "noticed_at",
    "seen_at",
    "seen_by",
    "closed_on",
    "closed_why",
)


class AlertRefused(Refused):
    """The alert can't be taken note of; the text is for the clerk."""


def notice(*, on: date, at: datetime) -> tuple[int, int]:
    """Write down what is due or has passed as of ``on``, close what no longer is; how many of each.

    Idempotent, and it changes no date: run late it finds what it missed, with the deadline the
    clock gives; run twice it writes nothing twice; never run, every page still reads the clock. A
    deadline that comes back after it was closed is open again, for somebody to see. Some hundred
    procedures at a time, each lot in a transaction of its own.
    """
    calendar = work_calendar()
    histories = queries.histories(ledger(), calendar=calendar, on=on)
    noticed, closed = 0, _close_orphans(on)
    while batch := list(islice(histories, BATCH)):
        new, gone = _notice(batch, on, at)
        noticed += new
        closed += gone
    return noticed, closed


@transaction.atomic
def take_note(
    *, keys: Collection[int], reach: Collection[str] | None, actor: Actor, at: datetime
) -> int:
    """Take note of (知悉) open alerts; how many were not noted before.

    ``reach`` are the units whose alerts the actor answers for, None for all. Raises `AlertRefused`.
    """
    if not keys:
        raise AlertRefused("没有勾选任何一条提醒。请先勾选，再标为知悉。")
    chosen = list(Alert.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    for alert in chosen:
        if reach is not None and alert.department_code not in reach:
            raise AlertRefused(
                f"办件 {alert.number} 不由您所在单位办理，它的提醒请由责任单位或者机制办公室知悉。"
            )
    waiting = [alert for alert in chosen if alert.seen_at is None and alert.closed_on is None]
    for alert in waiting:
        alert.seen_at, alert.seen_by = at, actor.name
    Alert.objects.bulk_update(waiting, ["seen_at", "seen_by"])
    if waiting:
        numbers = list(dict.fromkeys(alert.number for alert in waiting))
        record(
            actor=actor,
            action="watches.take_note",
            subject=numbers[0] if len(numbers) == 1 else "监测预警",
            summary=f"知悉提醒 {len(waiting)} 条：{'、'.join(numbers[:10])}{'等' if len(numbers) > 10 else ''}",
            detail={"alerts": [alert.pk for alert in waiting]},
        )
    return len(waiting)


# Inside ------------------------------------------------------------------------------------------

_Key = tuple[int, str, date]


@transaction.atomic
def _notice(batch: list[History], on: date, at: datetime) -> tuple[int, int]:
    """`notice` for some procedures."""
    of = {history.procedure.pk: history for history in batch}
    found = {key: due(history) for key, history in of.items()}
    wanted: dict[_Key, Due] = {
        (key, due.kind, due.deadline_on): due for key, dues in found.items() for due in dues
    }
    on_file = {
        (alert.procedure_id or 0, alert.kind, alert.deadline_on): alert
        for alert in Alert.objects.select_for_update().filter(procedure__in=list(of)).order_by("pk")
    }
    new = [_alert(of[key[0]], due, at) for key, due in wanted.items() if key not in on_file]
    # Two sweeps at once: what the other has written stands.
    Alert.objects.bulk_create(new, ignore_conflicts=True)
    again, closed, changed = 0, 0, []
    for key, alert in on_file.items():
        before = [getattr(alert, name) for name in _WRITTEN]
        history = of[key[0]]
        if key in wanted:
            alert.words = wanted[key].words
            alert.department_code = history.procedure.department_code
            if alert.closed_on:
                again += 1
                alert.closed_on, alert.closed_why = None, ""
                alert.noticed_at, alert.seen_at, alert.seen_by = at, None, ""
        elif alert.closed_on is None:
            closed += 1
            alert.closed_on = on
            alert.closed_why = why_closed(
                Kind(alert.kind), alert.deadline_on, history, found[key[0]]
            )
        if before != [getattr(alert, name) for name in _WRITTEN]:
            changed.append(alert)
    Alert.objects.bulk_update(changed, _WRITTEN)
    _tell(len(new) + again, closed, on)
    return len(new) + again, closed


def _alert(history: History, due: Due, at: datetime) -> Alert:
    procedure = history.procedure
    return Alert(
        kind=due.kind,
        procedure=procedure,
        number=procedure.number,
        department_code=procedure.department_code,
        deadline_on=due.deadline_on,
        words=due.words,
        noticed_at=at,
    )


@transaction.atomic
def _close_orphans(on: date) -> int:
    """Alerts of procedures that are gone, or of projects that left the list."""
    closed = Alert.objects.filter(
        Q(procedure__isnull=True) | ~Q(procedure__project__state=ProjectState.CONFIRMED),
        closed_on__isnull=True,
    ).update(closed_on=on, closed_why="办件已不在台账")
    _tell(0, closed, on)
    return closed


def _tell(noticed: int, closed: int, on: date) -> None:
    if noticed or closed:
        record(
            actor=SYSTEM,
            action="watches.notice",
            subject="监测预警",
            summary=f"巡检：新提醒 {noticed} 条，了结 {closed} 条。",
            detail={"on": on.isoformat()},
        )
