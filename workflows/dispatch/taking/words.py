"""Names and days as the report's lists show them."""

from datetime import date

from kernel.clock import WorkCalendar
from kernel.papers.paper import cn_date


def day_words(on: date | None, calendar: WorkCalendar) -> str:
    """2026年1月16日; 2027年1月6日（推定） beyond the last published notice; a dash for no day."""
    if on is None:
        return "—"
    return f"{cn_date(on)}{'（推定）' if calendar.is_provisional(on) else ''}"
