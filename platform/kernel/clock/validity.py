"""批文有效期：until when an approval holds, by when its renewal is asked for, and whether it still
holds on the day it is needed."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date

from kernel.clock.calendar import CalendarOutOfRange, WorkCalendar
from kernel.clock.lines import DAY
from kernel.labelled import Labelled

SOON_DAYS = 20  # working days before the last day for renewal


class Standing(Labelled):
    """批文状态：how an approval stands on a day."""

    OK = "ok", "有效"
    RENEW_SOON = "renew_soon", "临近延续"
    BEFORE_START = "before_start", "开工前届满，须延续"
    LAPSED = "lapsed", "已届满"


@dataclass(frozen=True, slots=True)
class Validity:
    """有效期：``lapses_on`` and ``renew_by`` are the last days still in time; ``soon_on`` is the day
    the renewal begins to press.

    ``provisional``: the working days before ``lapses_on`` lie in years without a published notice.
    ``lapses_on`` itself is counted in months and needs none.
    """

    lapses_on: date
    renew_by: date
    soon_on: date
    planned_start_on: date | None
    standing: Standing
    provisional: bool

    @property
    def margin_days(self) -> int | None:
        """Calendar days from the planned start to the last day; negative when it lapses before."""
        return (self.lapses_on - self.planned_start_on).days if self.planned_start_on else None

    @property
    def covers_start(self) -> bool:
        """The planned start falls within the validity."""
        return self.planned_start_on is not None and self.planned_start_on <= self.lapses_on


def valid_until(decided_on: date, months: int) -> date:
    """The last day of ``months`` counted from ``decided_on``, itself not counted: the same day of the
    month, or the month's last where it has none (《民法典》第二百零一条、第二百零二条, by analogy)."""
    year, month = divmod(decided_on.year * 12 + decided_on.month - 1 + months, 12)
    if year > MAXYEAR:
        return date.max
    month += 1
    return date(year, month, min(decided_on.day, monthrange(year, month)[1]))


def watch(
    decided_on: date,
    *,
    months: int,
    lead_days: int,
    planned_start_on: date | None,
    calendar: WorkCalendar,
    on: date,
    soon_days: int = SOON_DAYS,
) -> Validity:
    """How an approval decided on ``decided_on`` stands at the close of ``on``.

    Renewal is asked for ``lead_days`` working days before the last day at the latest (行政许可法第五十条);
    with 0, on the last working day that is not after it. Never raises: beyond the calendar days are
    counted from Monday to Friday and marked.
    """
    lapses_on = valid_until(decided_on, months)
    renew_by, provisional = _back(lapses_on, lead_days, calendar)
    soon_on, _ = _back(renew_by, soon_days, calendar)
    if on > lapses_on:
        standing = Standing.LAPSED
    elif planned_start_on and planned_start_on > lapses_on:
        standing = Standing.BEFORE_START
    elif on >= soon_on:
        standing = Standing.RENEW_SOON
    else:
        standing = Standing.OK
    return Validity(lapses_on, renew_by, soon_on, planned_start_on, standing, provisional)


def _back(day: date, days: int, calendar: WorkCalendar) -> tuple[date, bool]:
    """The n-th working day before ``day``, and whether that is an estimate (推定)."""
    try:
        back = calendar.subtract(day, days) if days else calendar.on_or_before(day)
        return back, calendar.any_provisional(back - DAY, day)
    except CalendarOutOfRange:
        return _weekdays_back(day, days), True


def _weekdays_back(day: date, days: int) -> date:
    while days or day.weekday() > 4:
        day -= DAY
        days -= days > 0 and day.weekday() <= 4
    return day
