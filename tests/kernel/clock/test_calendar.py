from datetime import date, timedelta
from itertools import permutations

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.calendars.notices_data import NOTICES
from kernel.clock import CalendarOutOfRange, Notice, Rest, Unit, WorkCalendar
from kernel.clock.calendar import FIRST, LAST
from tests.kernel.clock.calendars import REAL, notices
from tests.kernel.clock.oracle import DAY, WallCalendar

DAYS = st.dates(date(2025, 11, 1), date(2027, 2, 28))


def each_day(first: date, last: date) -> list[date]:
    return [first + DAY * i for i in range((last - first).days + 1)]


def test_it_agrees_with_two_libraries_on_every_day_of_2020_to_2026() -> None:
    china = holidays.country_holidays("CN", years=range(2020, 2027))
    for day in each_day(date(2020, 1, 1), date(2026, 12, 31)):
        assert REAL.is_working(day) == chinese_calendar.is_workday(day), day
        assert REAL.is_working(day) == china.is_working_day(day), day


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2025-11-01", "2026-03-31", 102),
        ("2026-01-01", "2026-03-31", 59),
        ("2025-01-01", "2025-12-31", 248),
        ("2026-01-01", "2026-12-31", 248),
        ("2026-02-15", "2026-02-23", 0),
        ("2026-02-14", "2026-02-14", 1),
    ],
)
def test_working_days_counted_by_hand(first: str, last: str, days: int) -> None:
    assert REAL.count(date.fromisoformat(first), date.fromisoformat(last)) == days


def test_adding_and_subtracting_do_not_count_the_day_itself() -> None:
    assert REAL.add(date(2026, 1, 28), 20) == date(2026, 3, 3)
    assert REAL.subtract(date(2026, 3, 3), 20) == date(2026, 1, 28)
    assert REAL.add(date(2026, 2, 13), 1) == date(2026, 2, 14)  # a make-up Saturday
    assert REAL.add(date(2026, 2, 20), 1) == date(2026, 2, 24)  # from inside the holiday
    assert REAL.subtract(date(2026, 2, 20), 1) == date(2026, 2, 14)
    assert REAL.add(date(2026, 2, 20), 0) == date(2026, 2, 20)
    with pytest.raises(ValueError, match="负数"):
        REAL.add(date(2026, 2, 20), -1)
    with pytest.raises(ValueError, match="负数"):
        REAL.subtract(date(2026, 2, 20), -1)


def test_a_later_notice_overrides_an_earlier_one() -> None:
    assert not REAL.is_working(date(2020, 2, 1))  # a make-up day until the holiday was extended
    extended = REAL.notice_of(date(2020, 2, 1))
    assert extended is not None
    assert extended.number == "国办发明电〔2020〕1号"


def test_of_two_notices_on_a_day_the_one_issued_later_holds_whatever_their_numbers() -> None:
    day = date(2026, 5, 6)
    first = Notice(2026, "9号", "", date(2026, 4, 1), "", True, (Rest("假", day, day),), ())
    later = Notice(2026, "2号", "", date(2026, 4, 20), "", True, (), (day,))
    for given_notices in permutations((first, later)):
        calendar = WorkCalendar.from_notices(given_notices)
        assert calendar.is_working(day)
        assert calendar.notice_of(day) == later
        assert calendar.notices_between(day - DAY, day) == (first, later)


def test_a_year_without_a_notice_is_provisional() -> None:
    assert not REAL.is_provisional(date(2026, 12, 31))
    assert REAL.is_provisional(date(2027, 1, 1))
    assert REAL.notice_of(date(2027, 1, 1)) is None
    assert REAL.is_working(date(2027, 1, 1))  # a Friday, as far as anybody knows
    assert REAL.any_provisional(date(2026, 12, 30), date(2027, 1, 1))
    assert not REAL.any_provisional(date(2026, 12, 30), date(2026, 12, 31))
    assert not REAL.any_provisional(date(2027, 1, 1), date(2027, 1, 1))
    assert not REAL.any_provisional(date(2027, 1, 9), date(2027, 1, 1))
    assert not REAL.any_provisional(date(2061, 1, 1), date(2061, 1, 1))  # no day is none anywhere


def test_next_years_notice_may_touch_december() -> None:
    day = date(2026, 12, 31)
    early = Notice(
        2027, "试", "", date(2026, 11, 4), "", True, (Rest("元旦", day, date(2027, 1, 2)),), ()
    )
    calendar = WorkCalendar.from_notices([*NOTICES, early])
    assert REAL.is_working(day)
    assert not calendar.is_working(day)
    assert calendar.notice_of(day) == early
    assert calendar.notice_of(day - DAY) == NOTICES[-1]
    assert calendar.notices_between(day - DAY, day) == (NOTICES[-1], early)


def test_a_notice_governs_its_whole_year_even_where_it_names_no_rest() -> None:
    plain = Notice(2027, "试", "", date(2026, 11, 4), "", True, (), ())
    calendar = WorkCalendar.from_notices([*NOTICES, plain])
    first, last = date(2027, 1, 1), date(2027, 12, 31)
    assert (plain.from_on, plain.until_on) == (first, last)
    assert calendar.notices_between(first - DAY, first) == (plain,)
    assert calendar.notices_between(last - DAY, last) == (plain,)
    assert calendar.notices_between(last, last + DAY) == ()


