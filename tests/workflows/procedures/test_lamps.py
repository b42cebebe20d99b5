"""Lamp rules by table."""

from datetime import date

import pytest

from kernel.calendars.notices_data import NOTICES
from kernel.clock import WorkCalendar
from workflows.procedures.lamps import deadline_of, turning_days
from workflows.procedures.lifecycle import State

CALENDAR = WorkCalendar.from_notices(NOTICES)
PLAN_START, PLAN_DUE = date(2026, 1, 30), date(2026, 3, 10)
STATUTORY, PROMISED = date(2026, 3, 3), date(2026, 2, 26)


@pytest.mark.parametrize(
    ("state", "deadline", "yellow_on", "red_on"),
    [
        (State.PLANNED, PLAN_START, date(2026, 1, 23), date(2026, 1, 31)),
        (State.WITHDRAWN, PLAN_START, date(2026, 1, 23), date(2026, 1, 31)),
        (State.RECEIVED, PROMISED, date(2026, 2, 14), date(2026, 2, 27)),
        (State.ACCEPTED, PROMISED, date(2026, 2, 14), date(2026, 2, 27)),
        (State.STOPPED, PLAN_DUE, date(2026, 3, 5), date(2026, 3, 11)),
        (State.DECIDED, None, None, None),
        (State.DELIVERED, None, None, None),
    ],
)
def test_a_lamp_turns_by_the_rule_of_its_state(
    state: State, deadline: date | None, yellow_on: date | None, red_on: date | None
) -> None:
    found = deadline_of(
        state,
        planned_start_on=PLAN_START,
        planned_due_on=PLAN_DUE,
        statutory_due_on=STATUTORY,
        promised_due_on=PROMISED,
    )
    assert found == deadline
    assert turning_days(state, found, CALENDAR) == (yellow_on, red_on)
