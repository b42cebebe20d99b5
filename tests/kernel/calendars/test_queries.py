"""The calendar on file counts as the notices say."""

from datetime import date

import pytest

from kernel.calendars.actions import load_standard_notices
from kernel.calendars.models import HolidayNotice
from kernel.calendars.notices_data import NOTICES
from kernel.calendars.queries import notices, work_calendar
from kernel.trail.models import TrailEntry

pytestmark = pytest.mark.django_db


def test_what_is_on_file_is_what_was_shipped() -> None:
    assert sorted(notices(), key=lambda n: n.number) == sorted(NOTICES, key=lambda n: n.number)


def test_the_season_has_the_hand_counted_days() -> None:
    calendar = work_calendar()
    assert calendar.count(date(2025, 11, 1), date(2026, 3, 31)) == 102
    assert calendar.add(date(2026, 1, 28), 20) == date(2026, 3, 3)
    assert calendar.is_provisional(date(2027, 2, 1))


def test_loading_again_changes_nothing_and_leaves_no_line() -> None:
    lines = TrailEntry.objects.count()
    assert load_standard_notices() == []
    assert TrailEntry.objects.count() == lines


def test_a_changed_notice_is_put_right_unless_a_person_verified_it() -> None:
    wrong = HolidayNotice.objects.get(number="国办发明电〔2025〕7号")
    wrong.rests.all().delete()
    assert load_standard_notices() == [wrong.number]
    wrong.make_ups.all().delete()
    HolidayNotice.objects.filter(pk=wrong.pk).update(verified=True, verified_source="国务院公报")
    assert load_standard_notices() == []


def test_a_new_notice_is_seen_at_once() -> None:
    assert work_calendar().is_provisional(date(2027, 5, 1))
    HolidayNotice.objects.create(year=2027, number="测试〔2027〕1号", title="测试", source="测试")
    assert not work_calendar().is_provisional(date(2027, 5, 1))


def test_an_unchanged_calendar_costs_one_query(django_assert_num_queries) -> None:
    work_calendar()
    with django_assert_num_queries(1):
        work_calendar()
