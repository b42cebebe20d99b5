"""法定时钟：working days, limits, the ledger of clock entries, and `read()`. Pure Python."""

from kernel.clock.calendar import (
    CalendarOutOfRange,
    Notice,
    Rest,
    Unit,
    WorkCalendar,
    WorkLine,
)
from kernel.clock.ledger import Entry, Kind, Limit, StopReason
from kernel.clock.lines import Line
from kernel.clock.reading import Reading, read
from kernel.clock.validity import Standing, Validity, valid_until, watch

__all__ = [
    "CalendarOutOfRange",
    "Entry",
    "Kind",
    "Limit",
    "Line",
    "Notice",
    "Reading",
    "Rest",
    "Standing",
    "StopReason",
    "Unit",
    "Validity",
    "WorkCalendar",
    "WorkLine",
    "read",
    "valid_until",
    "watch",
]
