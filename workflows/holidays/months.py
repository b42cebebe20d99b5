"""年历：a year of the work calendar as twelve months of days, and its arrangements in order. Pure."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.clock import Notice, Rest, WorkCalendar
from kernel.clock.calendar import FIRST, LAST

_DAY = timedelta(days=1)
_WEEKS = Calendar(firstweekday=0)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the grid. ``kind`` is work, weekend, rest or make-up; ``name`` its holiday."""

    on: date
    kind: str
    name: str = ""
    provisional: bool = False
    today: bool = False

    @property
    def mark(self) -> str:
        """The sign a print shows beside the number: 休, 班."""
        return {"rest": "休", "make-up": "班"}.get(self.kind, "")

    @property
    def words(self) -> str:
        kind = {"rest": self.name or "放假", "make-up": "调休上班", "weekend": "周末"}
        return kind.get(self.kind, "工作日") + ("（推定）" if self.provisional else "")


@dataclass(frozen=True, slots=True)
class Month:
    """A month's weeks from Monday; None is a place outside the month."""

    number: int
    weeks: Sequence[Sequence[Day | None]]
    working_days: int


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A holiday or a make-up day, with the notice it rests on."""

    from_on: date
    until_on: date
    name: str
    make_up: bool
    notice: Notice

    @property
    def days(self) -> int:
        return (self.until_on - self.from_on).days + 1


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the calendar. ``published``: some notice on file arranges it."""

    number: int
    published: bool
    months: Sequence[Month]
    arrangements: Sequence[Arrangement]

    @property
    def days(self) -> list[Day]:
        weeks = (week for month in self.months for week in month.weeks)
        return [day for week in weeks for day in week if day]

    @property
    def working_days(self) -> int:
        return sum(month.working_days for month in self.months)

    def count(self, kind: str) -> int:
        return sum(day.kind == kind for day in self.days)


def in_range(year: int) -> bool:
    return FIRST.year <= year <= LAST.year


def year_of(calendar: WorkCalendar, year: int, *, today: date) -> Year:
    """The year as ``calendar`` has it; ``year`` within the calendar's range."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    names = {
        day: rest.name for rest in calendar.holidays_between(first, last) for day in _days_of(rest)
    }
    return Year(
        year,
        any(notice.published and notice.year == year for notice in calendar.notices),
        [_month(calendar, year, month, names, today) for month in range(1, 13)],
        arrangements(calendar, year),
    )


def arrangements(calendar: WorkCalendar, year: int) -> list[Arrangement]:
    """What the notices arrange within ``year``, in order of days; some of it may reach out of it."""
    found = [
        Arrangement(rest.from_on, rest.until_on, rest.name, False, notice)
        for notice in calendar.notices
        for rest in notice.rest
        if rest.from_on.year <= year <= rest.until_on.year
    ]
    found += [
        Arrangement(day, day, _nearest(notice, day), True, notice)
        for notice in calendar.notices
        for day in notice.make_up
        if day.year == year
    ]
    return sorted(found, key=lambda one: (one.from_on, one.until_on, one.notice.number))


def _month(
    calendar: WorkCalendar, year: int, month: int, names: dict[date, str], today: date
) -> Month:
    weeks = [
        [_day(calendar, on, names, today) if on.month == month else None for on in week]
        for week in _WEEKS.monthdatescalendar(year, month)
    ]
    return Month(
        month, weeks, sum(d is not None and d.kind in ("work", "make-up") for w in weeks for d in w)
    )


def _day(calendar: WorkCalendar, on: date, names: dict[date, str], today: date) -> Day:
    weekend = on.weekday() >= 5
    if calendar.is_working(on):
        kind = "make-up" if weekend else "work"
    else:
        kind = "rest" if on in names else "weekend"
    name = names.get(on, "") if kind == "rest" else ""
    return Day(on, kind, name, calendar.is_provisional(on), on == today)


def _days_of(rest: Rest) -> list[date]:
    return [rest.from_on + _DAY * n for n in range((rest.until_on - rest.from_on).days + 1)]


def _nearest(notice: Notice, day: date) -> str:
    """The holiday a make-up day is worked for: the nearest of its own notice."""
    rests = sorted(
        notice.rest,
        key=lambda rest: min(abs((rest.from_on - day).days), abs((rest.until_on - day).days)),
    )
    return rests[0].name if rests else ""
