"""期限推演：what a project's dates are under a calendar that need not be the one on file.

Nothing is asked of the database and nothing is changed: the ledger in memory is read and planned on
copies, so that two calendars can be held against each other.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date

from kernel.clock import WorkCalendar
from workflows.procedures.clocks import Clocks
from workflows.procedures.models import Procedure
from workflows.procedures.planning import Book, refresh


@dataclass(frozen=True, slots=True)
class Due:
    """A day, and whether it rests on a day that no published notice covers (推定)."""

    on: date | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class ProjectDates:
    """When the project is expected to be done, whether that meets its target, and the dates of each
    procedure by its number: statutory, promised, expected, red, notice, delivery."""

    expected: Due
    feasible: bool
    procedures: Mapping[str, Mapping[str, Due]]


def dates_under(book: Book, *, calendar: WorkCalendar, on: date) -> ProjectDates:
    """The dates `planning.refresh` would set under ``calendar`` at the close of ``on``.

    Of a procedure that is decided only its delivery is still to come. Raises `CalendarOutOfRange`.
    """
    seen = replace(book, project=copy(book.project), procedures=[copy(p) for p in book.procedures])
    refresh(seen, calendar=calendar, on=on)
    clocks = seen.clocks(calendar, on)
    return ProjectDates(
        expected=_due(seen.project.expected_on, calendar) if not seen.project.done_on else Due(),
        feasible=seen.project.feasible,
        procedures={p.number: _dates(p, clocks[p.number], calendar) for p in seen.procedures},
    )


def _dates(procedure: Procedure, clocks: Clocks, calendar: WorkCalendar) -> dict[str, Due]:
    reading, promised = clocks.statutory, clocks.promised
    if reading.decided_on:
        due_on = None if reading.delivered_on else reading.delivery_due_on
        return {"delivery": _due(due_on, calendar)}
    statutory = _due(procedure.statutory_due_on, calendar, reading.provisional)
    promise = _due(
        procedure.promised_due_on, calendar, promised is not None and promised.provisional
    )
    planned = _due(procedure.planned_due_on, calendar)
    red = _due(procedure.red_on, calendar)
    binding = (due for due in (statutory, promise, planned) if due.on and red.on)
    return {
        "statutory": statutory,
        "promised": promise,
        "expected": _due(procedure.expected_on, calendar),
        "red": Due(
            red.on,
            red.provisional or any(d.provisional for d in binding if (red.on - d.on).days == 1),  # type: ignore[operator]
        ),
        "notice": _due(reading.notice_due_on, calendar),
    }


def _due(on: date | None, calendar: WorkCalendar, provisional: bool = False) -> Due:
    return Due(on, on is not None and (provisional or calendar.is_provisional(on)))
