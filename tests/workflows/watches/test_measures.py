"""Indicators against ledgers written by hand. Days are of 2026, limits of 20 working days."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from kernel.shares import Share
from tests.workflows.watches.conftest import day, history, line
from workflows.procedures.models import ClockEntry
from workflows.watches.histories import History
from workflows.watches.measures import MEASURES, Case, Period, conspicuous, tallied

YEAR = Period(day("1-1"), day("12-31"))


def cases(name: str, read: History, period: Period = YEAR) -> list[Case]:
    return list(MEASURES[name].find(read, period))


def share(name: str, histories: Iterable[History], department: str = "zrzy") -> Share:
    return tallied(histories, YEAR, [MEASURES[name]])[name][department].share


def flagged(name: str, *lines: ClockEntry, **facts: Any) -> list[bool]:
    return [case.flagged for case in cases(name, history(*lines, **facts))]


# 补录率


def test_a_line_is_late_on_the_second_working_day_after_its_event() -> None:
    assert flagged("late", line("receive", "1-9", "1-12")) == [False]  # Friday, Monday
    assert flagged("late", line("receive", "1-9", "1-13")) == [True]
    assert flagged("late", line("receive", "2-13", "2-14")) == [False]  # a make-up Saturday
    assert flagged("late", line("receive", "2-14", "2-24")) == [False]  # over the Spring Festival
    assert flagged("late", line("receive", "2-14", "2-25")) == [True]


def test_the_day_of_the_record_is_a_day_here_and_not_in_greenwich() -> None:
    just_after_midnight = line("receive", "1-12", "1-14", at=time(0, 30))  # still the 13th in UTC
    assert flagged("late", just_after_midnight) == [True]


def test_a_synthetic_bureau_with_30_percent_back_dated_lines_scores_30_percent() -> None:
    bureau = [
        history(
            line("receive", "3-2", "3-6" if n % 10 < 3 else "3-2"),
            line("accept", "3-4", "3-9" if n % 10 < 3 else "3-5"),
            department="zrzy",
        )
        for n in range(50)
    ]
    honest = [history(line("receive", "3-2"), department="sthj") for _ in range(50)]
    assert share("late", [*bureau, *honest]) == Share(30, 100)
    assert share("late", [*bureau, *honest]).words == "30.0%"
    assert share("late", [*bureau, *honest], "sthj") == Share(0, 50)


def test_a_correction_neither_cleans_a_late_line_nor_makes_one_late() -> None:
    late = line("receive", "1-5", "1-19")
    cleaned = line("receive", "1-19", "1-19", corrects_id=late.pk)
    prompt = line("accept", "1-20")
    moved = line("accept", "1-19", "3-2", corrects_id=prompt.pk)
    assert flagged("late", late, cleaned, prompt, moved) == [True, False]
    assert flagged("corrected", late, cleaned, prompt, moved) == [True, True]


def test_only_events_of_the_period_are_counted() -> None:
    read = history(line("receive", "1-30", "2-10"), line("accept", "2-2"))
    january = Period(day("1-1"), day("1-31"))
    assert [(case.on, case.flagged) for case in cases("late", read, january)] == [
        (day("1-30"), True)
    ]


# 临界补录: accepted on 28 January, due on 3 March


def test_a_decision_on_the_edge_written_down_after_the_limit_is_flagged() -> None:
    accepted = line("accept", "1-28")
    assert flagged("edge", accepted, line("decide", "3-3", "3-5")) == [True]
    assert flagged("edge", accepted, line("decide", "3-2", "3-4")) == [True]
    assert flagged("edge", accepted, line("decide", "2-28", "3-4")) == [False]  # two days before
    assert flagged("edge", accepted, line("decide", "3-3", "3-3")) == [False]
    assert flagged("edge", accepted, line("decide", "3-4", "3-9")) == [False]  # says it is late
    assert flagged("edge", accepted) == []


def test_the_promise_has_an_edge_too_and_no_limit_has_none() -> None:
    accepted, decided = line("accept", "1-28"), line("decide", "2-11", "2-13")
    found = cases("edge", history(accepted, decided, promised_days=10))
    assert [(case.flagged, case.words) for case in found] == [
        (True, "承诺期限2026年2月11日之后才补录")
    ]
    assert flagged("edge", accepted, decided, limit_days=None) == []


def test_a_decision_moved_to_the_edge_counts_by_when_it_was_first_written() -> None:
    accepted = line("accept", "1-28")
    late = line("decide", "3-9", "3-9")
    moved = line("decide", "3-3", "3-10", corrects_id=late.pk)
    assert flagged("edge", accepted, late, moved) == [True]
    prompt = line("decide", "2-12", "2-12")
    assert flagged(
        "edge", accepted, prompt, line("decide", "3-3", "3-10", corrects_id=prompt.pk)
    ) == [False]


# 停表


def test_stopped_days_are_working_days_and_overlaps_count_once() -> None:
    one = history(
        line("accept", "1-5"),
        line("stop", "1-12", reason="testing"),
        line("resume", "1-19"),
    )
    both = history(
        line("accept", "1-5"),
        line("stop", "1-12", reason="testing"),
        line("stop", "1-14", reason="hearing"),
        line("resume", "1-19", reason="testing"),
        line("resume", "1-21", reason="hearing"),
    )
    none = history(line("accept", "1-5"))
    found = [case for read in (one, both, none) for case in cases("stopped", read)]
    assert [(case.flagged, case.days) for case in found] == [(True, 5), (True, 7), (False, 0)]


def test_the_average_is_over_those_that_stopped() -> None:
    stopped = [
        history(line("accept", "1-5"), line("stop", "1-12", reason="testing"), line("resume", end))
        for end in ("1-19", "1-14", "1-19")
    ]
    idle = [history(line("accept", "1-5")) for _ in range(4)]
    tally = tallied([*stopped, *idle], YEAR, [MEASURES["stopped"]])["stopped"]["zrzy"]
    assert tally.share == Share(3, 7)
    assert tally.average_days == 4


def test_what_is_handed_up_is_no_stop() -> None:
    up = (line("accept", "1-5"), line("stop", "1-12", reason="hand_up"))
    assert flagged("stopped", *up) == [False]
    assert flagged("last_days", *up) == []


def test_an_acceptance_by_silence_counts_from_the_day_of_receipt() -> None:
    found = cases("stopped", history(line("receive", "1-5")))
    assert [case.on for case in found] == [day("1-5")]
    assert cases("stopped", history(line("receive", "1-5"), line("refuse", "1-7"))) == []


def test_a_stop_in_the_last_two_days_before_the_limit_is_conspicuous() -> None:
    def stopped_on(text: str) -> list[bool]:
        return flagged("last_days", line("accept", "1-28"), line("stop", text, reason="testing"))

    assert stopped_on("2-27") == [False]
    assert stopped_on("2-28") == [True]
    assert stopped_on("3-2") == [True]
    assert stopped_on("3-3") == [True]


def test_a_stop_within_a_stop_changes_nothing_and_is_not_counted() -> None:
    lines = (
        line("accept", "1-28"),
        line("stop", "2-4", reason="testing"),
        line("stop", "2-27", reason="hearing"),
    )
    assert flagged("last_days", *lines) == [False]


def test_the_department_that_stops_too_often_stands_out() -> None:
    def bureau(code: str, stopped: int, of: int) -> list[History]:
        stop = (line("stop", "1-12", reason="testing"),)
        return [
            history(line("accept", "1-5"), *(stop if n < stopped else ()), department=code)
            for n in range(of)
        ]

    all_of_them = [read for n in range(6) for read in bureau(f"u{n}", 2, 20)]
    measure = MEASURES["stopped"]
    tallies = tallied([*all_of_them, *bureau("bad", 14, 20)], YEAR, [measure])["stopped"]
    assert set(conspicuous(measure, tallies)) == {"bad"}
    assert conspicuous(MEASURES["late"], tallies) == {}


# 二次告知


def test_a_second_notice_that_asks_for_new_papers_is_counted_by_its_ground() -> None:
    first = line("notice", "1-7", items=["红线图"])
    back = line("correct", "1-12")
    again = line("notice", "1-14", items=["红线图", "委托书"], ground="new_fact")
    same = line("notice", "1-14", items=["红线图"])
    received = line("receive", "1-5")
    (found,) = cases("again", history(received, first, back, again))
    assert (found.flagged, found.ground) == (True, "出现新的事实")
    assert found.words == "再次要求：委托书（出现新的事实）"
    assert flagged("again", received, first, back, same) == [False]
    assert flagged("again", received, first) == [False]
    assert flagged("again", received) == []
    unfounded = line("notice", "1-14", items=["委托书"])
    assert cases("again", history(received, first, back, unfounded))[0].ground == "没有理由"


def test_a_new_application_may_be_told_anew() -> None:
    lines = (
        line("receive", "1-5"),
        line("notice", "1-7", items=["红线图"]),
        line("withdraw", "1-8"),
        line("receive", "1-12"),
        line("notice", "1-14", items=["委托书"]),
    )
    assert flagged("again", *lines) == [False]


# 更正


def test_lines_taken_back_or_rewritten_are_counted_once() -> None:
    first = line("receive", "1-5")
    wrong = line("stop", "1-12", reason="testing")
    void = line("void", "1-12", "1-15", corrects_id=wrong.pk)
    found = cases("corrected", history(first, line("accept", "1-7"), wrong, void))
    assert [(case.flagged, case.words) for case in found] == [
        (False, "收件，没有更正"),
        (False, "受理，没有更正"),
        (True, "停表，作废"),
    ]
    assert flagged("stopped", first, line("accept", "1-7"), wrong, void) == [False]
