"""Lamp rules by table."""

from dataclasses import replace
from datetime import date

import pytest

from kernel.calendars.notices_data import NOTICES
from kernel.clock import WorkCalendar
from workflows.procedures.lamps import SHIPPED, LampRule, LampRules, Watch, bound_by, turning_days
from workflows.procedures.lifecycle import State

CALENDAR = WorkCalendar.from_notices(NOTICES)
PLAN_START, PLAN_DUE = date(2026, 1, 30), date(2026, 3, 10)
STATUTORY, PROMISED = date(2026, 3, 3), date(2026, 2, 26)
DAYS = {
    "planned_start_on": PLAN_START,
    "planned_due_on": PLAN_DUE,
    "statutory_due_on": STATUTORY,
    "promised_due_on": PROMISED,
}


@pytest.mark.parametrize(
    ("state", "deadline", "yellow_on", "red_on"),
    [
        (State.PLANNED, PLAN_START, date(2026, 1, 23), date(2026, 1, 31)),
        (State.WITHDRAWN, PLAN_START, date(2026, 1, 23), date(2026, 1, 31)),
        (State.RECEIVED, PROMISED, date(2026, 2, 14), date(2026, 2, 27)),
        (State.ACCEPTED, PROMISED, date(2026, 2, 14), date(2026, 2, 27)),
        (State.STOPPED, PLAN_DUE, date(2026, 3, 5), date(2026, 3, 11)),
        (State.HANDED_UP, PLAN_DUE, date(2026, 3, 5), date(2026, 3, 11)),
        (State.DECIDED, None, None, None),
        (State.DELIVERED, None, None, None),
    ],
)
def test_a_lamp_turns_by_the_rule_of_its_state(
    state: State, deadline: date | None, yellow_on: date | None, red_on: date | None
) -> None:
    _, found = bound_by(SHIPPED, state, **DAYS)
    assert found == deadline
    assert turning_days(SHIPPED, state, found, CALENDAR) == (yellow_on, red_on)


def test_a_rule_says_which_days_bind_and_how_long_before_and_after() -> None:
    law_alone = replace(SHIPPED, number=2, running=Watch(("statutory_due_on",), 5, grace_days=2))
    assert bound_by(law_alone, State.ACCEPTED, **DAYS) == ("法定期限", STATUTORY)
    # Five working days before 3 March 2026; two more after it are 4 and 5 March.
    days = turning_days(law_alone, State.ACCEPTED, STATUTORY, CALENDAR)
    assert days == (date(2026, 2, 25), date(2026, 3, 6))
    assert LampRule.read(2, law_alone.effective_from, law_alone.write()) == law_alone


def test_of_two_days_alike_the_statutory_one_is_named() -> None:
    same = DAYS | {"promised_due_on": STATUTORY}
    assert bound_by(SHIPPED, State.ACCEPTED, **same) == ("法定期限", STATUTORY)


def test_the_rule_in_force_is_the_newest_that_has_begun() -> None:
    second = replace(SHIPPED, number=2, effective_from=date(2026, 3, 1))
    rules = LampRules([second])
    assert rules.on(date(2026, 2, 28)) is SHIPPED
    assert rules.on(date(2026, 3, 1)) is second
