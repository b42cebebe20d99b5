"""Dates under another calendar are those a refresh would set, and looking changes nothing."""

from collections.abc import Callable
from datetime import date

import pytest

from kernel.calendars.queries import notices, work_calendar
from kernel.clock import WorkCalendar
from workflows.procedures.dates import Due, dates_under
from workflows.procedures.models import Procedure
from workflows.procedures.planning import refresh
from workflows.procedures.queries import book_of
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
Move = Callable[..., Procedure]
ON = date(2026, 1, 28)


@pytest.fixture
def accepted(move: Move) -> str:
    move("C03", "receive", date(2026, 1, 26))
    return move("C03", "accept", ON).number


def without_2026() -> WorkCalendar:
    return WorkCalendar.from_notices(n for n in notices() if n.year != 2026)


def test_a_limit_ends_earlier_where_no_notice_gives_the_spring_festival_off(
    project: Project, accepted: str
) -> None:
    book = book_of(project)
    published = dates_under(book, calendar=work_calendar(), on=ON).procedures[accepted]
    estimated = dates_under(book, calendar=without_2026(), on=ON).procedures[accepted]
    assert published["statutory"] == Due(date(2026, 3, 3))
    assert estimated["statutory"] == Due(date(2026, 2, 25), provisional=True)


def test_they_are_the_dates_a_refresh_sets_and_the_book_stays_as_it_was(
    project: Project, accepted: str
) -> None:
    book = book_of(project)
    calendar = without_2026()
    seen = dates_under(book, calendar=calendar, on=ON)
    assert book.changed() == []
    assert not book.project_changed
    refresh(book, calendar=calendar, on=ON)
    for procedure in book.procedures:
        dates = seen.procedures[procedure.number]
        assert dates["expected"].on == procedure.expected_on
        assert dates["statutory"].on == procedure.statutory_due_on
        assert dates["promised"].on == procedure.promised_due_on
        assert dates["red"].on == procedure.red_on
    assert seen.expected.on == book.project.expected_on
    assert seen.feasible == book.project.feasible


def test_of_what_is_decided_only_the_delivery_is_to_come(
    project: Project, accepted: str, move: Move
) -> None:
    move("C03", "decide", date(2026, 2, 9))
    dates = dates_under(book_of(project), calendar=work_calendar(), on=date(2026, 2, 9))
    assert dates.procedures[accepted] == {"delivery": Due(date(2026, 2, 28))}