def test_a_draft_shapes_the_year_and_leaves_it_provisional() -> None:
    day = date(2027, 2, 8)
    draft = Notice(2027, "", "", None, "", False, (Rest("春节", day, day),), ())
    calendar = WorkCalendar.from_notices([*NOTICES, draft])
    assert not calendar.is_working(day)
    assert calendar.is_provisional(day)
    assert calendar.notices_between(day - DAY, day) == ()


def test_holidays_are_clipped_to_the_span_asked_for() -> None:
    assert REAL.holidays_between(date(2026, 2, 20), date(2026, 4, 4)) == (
        Rest("春节", date(2026, 2, 20), date(2026, 2, 23)),
        Rest("清明节", date(2026, 4, 4), date(2026, 4, 4)),
    )
    assert REAL.holidays_between(date(2026, 2, 23), date(2026, 2, 24)) == (
        Rest("春节", date(2026, 2, 23), date(2026, 2, 23)),
    )
    assert REAL.holidays_between(date(2026, 2, 24), date(2026, 4, 3)) == ()


def test_days_outside_the_calendar_are_refused_in_chinese() -> None:
    for ask in (
        lambda: REAL.is_working(date(1999, 12, 31)),
        lambda: REAL.is_provisional(date(2061, 1, 1)),
        lambda: REAL.any_provisional(date(1999, 12, 30), date(2000, 1, 5)),
        lambda: REAL.add(date(2060, 12, 1), 400),
        lambda: REAL.subtract(date(2000, 1, 5), 10),
        lambda: REAL.on_or_before(date(2000, 1, 1)),  # a Saturday, with nothing before it
        lambda: REAL.finish(date(2026, 1, 1), 10**6, Unit.CALENDAR),
        lambda: WorkCalendar.from_notices(
            [Notice(2061, "", "", None, "", True, (), (date(2061, 1, 1),))]
        ),
    ):
        with pytest.raises(
            CalendarOutOfRange, match="超出工作日历范围（2000-01-01 至 2060-12-31）"
        ):
            ask()
    assert REAL.is_working(date(2060, 12, 31))
    assert REAL.between(date(2000, 1, 1), date(2000, 1, 4)) == 2  # Monday and Tuesday
    assert REAL.add(date(2000, 1, 1), 1) == date(2000, 1, 3)
    assert REAL.is_provisional(date(2000, 1, 1))
    assert REAL.is_provisional(date(2060, 12, 31))


def test_a_notice_may_name_the_first_and_the_last_day_of_the_calendar() -> None:
    rest = (Rest("元旦", FIRST, FIRST + DAY * 2), Rest("假", LAST, LAST))
    calendar = WorkCalendar.from_notices([Notice(2000, "", "", None, "", True, rest, ())])
    assert not calendar.is_working(LAST)
    assert calendar.add(FIRST, 1) == date(2000, 1, 4)


def test_a_holiday_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="早于开始日期"):
        Rest("春节", date(2026, 2, 15), date(2026, 2, 14))


@given(notices(), DAYS, st.integers(0, 60), DAYS)
def test_closed_form_equals_the_wall_calendar(
    given_notices: tuple[Notice, ...], day: date, n: int, other: date
) -> None:
    fast, slow = WorkCalendar.from_notices(given_notices), WallCalendar(given_notices)
    assert fast.is_working(day) == slow.is_working(day)
    assert fast.is_provisional(day) == slow.is_provisional(day)
    assert fast.add(day, n) == slow.add(day, n)
    first, last = sorted((day, other))
    assert fast.between(first, last) == slow.between(first, last) == -fast.between(last, first)
    assert fast.count(first, last) == slow.between(first - DAY, last)
    assert fast.on_or_after(day) == slow.finish(day, 0, Unit.CALENDAR)
    assert fast.any_provisional(first, last) == any(
        slow.is_provisional(d) for d in each_day(first + DAY, last)
    )
    back = fast.subtract(day, n)
    assert back == day if n == 0 else slow.between(back - DAY, day - DAY) == n
    assert n == 0 or slow.is_working(back)
    for unit in Unit:
        assert fast.finish(day, n, unit) == slow.finish(day, n, unit)
        start = date.fromordinal(fast.line.latest_start(day.toordinal(), n, unit))
        assert slow.finish(start, n, unit) <= day < slow.finish(start + DAY, n, unit)


def test_notices_data_are_unverified_and_complete() -> None:
    assert {n.year for n in NOTICES} == set(range(2020, 2027))
    assert not any(n.verified for n in NOTICES)
    assert all(n.source and n.issued_on and n.published for n in NOTICES)
    numbers = {n.year: n.number for n in NOTICES if n.year >= 2024}
    assert numbers == {
        2024: "国办发明电〔2023〕7号",
        2025: "国办发明电〔2024〕12号",
        2026: "国办发明电〔2025〕7号",
    }
    for notice in NOTICES:
        assert all(d.weekday() >= 5 for d in notice.make_up if d.year == notice.year), notice
        assert notice.until_on - notice.from_on <= timedelta(days=366)
