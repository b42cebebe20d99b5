"""Approvals lapse on the day the months say, and renewal is asked for in working days before."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import CalendarOutOfRange, Standing, Validity, valid_until, watch
from tests.kernel.clock.calendars import REAL


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("decided", "months", "until"),
    [
        ("2026-03-16", 3, "2026-06-16"),  # 施工许可
        ("2026-11-30", 3, "2027-02-28"),  # no 30 February: the month's last day
        ("2027-11-30", 3, "2028-02-29"),
        ("2026-01-31", 3, "2026-04-30"),
        ("2026-01-15", 60, "2031-01-15"),  # 环评
        ("2024-02-29", 60, "2029-02-28"),  # a leap day, five years on
        ("2024-02-29", 48, "2028-02-29"),
        ("2024-02-29", 24, "2026-02-28"),  # 核准
        ("2023-02-28", 12, "2024-02-28"),  # the same day, not the last one
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-12-31", 12, "2027-12-31"),
        ("9998-06-01", 12, "9999-06-01"),
        ("9999-06-01", 60, "9999-12-31"),  # beyond the last day there is
    ],
)
def test_the_same_day_of_the_month_or_its_last(decided: str, months: int, until: str) -> None:
    assert valid_until(day(decided), months) == day(until)


@given(st.dates(date(1990, 1, 1), date(2200, 12, 31)), st.integers(1, 120))
def test_it_is_the_months_later_and_never_a_later_day_of_the_month(on: date, months: int) -> None:
    until = valid_until(on, months)
    assert (until.year - on.year) * 12 + until.month - on.month == months
    assert until.day <= on.day
    assert until.day == on.day or (until.day >= 28 and on.day > 28)


def seen(on: str, *, start: str | None = "2026-05-20", lead: int = 0, months: int = 3) -> Validity:
    return watch(
        day("2026-03-16"),
        months=months,
        lead_days=lead,
        planned_start_on=day(start) if start else None,
        calendar=REAL,
        on=day(on),
        soon_days=10,
    )


@pytest.mark.parametrize(
    ("on", "start", "standing"),
    [
        ("2026-06-01", "2026-06-10", Standing.OK),
        ("2026-06-02", "2026-06-10", Standing.RENEW_SOON),  # ten working days before 16 June
        ("2026-06-16", "2026-06-10", Standing.RENEW_SOON),
        ("2026-06-17", "2026-06-10", Standing.LAPSED),
        ("2026-04-01", "2026-06-16", Standing.OK),  # begins on the last day
        ("2026-04-01", "2026-06-17", Standing.BEFORE_START),
        ("2026-06-16", "2026-06-17", Standing.BEFORE_START),
        ("2026-06-17", "2026-06-17", Standing.LAPSED),
        ("2026-04-01", None, Standing.OK),
    ],
)
def test_how_it_stands_on_a_day(on: str, start: str | None, standing: Standing) -> None:
    assert seen(on, start=start).standing is standing


def test_the_margin_is_counted_from_the_planned_start() -> None:
    assert seen("2026-04-01", start="2026-06-10").margin_days == 6
    assert seen("2026-04-01", start="2026-06-20").margin_days == -4
    assert seen("2026-04-01", start="2026-06-16").covers_start
    assert not seen("2026-04-01", start="2026-06-20").covers_start
    assert seen("2026-04-01", start=None).margin_days is None
    assert not seen("2026-04-01", start=None).covers_start


@pytest.mark.parametrize(
    ("decided", "months", "lead", "renew_by"),
    [
        ("2026-03-16", 3, 0, "2026-06-16"),
        ("2026-03-13", 3, 0, "2026-06-12"),  # lapses on a Saturday: the last open day before
        ("2023-11-30", 27, 30, "2026-01-12"),  # 30 working days before the make-up Saturday
        ("2024-03-03", 24, 30, "2026-01-14"),  # the Spring Festival lies between
    ],
)
def test_renewal_is_asked_for_working_days_before(
    decided: str, months: int, lead: int, renew_by: str
) -> None:
    found = watch(
        day(decided),
        months=months,
        lead_days=lead,
        planned_start_on=None,
        calendar=REAL,
        on=day("2025-06-01"),
    )
    assert found.renew_by == day(renew_by)
    assert not found.provisional
    if lead:
        assert REAL.between(found.renew_by, found.lapses_on) in (lead, lead - 1)


def test_renewal_presses_twenty_working_days_before_unless_told_otherwise() -> None:
    found = watch(
        day("2026-03-16"),
        months=3,
        lead_days=0,
        planned_start_on=None,
        calendar=REAL,
        on=day("2026-04-01"),
    )
    assert (found.renew_by, found.soon_on) == (day("2026-06-16"), day("2026-05-19"))


def test_the_last_day_to_ask_is_an_estimate_where_its_own_year_has_no_notice() -> None:
    """Lapses on Friday 3 January 2020; two working days before is in 2019, which has no notice."""
    found = watch(
        day("2019-10-03"),
        months=3,
        lead_days=2,
        planned_start_on=None,
        calendar=REAL,
        on=day("2019-11-01"),
    )
    assert (found.renew_by, found.provisional) == (day("2019-12-31"), True)


def test_a_year_without_a_notice_is_an_estimate() -> None:
    far = watch(
        day("2026-03-16"),
        months=60,
        lead_days=30,
        planned_start_on=None,
        calendar=REAL,
        on=day("2026-04-01"),
    )
    assert far.lapses_on == day("2031-03-16")
    assert far.provisional


@pytest.mark.parametrize(
    ("decided", "months", "lapses", "renew_by"),
    [
        ("2058-03-16", 60, "2063-03-16", "2063-02-02"),
        ("2060-12-01", 1, "2061-01-01", "2060-11-22"),
        ("9999-12-01", 60, "9999-12-31", "9999-11-19"),
    ],
)
def test_a_year_no_calendar_reaches_is_counted_in_weekdays_and_marked(
    decided: str, months: int, lapses: str, renew_by: str
) -> None:
    with pytest.raises(CalendarOutOfRange):
        REAL.is_working(day(lapses))
    found = watch(
        day(decided),
        months=months,
        lead_days=30,
        planned_start_on=day("2059-01-01"),
        calendar=REAL,
        on=day("2058-04-01"),
    )
    assert (found.lapses_on, found.renew_by) == (day(lapses), day(renew_by))
    assert found.provisional
    none = watch(
        day(decided),
        months=months,
        lead_days=0,
        planned_start_on=None,
        calendar=REAL,
        on=day("2058-04-01"),
    )
    assert none.renew_by.weekday() <= 4


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)), st.integers(1, 120), st.integers(0, 60))
def test_it_answers_for_every_day(decided_on: date, months: int, lead: int) -> None:
    found = watch(
        decided_on,
        months=months,
        lead_days=lead,
        planned_start_on=decided_on,
        calendar=REAL,
        on=decided_on,
    )
    assert found.soon_on <= found.renew_by <= found.lapses_on
