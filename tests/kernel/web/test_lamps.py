from datetime import date

import pytest

from kernel.web.lamps import Lamp, lamp_on

YELLOW, RED = date(2026, 1, 12), date(2026, 1, 19)


@pytest.mark.parametrize(
    ("on", "lamp"),
    [
        (date(2026, 1, 11), Lamp.GREEN),
        (date(2026, 1, 12), Lamp.YELLOW),
        (date(2026, 1, 18), Lamp.YELLOW),
        (date(2026, 1, 19), Lamp.RED),
    ],
)
def test_a_lamp_turns_on_its_own_day(on: date, lamp: Lamp) -> None:
    assert lamp_on(on, yellow_on=YELLOW, red_on=RED) is lamp


def test_a_decision_ends_the_lamp_from_the_day_it_was_made() -> None:
    decided_on = date(2026, 1, 20)
    days = {"yellow_on": YELLOW, "red_on": RED, "decided_on": decided_on}
    assert lamp_on(date(2026, 1, 19), **days) is Lamp.RED
    assert lamp_on(decided_on, **days) is Lamp.DONE


def test_a_paused_clock_shows_the_pause_unless_it_was_red_already() -> None:
    assert lamp_on(RED, yellow_on=None, red_on=None, paused=True) is Lamp.PAUSED
    assert lamp_on(RED, yellow_on=YELLOW, red_on=RED, paused=True) is Lamp.RED


def test_what_has_no_dates_has_no_lamp_and_a_word_for_it() -> None:
    lamp = lamp_on(RED, yellow_on=None, red_on=None)
    assert lamp is Lamp.NONE
    assert lamp.word == "未计时"
