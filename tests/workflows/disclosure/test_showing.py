"""The last day a guide names, by hand-counted dates around the Spring Festival of 2026."""

from datetime import date
from typing import Any

import pytest

from kernel.calendars.queries import work_calendar
from workflows.disclosure.showing import last_day

pytestmark = pytest.mark.django_db


def payload(promised: int | None, days: int | None = 20, unit: str = "working") -> dict[str, Any]:
    return {
        "promised": {"days": promised, "unit": "working"} if promised is not None else None,
        "statutory": {"days": days, "unit": unit},
    }


@pytest.mark.parametrize(
    ("accepted", "promised", "due"),
    [
        # Monday 12 January: 13, 14, 15.
        (date(2026, 1, 12), 3, date(2026, 1, 15)),
        # Wednesday 28 January, 20 working days: 29, 30 Jan; 2-6, 9-13, 14 Feb (make-up);
        # rest 15-23 Feb; 24-27, 28 Feb (make-up); 2, 3 March.
        (date(2026, 1, 28), 20, date(2026, 3, 3)),
        # Saturday 14 February is a make-up day: accepted then, 24, 25, 26 February.
        (date(2026, 2, 14), 3, date(2026, 2, 26)),
        # Inside the holiday the window opens again on the 24th: 25, 26, 27 February.
        (date(2026, 2, 18), 3, date(2026, 2, 27)),
    ],
)
def test_the_last_day_by_hand(accepted: date, promised: int, due: date) -> None:
    last = last_day(payload(promised), on=accepted, calendar=work_calendar())
    assert last is not None
    assert last.due_on == due
    assert not last.provisional


def test_without_a_promise_the_law_counts_in_its_own_unit() -> None:
    # 60 calendar days after 12 January 2026 is Friday 13 March.
    last = last_day(payload(None, 60, "calendar"), on=date(2026, 1, 12), calendar=work_calendar())
    assert last is not None
    assert (last.due_on, last.promised) == (date(2026, 3, 13), False)


def test_without_any_count_there_is_no_day() -> None:
    assert (
        last_day(payload(None, None, "none"), on=date(2026, 1, 12), calendar=work_calendar())
        is None
    )


def test_beyond_the_last_notice_the_day_is_provisional() -> None:
    last = last_day(payload(20), on=date(2026, 12, 20), calendar=work_calendar())
    assert last is not None
    assert last.provisional
