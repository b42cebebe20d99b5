"""Handing up and coming back, stops that overlap, cases ordered anew, the window's last hour."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from workflows.procedures.explaining import explained
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.live import live_of
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.queries import book_of
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
JAN, FEB = date(2026, 1, 28), date(2026, 2, 9)


@pytest.fixture
def upward(project: Project) -> Procedure:
    """人防审批, as if a higher level decided it."""
    procedure = Procedure.objects.get(project=project, matter_code="C03")
    Procedure.objects.filter(pk=procedure.pk).update(terms=procedure.terms | {"handed_up": True})
    return procedure


@pytest.fixture
def accepted(upward: Procedure, move: Callable[..., Procedure]) -> Procedure:
    move("C03", "receive", date(2026, 1, 26))
    return move("C03", "accept", JAN)


def clocks(project: Project, on: date) -> Any:
    number = Procedure.objects.get(project=project, matter_code="C03").number
    return book_of(project).clocks(work_calendar(), on)[number]


def test_our_clock_stands_from_the_day_the_file_is_sent(
    accepted: Procedure, move: Callable[..., Procedure], project: Project
) -> None:
    with pytest.raises(MoveRefused, match="没有报送文书的不算上报，本级时限继续计算"):
        move("C03", "hand_up", FEB, document="")
    up = move("C03", "hand_up", FEB, document="准人防报〔2026〕1号")
    assert (up.state, up.ball, up.statutory_due_on) == ("handed_up", "higher", None)
    seen = clocks(project, date(2026, 2, 12))
    assert seen.statutory.used_days == 8
    assert seen.upper.due_on == work_calendar().add(FEB, 20)
    assert seen.forecast is seen.upper


def test_sent_back_our_clock_goes_on_where_it_stood(
    accepted: Procedure, move: Callable[..., Procedure]
) -> None:
    move("C03", "hand_up", FEB, document="准人防报〔2026〕1号")
    back = move("C03", "return_down", date(2026, 2, 26), text="缺一份图")
    # Eight days used; the twelve left are counted from 27 February, make-up Saturday included.
    assert (back.state, back.ball, back.statutory_due_on) == (
        "accepted",
        "department",
        date(2026, 3, 13),
    )
    again = move("C03", "hand_up", date(2026, 3, 2), document="准人防报〔2026〕2号")
    assert again.state == "handed_up"
    decided = move("C03", "decide", date(2026, 3, 10), document="内人防〔2026〕9号")
    assert (decided.state, decided.decided_on) == ("decided", date(2026, 3, 10))


def test_two_reasons_stop_the_clock_once_and_the_last_to_end_starts_it(
    accepted: Procedure, move: Callable[..., Procedure], project: Project
) -> None:
    move("C03", "stop", date(2026, 3, 2), reason="hearing", document="告1")
    with pytest.raises(MoveRefused, match="同一事由不重复停表"):
        move("C03", "stop", date(2026, 3, 3), reason="hearing", document="告2")
    move("C03", "stop", date(2026, 3, 3), reason="testing", document="告3", commissioned="owner")
    with pytest.raises(MoveRefused, match="没有因这一事由而停的表。现在停表的事由：听证、检测"):
        move("C03", "resume", date(2026, 3, 4), reason="auction")
    still = move("C03", "resume", date(2026, 3, 5), reason="hearing")
    assert still.state == "stopped"
    running = move("C03", "resume", date(2026, 3, 10), reason="testing")
    # Due on 3 March with one day left when it stopped: the day after the last resume.
    assert (running.state, running.statutory_due_on) == ("accepted", date(2026, 3, 11))
    assert ClockEntry.objects.get(document="告3").commissioned == "owner"


def test_a_case_ordered_anew_has_a_whole_limit_again(
    accepted: Procedure, move: Callable[..., Procedure], project: Project
) -> None:
    move("C03", "decide", FEB, document="批1")
    again = move("C03", "redo", date(2026, 2, 26), document="复议〔2026〕1号", text="撤销原决定")
    assert (again.state, again.decided_on, again.accepted_on) == (
        "accepted",
        None,
        date(2026, 2, 26),
    )
    assert again.statutory_due_on == work_calendar().add(date(2026, 2, 26), 20)
    assert move("C03", "decide", date(2026, 3, 5), document="批2").decided_on == date(2026, 3, 5)


def test_a_second_notice_for_more_needs_a_named_reason(
    project: Project, move: Callable[..., Procedure]
) -> None:
    move("C03", "receive", date(2026, 1, 5))
    move("C03", "notify", date(2026, 1, 7), items=("总平面图",), text="缺图")
    move("C03", "correct", date(2026, 1, 12))
    with pytest.raises(MoveRefused, match=r"当时没有要求：委托书。.*第三十二条"):
        move("C03", "notify", date(2026, 1, 13), items=("总平面图", "委托书"), text="还缺")
    # The same paper once more is no new demand; a new one with its reason is kept with it.
    move("C03", "notify", date(2026, 1, 13), items=("总平面图",), text="图不清")
    move("C03", "correct", date(2026, 1, 14))
    move("C03", "notify", date(2026, 1, 15), items=("委托书",), text="换人", ground="applicant")
    line = ClockEntry.objects.latest("pk")
    assert (line.items, line.ground_label) == (["委托书"], "申请人变更了申请内容")


def test_papers_after_the_windows_last_hour_are_received_the_next_working_day(
    project: Project, move: Callable[..., Procedure]
) -> None:
    procedure = Procedure.objects.get(project=project, matter_code="C03")
    Procedure.objects.filter(pk=procedure.pk).update(
        terms=procedure.terms | {"cut_off": "17:00:00"}
    )
    # Friday 13 February 2026 at 17:30: the next day is a make-up Saturday.
    late = move("C03", "receive", date(2026, 2, 13), at=time(17, 30))
    assert late.received_on == date(2026, 2, 14)
    live = live_of(project, date(2026, 2, 14))
    row = live.row(procedure.number)
    words = [line.label for line in explained(live, row)[0].lines]
    assert any("17:30 收件，已过窗口截止时间 17:00" in word for word in words)
    with pytest.raises(MoveRefused, match=r"发生时刻 .* 晚于现在"):
        move("B01", "receive", timezone.localdate(), at=time(23, 59, 59))
