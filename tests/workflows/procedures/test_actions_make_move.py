"""A move goes through the table, changes every date by reading, and is refused with a sentence."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kernel.calendars.queries import work_calendar
from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.rollup.models import ProcedureRow
from workflows.procedures import actions
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.queries import book_of
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
Move = Callable[..., Procedure]
JAN, FEB = date(2026, 1, 28), date(2026, 2, 9)
HEAD = {"level": "head", "approver": "局长", "text": "难"}


def clocks(project: Project, code: str, on: date) -> Any:
    number = Procedure.objects.get(project=project, matter_code=code).number
    return book_of(project).clocks(work_calendar(), on)[number]


@pytest.fixture
def accepted(move: Move) -> Procedure:
    """人防审批, 20 working days, which waits for nothing hard."""
    move("C03", "receive", date(2026, 1, 26))
    return move("C03", "accept", JAN)


def test_twenty_working_days_from_28_january_2026_end_on_3_march(accepted: Procedure) -> None:
    assert accepted.state == "accepted"
    assert accepted.ball == "department"
    assert accepted.accepted_on == JAN
    assert accepted.statutory_due_on == date(2026, 3, 3)


def test_a_stop_over_the_spring_festival_moves_the_date(accepted: Procedure, move: Move) -> None:
    stopped = move("C03", "stop", FEB, reason="expert_review", document="准人防告〔2026〕3号")
    assert (stopped.state, stopped.ball) == ("stopped", "third")
    assert stopped.statutory_due_on is None
    # 28 Jan to 9 Feb uses 8 days; the 12 left are counted from 26 Feb (27, 28 make-up, 2-13 March).
    assert move("C03", "resume", date(2026, 2, 26)).statutory_due_on == date(2026, 3, 13)


def test_an_owners_own_stop_leaves_the_ball_with_the_owner(accepted: Procedure, move: Move) -> None:
    assert move("C03", "stop", FEB, reason="owner_request").ball == "owner"


def test_an_extension_counts_on_from_the_last_day(accepted: Procedure, move: Move) -> None:
    extended = move(
        "C03", "extend", FEB, days=10, level="head", approver="局长（示例）", text="情况复杂"
    )
    assert extended.statutory_due_on == date(2026, 3, 17)
    with pytest.raises(MoveRefused, match="还可延长 0 日"):
        move("C03", "extend", FEB, days=1, level="head", approver="局长（示例）", text="又复杂")


def test_a_decision_ends_the_clock_and_a_delivery_the_procedure(
    accepted: Procedure, move: Move, project: Project
) -> None:
    decided = move("C03", "decide", FEB)
    assert (decided.state, decided.decided_on, decided.red_on) == ("decided", FEB, None)
    delivered = move("C03", "deliver", date(2026, 2, 11))
    assert (delivered.state, delivered.ball, delivered.delivered_on) == (
        "delivered",
        "nobody",
        date(2026, 2, 11),
    )
    with pytest.raises(MoveRefused, match="现在可办：责令重新办理"):
        move("C03", "withdraw", date(2026, 2, 12), text="迟了")


def test_correction_begins_the_five_days_anew(move: Move, project: Project) -> None:
    move("C03", "receive", date(2026, 1, 5))
    assert move("C03", "notify", date(2026, 1, 7), text="缺图").ball == "owner"
    move("C03", "correct", date(2026, 1, 26))
    assert move("C03", "accept", JAN).statutory_due_on == date(2026, 3, 3)


def test_five_working_days_of_silence_have_accepted_from_the_day_of_receipt(
    move: Move, project: Project
) -> None:
    # Received before the Spring Festival of 2026: the fifth working day is 25 February.
    received = move("C03", "receive", date(2026, 2, 11))
    assert received.received_on == date(2026, 2, 11)
    assert clocks(project, "C03", date(2026, 2, 24)).state == "received"
    silent = clocks(project, "C03", date(2026, 2, 26))
    assert (silent.state, silent.deemed, silent.accepted_on) == (
        "accepted",
        True,
        date(2026, 2, 11),
    )
    # Nobody pressed a button, yet the stored row is right: it was read as of today when touched.
    stored = Procedure.objects.get(matter_code="C03")
    assert stored.state == "accepted"
    assert stored.statutory_due_on == silent.statutory.due_on
    with pytest.raises(MoveRefused, match="《行政许可法》第三十二条，自收到之日起即为受理"):
        move("C03", "notify", date(2026, 2, 27), text="迟了的告知")
    with pytest.raises(MoveRefused, match="第三十二条"):
        move("C03", "accept", date(2026, 2, 27))
    # What was done on paper in time may still be written down.
    assert move("C03", "notify", date(2026, 2, 24), text="按时的告知").state == "correcting"


def test_withdrawn_and_received_again_a_new_clock_runs(accepted: Procedure, move: Move) -> None:
    gone = move("C03", "withdraw", FEB, text="改方案")
    assert (gone.state, gone.ball, gone.statutory_due_on) == ("withdrawn", "owner", None)
    move("C03", "receive", FEB)
    again = move("C03", "accept", date(2026, 2, 10))
    assert again.accepted_on == date(2026, 2, 10)
    assert again.statutory_due_on == work_calendar().add(date(2026, 2, 10), 20)
    assert ClockEntry.objects.count() == 5


def test_refused_acceptance_may_be_handed_in_again(move: Move) -> None:
    move("C03", "receive", date(2026, 1, 26))
    refused = move("C03", "refuse", JAN, text="不属于本机关职权", document="不受〔2026〕1号")
    assert (refused.state, refused.ball, refused.received_on) == ("refused", "owner", None)
    assert move("C03", "receive", FEB).received_on == FEB


def test_a_calendar_day_matter_counts_from_receipt(move: Move) -> None:
    received = move("B01", "receive", date(2026, 1, 5))
    assert received.statutory_due_on == date(2026, 3, 6)  # 60 days later


@pytest.mark.parametrize(
    ("name", "on", "facts", "words"),
    [
        ("stop", FEB, {"document": "告〔2026〕1号"}, "须填法定事由"),
        ("stop", FEB, {"reason": "expert_review", "document": " "}, "须填书面告知的文号"),
        ("stop", FEB, {"reason": "lunch"}, "不在法定事由之内"),
        ("stop", date(2026, 3, 4), {"reason": "hearing"}, "2026-03-03 届满"),
        ("extend", FEB, {"days": 11, **HEAD}, "最多延长 10 日"),
        ("extend", FEB, {"days": 5, **HEAD, "level": ""}, "须填批准层级"),
        ("extend", FEB, {"days": 5, **HEAD, "level": "government"}, "须经本部门负责人批准"),
        ("extend", FEB, {"days": 5, **HEAD, "approver": ""}, "须填批准人"),
        ("extend", date(2026, 3, 4), {"days": 5, **HEAD}, "届满之后不能"),
        ("hand_up", FEB, {}, "由本级决定，不需要上报"),
        ("redo", FEB, {"text": "判决"}, "不能“责令重新办理”"),
        ("resume", FEB, {}, "不能“恢复计时”"),
        ("receive", FEB, {}, "不能“收件”"),
        ("accept", FEB, {}, "不能“受理”"),
        ("decide", date(2026, 1, 27), {}, "早于本办件上一条记录的 2026-01-28"),
        ("decide", date(2126, 1, 1), {}, "晚于今天"),
        ("decide", FEB, {"document": ""}, "须填文书编号"),
        ("withdraw", FEB, {"text": ""}, "须填说明"),
        ("decide", FEB, {"version": 1}, "已有人办理"),
        ("decide", FEB, {"reach": frozenset({"fgw"})}, "不是您所在单位的办件"),
    ],
)
def test_a_move_the_rules_say_no_to_changes_nothing(
    accepted: Procedure, move: Move, name: str, on: date, facts: dict[str, Any], words: str
) -> None:
    before = Procedure.objects.filter(pk=accepted.pk).values().get()
    with pytest.raises(MoveRefused, match=words):
        move("C03", name, on, **facts)
    assert Procedure.objects.filter(pk=accepted.pk).values().get() == before
    assert ClockEntry.objects.count() == 2


def test_a_hard_predecessor_binds_acceptance_and_a_soft_one_does_not(
    move: Move, project: Project
) -> None:
    move("C06", "receive", date(2026, 1, 5))
    with pytest.raises(MoveRefused, match=r"须先办结的事项：.*工程规划许可"):
        move("C06", "accept", date(2026, 1, 6))
    move("B04", "receive", date(2026, 1, 5))
    assert move("B04", "accept", date(2026, 1, 6)).state == "accepted"


def test_a_decision_waits_for_hard_predecessors_even_after_silence(move: Move) -> None:
    move("C06", "receive", date(2026, 1, 5))
    with pytest.raises(MoveRefused, match="须先办结"):
        move("C06", "decide", date(2026, 1, 20))


def test_a_matter_without_extension_in_law_refuses_one(move: Move) -> None:
    move("C04", "receive", date(2026, 1, 5))
    with pytest.raises(MoveRefused, match="没有规定可以延长"):
        move("C04", "extend", date(2026, 1, 20), days=1, **HEAD)


def test_a_stopped_clock_must_run_before_a_decision(accepted: Procedure, move: Move) -> None:
    move("C03", "stop", FEB, reason="hearing")
    with pytest.raises(MoveRefused, match="现在可办：停表、恢复计时"):
        move("C03", "decide", date(2026, 2, 10))


def test_a_removed_project_takes_no_moves(move: Move, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(state="removed")
    with pytest.raises(MoveRefused, match="已移出"):
        move("C03", "receive", JAN)


def test_a_move_writes_trail_and_picture_and_changes_its_followers(
    move: Move, project: Project
) -> None:
    move("A05", "receive", date(2025, 11, 3))
    move("A05", "accept", date(2025, 11, 4))
    done = move("A05", "decide", date(2025, 11, 7))
    row = ProcedureRow.objects.get(number=done.number)
    assert (row.state, row.decided_on) == ("decided", date(2025, 11, 7))
    line = TrailEntry.objects.order_by("-number").first()
    assert line
    assert (line.action, line.subject, line.actor_name) == (
        "procedures.decide",
        done.number,
        "某经办（示例）",
    )
    assert line.detail["on"] == "2025-11-07"


def test_a_failing_picture_leaves_neither_line_nor_state(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(rows: object) -> None:
        raise RuntimeError("the shared table is away")

    lines = TrailEntry.objects.count()
    monkeypatch.setattr(actions.rollup, "put", fail)
    with pytest.raises(RuntimeError):
        move("C03", "receive", JAN)
    assert not ClockEntry.objects.exists()
    assert Procedure.objects.get(matter_code="C03").state == "planned"
    assert TrailEntry.objects.count() == lines


def test_the_event_day_and_the_moment_of_recording_are_both_kept(move: Move) -> None:
    move("C03", "receive", date(2026, 1, 26), actor=Actor(9, "李某（示例）"))
    line = ClockEntry.objects.get()
    assert line.on == date(2026, 1, 26)
    assert line.recorded_at.date() > line.on
    assert line.late_days > 0
    assert (line.by_id, line.by_name) == (9, "李某（示例）")
