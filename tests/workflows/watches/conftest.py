"""A project with its procedures, moved as in the ledger's own tests; and histories made by hand."""

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import count
from typing import Any

from django.utils import timezone

from kernel.clock import Unit
from tests.kernel.clock.calendars import REAL
from tests.workflows.procedures.conftest import here, make_project, move, project
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.terms import Terms
from workflows.projects.models import Project
from workflows.watches.histories import History

__all__ = ["here", "make_project", "move", "project"]

_keys = count(1)


def day(text: str) -> date:
    """``"1-28"`` is 28 January 2026."""
    month, number = text.split("-")
    return date(2026, int(month), int(number))


def line(
    kind: str, on: str, recorded: str = "", *, at: time = time(10), **facts: Any
) -> ClockEntry:
    """A line that happened on ``on`` and was written down on ``recorded``, the same day unless told."""
    written = datetime.combine(day(recorded or on), at, tzinfo=timezone.get_default_timezone())
    facts.setdefault("document", "准审〔2026〕1号")
    return ClockEntry(
        pk=next(_keys),
        kind=kind,
        on=day(on),
        recorded_at=written,
        by_name="某经办（示例）",
        **facts,
    )


def history(
    *lines: ClockEntry,
    on: str = "6-30",
    department: str = "zrzy",
    start: date = date(2026, 4, 20),
    planned: Sequence[str | None] = (None, None),
    **terms: Any,
) -> History:
    """A procedure of 20 working days, read at the close of ``on``."""
    facts = {"unit": Unit.WORKING, "limit_days": 20, "marks": {}, "materials": ()} | terms
    begin, end = planned
    procedure = Procedure(
        number="ZGE-2026-001-01",
        project=Project(number="ZGE-2026-001", name="示例项目", planned_start_on=start),
        department_code=department,
        name="示例事项",
        planned_start_on=day(begin) if begin else None,
        planned_due_on=day(end) if end else None,
        terms=Terms(**facts).write(),
    )
    return History(procedure, lines, REAL, day(on))
