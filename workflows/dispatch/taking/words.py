"""Names and days as the report's lists show them."""

from datetime import date

from kernel.clock import WorkCalendar
from workflows.catalogue.queries import departments


def unit_names() -> dict[str, str]:
    """Short names of departments by code."""
    return {code: department.short_name for code, department in departments().items()}


def day_words(on: date | None, calendar: WorkCalendar) -> str:
    """2026-01-16; 2027-01-06（推定） beyond the last published notice; a dash for no day."""
    if on is None:
        return "—"
    return f"{on.isoformat()}{'（推定）' if calendar.is_provisional(on) else ''}"
