"""What is noticed on which day, with which deadline; and why it ends."""

from datetime import date
from typing import Any

import pytest

from tests.workflows.watches.conftest import day, history, line
from workflows.procedures.models import ClockEntry
from workflows.watches.deadlines import due, why_closed
from workflows.watches.kinds import Kind

RECEIVED = line("receive", "1-5")  # Monday; an answer is owed by Monday the 12th
ACCEPTED = line("accept", "1-28")  # 20 working days end on 3 March
DECIDED = line("decide", "2-10")  # delivered by 2 March, ten working days on


def noticed(*lines: ClockEntry, on: str, **facts: Any) -> list[tuple[str, date]]:
    return [(found.kind.value, found.deadline_on) for found in due(history(*lines, on=on, **facts))]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("1-7", []),
        ("1-8", [("notice_due", day("1-12"))]),
        ("1-12", [("notice_due", day("1-12"))]),
        ("1-13", [("notice_passed", day("1-12"))]),
        ("1-20", [("notice_passed", day("1-12"))]),
    ],
)
def test_an_answer_is_owed_within_five_days(on: str, expected: list[Any]) -> None:
    assert noticed(RECEIVED, on=on) == expected


def test_a_notice_given_or_an_acceptance_owes_no_answer() -> None:
    assert noticed(RECEIVED, line("notice", "1-9"), on="1-20") == []
    assert noticed(RECEIVED, line("accept", "1-9"), on="1-20") == []


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2-13", []),
        ("2-25", [("due_soon", day("3-3"))]),  # five working days, 28 February is one
        ("3-3", [("due_soon", day("3-3"))]),
        ("3-4", [("passed", day("3-3"))]),
        ("5-20", [("passed", day("3-3"))]),
    ],
)
def test_the_statutory_day_comes_and_goes(on: str, expected: list[Any]) -> None:
    assert noticed(ACCEPTED, on=on) == expected


def test_law_promise_and_plan_each_have_their_day_and_one_day_is_told_once() -> None:
    found = due(history(ACCEPTED, on="3-9", promised_days=10, planned=("1-20", "3-3")))
    assert [(d.kind.value, d.deadline_on, d.words) for d in found] == [
        ("passed", day("3-3"), "法定期限、计划完成已过，尚未办结"),
        ("passed", day("2-11"), "承诺期限已过，尚未办结"),
    ]


def test_what_has_not_been_handed_in_is_measured_against_its_planned_start() -> None:
    found = due(history(on="1-19", planned=("1-20", "3-3")))
    assert [(d.kind.value, d.words) for d in found] == [("due_soon", "计划受理将到，尚未收件")]
    assert noticed(on="1-21", planned=("1-20", "3-3")) == [("passed", day("1-20"))]
    assert noticed(on="1-21") == []


def test_a_stopped_clock_has_no_statutory_day() -> None:
    stop = line("stop", "2-4", reason="expert_review")
    assert noticed(ACCEPTED, stop, on="5-20") == []
    assert noticed(ACCEPTED, stop, on="5-20", planned=(None, "3-10")) == [("passed", day("3-10"))]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2-14", []),
        ("2-26", [("delivery_due", day("3-2"))]),
        ("3-3", [("delivery_passed", day("3-2"))]),
    ],
)
def test_delivery_within_ten_working_days(on: str, expected: list[Any]) -> None:
    assert noticed(ACCEPTED, DECIDED, on=on) == expected
    assert noticed(ACCEPTED, DECIDED, line("deliver", "2-24"), on="3-20") == []


def test_an_approval_that_lapses_before_the_start_is_noticed_at_once() -> None:
    found = due(
        history(
            ACCEPTED,
            line("decide", "2-10"),
            line("deliver", "2-10"),
            on="2-11",
            start=day("5-11"),
            validity_months=3,
        )
    )
    assert [(d.kind, d.deadline_on, d.words) for d in found] == [
        (
            Kind.LAPSES_BEFORE_START,
            day("5-10"),
            "批文有效至2026年5月10日，早于计划开工2026年5月11日",
        )
    ]


def test_renewal_is_noticed_before_its_last_day_until_the_start() -> None:
    lines = (ACCEPTED, line("decide", "2-10"), line("deliver", "2-10"))

    def on(text: str, start: str) -> list[Any]:
        return noticed(*lines, on=text, start=day(start), validity_months=3)

    assert on("4-7", "5-8") == []
    assert on("4-8", "5-8") == [("renewal_due", day("5-9"))]  # 9 May is a make-up Saturday
    assert on("5-7", "5-8") == [("renewal_due", day("5-9"))]
    assert on("5-8", "5-8") == []


def test_each_end_has_its_reason() -> None:
    def why(kind: Kind, deadline: str, *lines: ClockEntry, on: str) -> str:
        read = history(*lines, on=on)
        return why_closed(kind, day(deadline), read, due(read))

    stop = line("stop", "2-4", reason="expert_review")
    assert why(Kind.DUE_SOON, "3-3", ACCEPTED, on="3-4") == "期限已过，另列逾期提醒"
    assert why(Kind.PASSED, "3-3", ACCEPTED, line("decide", "3-9"), on="3-9") == "已办结"
    assert why(Kind.DUE_SOON, "3-3", ACCEPTED, stop, on="3-2") == "期限有变"
    assert why(Kind.NOTICE_DUE, "1-12", RECEIVED, line("accept", "1-9"), on="1-9") == (
        "已经受理、告知或者撤回"
    )
    assert why(Kind.NOTICE_DUE, "1-12", RECEIVED, on="1-13") == "期限已过，另列逾期提醒"
    assert why(
        Kind.DELIVERY_DUE, "3-4", ACCEPTED, line("decide", "2-10"), line("deliver", "3-2"), on="3-2"
    ) == ("已送达")
    assert why(Kind.RENEWAL_DUE, "5-9", ACCEPTED, on="3-2") == "批文或者计划开工日期有变"
