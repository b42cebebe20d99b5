"""日列：the work calendar on whole columns of days (`date.toordinal()`), for a city at once."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kernel.clock.calendar import FIRST, CalendarOutOfRange, WorkCalendar

Days = NDArray[np.int32]
Flags = NDArray[np.bool_]

#: No day, no count, no code: what a column holds where the object has None.
NONE = -1
_ORIGIN = FIRST.toordinal()


class DayColumns:
    """日列：`WorkLine` and the marks of estimates, over arrays of one length.

    Each method answers as its namesake of `WorkLine` or `WorkCalendar` does; `working` stands for
    the unit. Raises CalendarOutOfRange when a single day lies outside. None is no day here:
    callers ask for the rows that have one.
    """

    def __init__(self, calendar: WorkCalendar) -> None:
        self._ranks = np.asarray(calendar.line.ranks, np.int32)
        self._works = np.asarray(calendar.line.works, np.int32)
        self._earlier = np.concatenate(([0], self._ranks[:-1])).astype(np.int32)
        self._estimated = np.asarray(calendar.estimated, np.int32)

    def rank(self, day: Days) -> Days:
        """Working days up to and including `day`."""
        return _look_up(self._ranks, day - _ORIGIN)

    def nth(self, rank: Days) -> Days:
        """The working day of this rank, counting from 1."""
        return _look_up(self._works, rank - 1)

    def on_or_before(self, day: Days) -> Days:
        return self.nth(self.rank(day))

    def on_or_after(self, day: Days) -> Days:
        return self.nth(_look_up(self._earlier, day - _ORIGIN) + 1)

    def add(self, day: Days, days: Days) -> Days:
        """The n-th working day after `day`; with 0, `day` itself."""
        return np.where(days > 0, self.nth(np.maximum(self.rank(day) + days, 1)), day)

    def subtract(self, day: Days, days: Days) -> Days:
        """The n-th working day before `day`; with 0, `day` itself."""
        earlier = _look_up(self._earlier, day - _ORIGIN)
        return np.where(days > 0, self.nth(earlier - np.maximum(days, 1) + 1), day)

    def days(self, start: Days, end: Days, working: Flags) -> Days:
        """Days d with start < d <= end; negative when end comes first."""
        return np.where(working, self.rank(end) - self.rank(start), end - start)

    def finish(self, start: Days, days: Days, working: Flags) -> Days:
        """Last day of a limit of `days` that starts on `start` (not counted); never a rest day."""
        end = start + days
        ranked = working & (days > 0)
        other = ~ranked
        end[ranked] = self.nth(self.rank(start[ranked]) + days[ranked])
        end[other] = self.on_or_after(end[other])
        return end

    def latest_start(self, finish: Days, days: Days, working: Flags) -> Days:
        """The greatest start whose `finish()` is not after `finish`."""
        start = np.empty_like(finish)
        ranked = working & (days > 0)
        other = ~ranked
        start[ranked] = self.nth(self.rank(finish[ranked]) - days[ranked] + 1) - 1
        start[other] = self.on_or_before(finish[other]) - days[other]
        return start

    def any_provisional(self, start: Days, end: Days) -> Flags:
        """Some day d with start < d <= end is an estimate."""
        first = np.minimum(start, end)
        counted = _look_up(self._estimated, end - _ORIGIN + 1)
        return counted > _look_up(self._estimated, first - _ORIGIN + 1)

    def is_provisional(self, day: Days) -> Flags:
        return self.any_provisional(day - 1, day)


@lru_cache(maxsize=8)
def day_columns(calendar: WorkCalendar) -> DayColumns:
    """The calendar's columns, built once."""
    return DayColumns(calendar)


def _look_up(table: Days, index: Days) -> Days:
    if index.size and (index.min() < 0 or index.max() >= table.size):
        raise CalendarOutOfRange
    return table[index]
