"""Of two thousand passes the page shows a list a person can read."""

from datetime import UTC, datetime

from workflows.holidays.models import Visit
from workflows.holidays.queries import LINES_SHOWN, Line, Passes

DONE = Visit(finished_at=datetime(2026, 1, 1, tzinfo=UTC))


def passes(count: int, waiting: int) -> Passes:
    return Passes(
        [Line(f"t_{n}", f"第{n}旗", None if n == waiting else DONE) for n in range(count)]
    )


def test_a_small_city_is_shown_whole_and_in_its_order() -> None:
    few = passes(LINES_SHOWN, waiting=7)
    assert few.shown == few.lines


def test_of_a_large_city_what_is_not_through_comes_first() -> None:
    many = passes(2_000, waiting=1_999)
    assert len(many.shown) == LINES_SHOWN
    assert many.shown[0].name == "第1999旗"
    assert many.total == 2_000
