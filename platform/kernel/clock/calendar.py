"""工作日历：working days as the State Council's holiday notices set them, in closed form."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Self

from kernel.labelled import Labelled

FIRST, LAST = date(2000, 1, 1), date(2060, 12, 31)
_ORIGIN = FIRST.toordinal()
_SIZE = LAST.toordinal() - _ORIGIN + 1
_DAY = timedelta(days=1)


class Unit(Labelled):
    """计量单位：what a limit counts in. It belongs to the matter, never to the system."""

    WORKING = "working", "工作日"
    CALENDAR = "calendar", "自然日"


class CalendarOutOfRange(ValueError):
    """The day asked for, or the one computed, lies outside the calendar."""

    def __init__(self) -> None:
        super().__init__(f"日期超出工作日历范围（{FIRST} 至 {LAST}），请核对录入的日期和天数。")


@dataclass(frozen=True, slots=True)
class Rest:
    """放假：a named holiday, both ends included."""

    name: str
    from_on: date
    until_on: date

    def __post_init__(self) -> None:
        if self.until_on < self.from_on:
            raise ValueError(
                f"{self.name}放假的结束日期 {self.until_on} 早于开始日期 {self.from_on}。"
            )


@dataclass(frozen=True, slots=True)
class Notice:
    """放假通知：one notice of the State Council's office on a year's holidays.

    Unpublished notices (drafts, estimates) shape the calendar too, but leave their year provisional.
    `verified` says that a person has read the dates in the primary source.
    """

    year: int
    number: str
    title: str
    issued_on: date | None
    source: str
    published: bool
    rest: tuple[Rest, ...]
    make_up: tuple[date, ...]
    verified: bool = False

    @property
    def from_on(self) -> date:
        """First day it governs: its own year, and the December days it names before."""
        return min([date(self.year, 1, 1), *(r.from_on for r in self.rest), *self.make_up])

    @property
    def until_on(self) -> date:
        return max([date(self.year, 12, 31), *(r.until_on for r in self.rest), *self.make_up])


class WorkLine:
    """工作日轴：the calendar on day ordinals (`date.toordinal()`), for planning at speed.

    A rank is the number of working days since the calendar's first day, so every question is one
    or two look-ups. All methods raise CalendarOutOfRange. `ranks` are those of all its days,
    `works` its working days.
    """

    __slots__ = ("ranks", "works")

    def __init__(self, working: Iterable[bool]) -> None:
        flags = list(working)
        self.ranks = list(accumulate(flags))
        self.works = [_ORIGIN + i for i, flag in enumerate(flags) if flag]

    def rank(self, day: int) -> int:
        """Working days up to and including `day`."""
        offset = day - _ORIGIN
        if 0 <= offset < _SIZE:
            return self.ranks[offset]
        raise CalendarOutOfRange

    def nth(self, rank: int) -> int:
        """The working day of this rank, counting from 1."""
        if 0 < rank <= len(self.works):
            return self.works[rank - 1]
        raise CalendarOutOfRange

    def on_or_before(self, day: int) -> int:
        return self.nth(self.rank(day))

    def on_or_after(self, day: int) -> int:
        rank = self.rank(day)
        if rank and self.works[rank - 1] == day:
            return day
        return self.nth(rank + 1)

    def finish(self, start: int, days: int, unit: Unit) -> int:
        """Last day of a limit of `days` that starts on `start` (not counted); never a rest day."""
        if unit is Unit.WORKING and days:
            return self.nth(self.rank(start) + days)
        return self.on_or_after(start + days)

    def latest_start(self, finish: int, days: int, unit: Unit) -> int:
        """The greatest start whose `finish()` is not after `finish`."""
        if unit is Unit.WORKING and days:
            return self.nth(self.rank(finish) - days + 1) - 1
        return self.on_or_before(finish) - days


class WorkCalendar:
    """工作日历：Monday to Friday, less the rest days, plus the make-up days of the notices.

    Immutable and shareable. Every answer is O(1) or O(log n); all methods raise
    CalendarOutOfRange outside FIRST..LAST. `estimated` counts the days that are estimates before
    each day, and before the day after the last.
    """

    __slots__ = (
        "_by_day",
        "_by_year",
        "_rests",
        "_spans",
        "_starts",
        "estimated",
        "line",
        "notices",
    )

    def __init__(self, notices: Iterable[Notice]) -> None:
        # A later notice overrides an earlier one day by day (the 2020 Spring Festival did so).
        self.notices = tuple(
            sorted(notices, key=lambda n: (n.published, n.issued_on or date.min, n.year, n.number))
        )
        working = [(_ORIGIN + i) % 7 not in (6, 0) for i in range(_SIZE)]
        self._by_year: dict[int, Notice] = {}
        self._by_day: dict[int, Notice] = {}
        for notice in self.notices:
            if notice.published:
                self._by_year.setdefault(notice.year, notice)
            for day in (d for rest in notice.rest for d in _ordinals(rest.from_on, rest.until_on)):
                working[day - _ORIGIN] = False
                self._by_day[day] = notice
            for day in (d.toordinal() for d in notice.make_up):
                _ordinals(FIRST, date.fromordinal(day))
                working[day - _ORIGIN] = True
                self._by_day[day] = notice
        self.line = WorkLine(working)
        self.estimated = list(
            accumulate(
                (self.notice_of(date.fromordinal(_ORIGIN + i)) is None for i in range(_SIZE)),
                initial=0,
            )
        )
        self._rests = sorted(
            (rest for notice in self.notices for rest in notice.rest), key=lambda r: r.from_on
        )
        self._starts = [rest.from_on for rest in self._rests]
        published = [notice for notice in self.notices if notice.published]
        published.sort(key=lambda notice: notice.year)  # within a year they stand as issued
        self._spans = [(notice.from_on, notice.until_on, notice) for notice in published]

    @classmethod
    def from_notices(cls, notices: Iterable[Notice]) -> Self:
        return cls(notices)

    def is_working(self, day: date) -> bool:
        return self.line.on_or_before(day.toordinal()) == day.toordinal()

    def add(self, day: date, days: int) -> date:
        """The n-th working day after `day`, which is not counted; with 0, `day` itself."""
        if days < 0:
            raise ValueError("工作日天数不能为负数。")
        start = day.toordinal()
        rank = self.line.rank(start)
        return date.fromordinal(self.line.nth(rank + days)) if days else day

    def subtract(self, day: date, days: int) -> date:
        """The n-th working day before `day`, which is not counted; with 0, `day` itself."""
        if days < 0:
            raise ValueError("工作日天数不能为负数。")
        end = day.toordinal()
        before = self.line.rank(end) - self.is_working(day)
        return date.fromordinal(self.line.nth(before - days + 1)) if days else day

    def between(self, start: date, end: date) -> int:
        """Working days d with start < d <= end; negative when end comes first."""
        return self.line.rank(end.toordinal()) - self.line.rank(start.toordinal())

    def count(self, first: date, last: date) -> int:
        """Working days from `first` to `last`, both included."""
        return self.between(first, last) + self.is_working(first)

    def days(self, start: date, end: date, unit: Unit) -> int:
        """Days d with start < d <= end, in the unit."""
        return self.between(start, end) if unit is Unit.WORKING else (end - start).days

    def finish(self, start: date, days: int, unit: Unit) -> date:
        """Last day of a limit whose counting begins on the day after `start`; never a rest day."""
        return date.fromordinal(self.line.finish(start.toordinal(), days, unit))

    def on_or_after(self, day: date) -> date:
        return date.fromordinal(self.line.on_or_after(day.toordinal()))

    def on_or_before(self, day: date) -> date:
        return date.fromordinal(self.line.on_or_before(day.toordinal()))

    def notice_of(self, day: date) -> Notice | None:
        """The published notice a day rests on: the one naming it, else its year's; or None."""
        named = self._by_day.get(day.toordinal())
        return named if named and named.published else self._by_year.get(day.year)

    def is_provisional(self, day: date) -> bool:
        """No published notice covers this day: it is an estimate (推定)."""
        return self.any_provisional(day - _DAY, day)

    def any_provisional(self, start: date, end: date) -> bool:
        """Some day d with start < d <= end is an estimate."""
        if end <= start:
            return False
        low, high = start.toordinal() - _ORIGIN + 1, end.toordinal() - _ORIGIN + 1
        if low < 0 or high > _SIZE:
            raise CalendarOutOfRange
        return self.estimated[high] > self.estimated[low]

    def notices_between(self, start: date, end: date) -> tuple[Notice, ...]:
        """The published notices that govern some day d with start < d <= end, by year."""
        return tuple(notice for first, last, notice in self._spans if first <= end and start < last)

    def holidays_between(self, first: date, last: date) -> tuple[Rest, ...]:
        """Named holidays from `first` to `last`, clipped to them, in order of days."""
        return tuple(
            Rest(rest.name, max(rest.from_on, first), min(rest.until_on, last))
            for rest in self._rests[: bisect_left(self._starts, last + _DAY)]
            if rest.until_on >= first
        )


def _ordinals(first: date, last: date) -> range:
    if first < FIRST or last > LAST:
        raise CalendarOutOfRange
    return range(first.toordinal(), last.toordinal() + 1)
