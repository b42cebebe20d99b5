"""What a page says of an approval: its term, its margin, its lamp."""

from datetime import date

import pytest

from kernel.web.lamps import Lamp
from tests.kernel.clock.calendars import REAL
from tests.workflows.watches.conftest import day, history
from workflows.watches.approvals import Approval, approvals_of


def approval(
    on: str, start: date, months: int | None = 3, lead: int = 0, mark: str = "V"
) -> list[Approval]:
    procedure = history(
        start=start, validity_months=months, renewal_lead_days=lead, marks={"validity": mark}
    ).procedure
    procedure.decided_on = day("3-16")
    return approvals_of([procedure], calendar=REAL, names={"zrzy": "自然资源局"}, on=day(on))


@pytest.mark.parametrize(
    ("on", "start", "lamp", "margin", "note"),
    [
        ("4-1", "5-20", Lamp.GREEN, "余 27 天", False),
        ("6-10", "6-12", Lamp.YELLOW, "余 4 天", False),
        ("6-10", "5-20", Lamp.YELLOW, "余 27 天", True),
        ("4-1", "6-20", Lamp.RED, "差 4 天", False),
        ("6-17", "6-20", Lamp.RED, "差 4 天", False),
        ("6-17", "5-20", Lamp.NONE, "余 27 天", True),
    ],
)
def test_lamp_margin_and_note(on: str, start: str, lamp: Lamp, margin: str, note: bool) -> None:
    (found,) = approval(on, day(start))
    assert (found.lamp, found.margin, bool(found.note)) == (lamp, margin, note)
    assert (found.department, found.term, found.lead) == ("自然资源局", "3 个月", "届满前")
    assert found.verified


def test_terms_in_words_and_what_has_none_is_left_out() -> None:
    (found,) = approval("4-1", day("5-20"), 60, 30, "GK")
    assert (found.term, found.lead, found.verified) == ("5 年", "提前 30 个工作日", False)
    assert approval("4-1", day("5-20"), None) == []
