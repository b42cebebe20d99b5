"""Names and days as the report's lists show them."""

from datetime import date

from kernel.clock import WorkCalendar


def day_words(on: date | None, calendar: WorkCalendar) -> str:
    """2026-01-16; 2027-01-06（推定） beyond the last published notice; a dash for no day."""
    if on is None:
        return "—"
    return f"{on.isoformat()}{'（推定）' if calendar.is_provisional(on) else ''}"
