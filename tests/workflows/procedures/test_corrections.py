"""A wrong line is put right by a later one; both stay, and what was known before can be read again."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.models import Tenant
from workflows.procedures.clocks import read_clocks, standing, this_round
from workflows.procedures.corrections import correct
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import ClockEntry, Edge, Procedure
from workflows.procedures.terms import Terms
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
CLERK = Actor(7, "某经办（示例）", "机制办公室")
JAN = date(2026, 1, 28)


@pytest.fixture
def accepted(move: Callable[..., Procedure]) -> Procedure:
    move("C03", "receive", date(2026, 1, 26))
    return move("C03", "accept", JAN)


def put_right(procedure: Procedure, kind: str, **facts: Any) -> Procedure:
    line = ClockEntry.objects.filter(procedure=procedure, kind=kind).order_by("-pk").first()
    assert line
    facts.setdefault("version", Procedure.objects.get(pk=procedure.pk).version)
    facts.setdefault("why", "受理通知书日期看错")
    return correct(procedure_number=procedure.number, entry_id=line.pk, actor=CLERK, **facts)


def test_the_right_day_moves_every_date_and_the_wrong_line_stays(accepted: Procedure) -> None:
    assert accepted.statutory_due_on == date(2026, 3, 3)
    fixed = put_right(accepted, "accept", on=date(2026, 1, 27))
    assert fixed.accepted_on == date(2026, 1, 27)
    assert fixed.statutory_due_on == date(2026, 3, 2)
    lines = list(ClockEntry.objects.order_by("pk"))
    assert [(line.kind, line.on) for line in lines] == [
        ("receive", date(2026, 1, 26)),
        ("accept", JAN),
        ("accept", date(2026, 1, 27)),
    ]
    assert lines[2].corrects == lines[1]
    told = TrailEntry.objects.order_by("-number")[0]
    assert told.action == "procedures.correct"
    assert "2026-01-28 改为 2026-01-27" in told.summary
    assert told.detail["before"]["on"] == "2026-01-28"


def test_the_ledger_as_it_was_known_gives_the_dates_of_that_moment(accepted: Procedure) -> None:
    before = ClockEntry.objects.latest("pk").recorded_at
    put_right(accepted, "accept", on=date(2026, 1, 27))
    lines = list(ClockEntry.objects.order_by("pk"))
    terms, calendar = Terms.read(accepted.terms), work_calendar()

    def due(known_at: datetime | None) -> date | None:
        clocks = read_clocks(terms, lines, calendar=calendar, on=JAN, known_at=known_at)
        return clocks.statutory.due_on

    assert due(before) == date(2026, 3, 3)
    assert due(None) == due(timezone.now()) == date(2026, 3, 2)
    assert due(before - timedelta(days=30)) is None


def test_a_correction_of_a_correction_stands_in_the_first_place(accepted: Procedure) -> None:
    put_right(accepted, "accept", on=date(2026, 1, 27))
    again = put_right(accepted, "accept", on=date(2026, 1, 26))
    assert again.accepted_on == date(2026, 1, 26)
    stands = standing(list(ClockEntry.objects.order_by("pk")))
    assert [(line.kind, line.on) for line in stands] == [
        ("receive", date(2026, 1, 26)),
        ("accept", date(2026, 1, 26)),
    ]


def test_the_last_line_can_be_taken_back_and_no_other(accepted: Procedure) -> None:
    with pytest.raises(MoveRefused, match="只能收回最后一条"):
        put_right(accepted, "receive", take_back=True)
    back = put_right(accepted, "accept", take_back=True)
    # Nothing answers the receipt any more: five days of silence have accepted long since.
    assert back.accepted_on == date(2026, 1, 26)
    assert ClockEntry.objects.count() == 3


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"on": date(2026, 1, 25)}, "早于本办件上一条记录"),
        ({"on": date(2126, 1, 25)}, "晚于今天"),
        ({"on": JAN, "document": "准审〔2026〕1号"}, "没有可更正的"),
        ({"on": date(2026, 1, 27), "why": " "}, "须写明原因"),
        ({"on": date(2026, 1, 27), "version": 1}, "已有人办理"),
        ({"on": date(2026, 1, 27), "reach": frozenset({"fgw"})}, "不是您所在单位"),
    ],
)
def test_what_can_not_be_right_is_refused_and_changes_nothing(
    accepted: Procedure, facts: dict[str, Any], words: str
) -> None:
    with pytest.raises(MoveRefused, match=words):
        put_right(accepted, "accept", **facts)
    assert ClockEntry.objects.count() == 2


def test_a_line_may_not_pass_the_one_after_it(
    accepted: Procedure, move: Callable[..., Procedure]
) -> None:
    move("C03", "stop", date(2026, 2, 9), reason="hearing")
    with pytest.raises(MoveRefused, match="晚于下一条记录的 2026-02-09"):
        put_right(accepted, "accept", on=date(2026, 2, 10))


def test_a_corrected_line_is_not_corrected_twice(accepted: Procedure) -> None:
    first = ClockEntry.objects.get(kind="accept")
    put_right(accepted, "accept", on=date(2026, 1, 27))
    with pytest.raises(MoveRefused, match="已经更正过"):
        correct(
            procedure_number=accepted.number,
            entry_id=first.pk,
            version=Procedure.objects.get(pk=accepted.pk).version,
            why="再改",
            on=JAN,
            actor=CLERK,
        )


def test_a_corrected_withdrawal_keeps_the_rounds_apart(
    accepted: Procedure, move: Callable[..., Procedure]
) -> None:
    move("C03", "withdraw", date(2026, 2, 5), text="改方案")
    move("C03", "receive", date(2026, 2, 9))
    put_right(accepted, "withdraw", on=date(2026, 2, 6))
    lines = this_round(standing(list(ClockEntry.objects.order_by("pk"))))
    assert [(line.kind, line.on) for line in lines] == [("receive", date(2026, 2, 9))]


def test_the_page_corrects_and_shows_both_lines(
    accepted: Procedure, here: Tenant, console: Callable[..., Client], member: Callable[..., Any]
) -> None:
    office = console(here, member(here))
    line = ClockEntry.objects.get(kind="receive")
    url = f"/procedures/{accepted.number}/correct/{line.pk}/"
    page = office.get(url)
    assert page.status_code == 200
    assert 'value="2026-01-26"' in page.content.decode()
    version = Procedure.objects.get(pk=accepted.pk).version
    answer = office.post(
        url, {"version": version, "on": "2026-01-23", "at": "17:30", "why": "窗口登记簿为准"}
    )
    assert answer.status_code == 302
    line = ClockEntry.objects.latest("pk")
    assert (line.on, line.at, line.text) == (date(2026, 1, 23), time(17, 30), "窗口登记簿为准")
    shown = office.get(f"/procedures/{accepted.number}/").content.decode()
    assert "已更正" in shown
    assert "窗口登记簿为准" in shown
    refused = office.post(url, {"version": version, "on": "2026-01-22", "why": "又错"})
    assert refused.status_code == 404  # the line no longer stands


def test_the_neighbour_can_not_correct(
    accepted: Procedure,
    project: Project,
    dalate: Tenant,
    console: Callable[..., Client],
    member: Callable[..., Any],
) -> None:
    line = ClockEntry.objects.get(kind="receive")
    neighbour = console(dalate, member(dalate))
    url = f"/procedures/{accepted.number}/correct/{line.pk}/"
    assert neighbour.get(url).status_code == 404
    assert neighbour.post(url, {"take_back": "on", "why": "无"}).status_code == 404


# What a correction may not bring about -----------------------------------------------------------


def test_an_extension_is_not_corrected_to_a_level_or_a_length_the_law_does_not_grant(
    accepted: Procedure, move: Callable[..., Procedure]
) -> None:
    facts = {"days": 10, "level": "head", "approver": "某局长（示例）", "text": "情况复杂"}
    due_on = move("C03", "extend", date(2026, 2, 9), **facts).statutory_due_on
    with pytest.raises(MoveRefused, match="须经本部门负责人批准"):
        put_right(accepted, "extend", level="government")
    with pytest.raises(MoveRefused, match="最多延长 10 日"):
        put_right(accepted, "extend", days=60)
    assert Procedure.objects.get(pk=accepted.pk).statutory_due_on == due_on
    assert ClockEntry.objects.count() == 3
    assert put_right(accepted, "extend", days=5).statutory_due_on < due_on  # type: ignore[operator]


def test_extensions_together_stay_within_the_law_when_the_first_is_corrected(
    accepted: Procedure, move: Callable[..., Procedure]
) -> None:
    facts = {"level": "head", "approver": "某局长（示例）", "text": "情况复杂"}
    move("C03", "extend", date(2026, 2, 9), days=5, **facts)
    move("C03", "extend", date(2026, 2, 10), days=5, **facts)
    first = ClockEntry.objects.get(kind="extend", on=date(2026, 2, 9))
    with pytest.raises(MoveRefused, match="后面 2026-02-10 的“延长”就不成立"):
        correct(
            procedure_number=accepted.number,
            entry_id=first.pk,
            version=Procedure.objects.get(pk=accepted.pk).version,
            why="天数看错",
            days=10,
            actor=CLERK,
        )


def test_a_stop_is_not_corrected_to_a_reason_the_law_does_not_know_or_that_runs_already(
    accepted: Procedure, move: Callable[..., Procedure]
) -> None:
    move("C03", "stop", date(2026, 2, 9), reason="hearing")
    move("C03", "stop", date(2026, 2, 10), reason="testing")
    with pytest.raises(MoveRefused, match="已因“听证”自 2026-02-09 停表"):
        put_right(accepted, "stop", reason="hearing")
    with pytest.raises(MoveRefused, match="不在法定事由之内"):
        put_right(accepted, "stop", reason="hand_up")
    with pytest.raises(MoveRefused, match="须填书面告知的文号"):
        put_right(accepted, "stop", document=" ")
    told = put_right(accepted, "stop", reason="expert_review")
    assert told.state == "stopped"
    assert "法定事由 检测 改为 专家评审" in TrailEntry.objects.order_by("-number")[0].summary


def test_a_stop_that_was_resumed_by_its_reason_keeps_it(
    accepted: Procedure, move: Callable[..., Procedure]
) -> None:
    move("C03", "stop", date(2026, 2, 9), reason="hearing")
    move("C03", "resume", date(2026, 2, 12), reason="hearing")
    with pytest.raises(MoveRefused, match="后面 2026-02-12 的“恢复”就不成立"):
        put_right(accepted, "stop", reason="testing")
    assert Procedure.objects.get(pk=accepted.pk).state == "accepted"


def test_a_resume_is_not_corrected_so_that_a_decision_falls_into_a_stop(
    accepted: Procedure, move: Callable[..., Procedure]
) -> None:
    for before in Procedure.objects.filter(edges_out__after=accepted):
        Procedure.objects.filter(pk=before.pk).update(state="decided", decided_on=JAN)
    move("C03", "stop", date(2026, 2, 9), reason="hearing")
    move("C03", "stop", date(2026, 2, 10), reason="testing")
    move("C03", "resume", date(2026, 2, 12))
    move("C03", "decide", date(2026, 2, 13))
    with pytest.raises(MoveRefused, match="停表还没有恢复"):
        put_right(accepted, "resume", reason="hearing")


def test_a_later_notice_is_not_corrected_to_ask_for_more_without_a_ground(
    accepted: Procedure, move: Callable[..., Procedure]
) -> None:
    number = accepted.number
    move("C03", "withdraw", date(2026, 2, 5), text="改方案")
    move("C03", "receive", date(2026, 2, 9))
    move("C03", "notify", date(2026, 2, 9), text="缺图", items=("总平面图",))
    move("C03", "correct", date(2026, 2, 10))
    move("C03", "notify", date(2026, 2, 11), text="仍缺图", items=("总平面图",))
    with pytest.raises(MoveRefused, match="再次要求新的材料须选择理由"):
        put_right(accepted, "notice", items=("总平面图", "红线图"))
    with pytest.raises(MoveRefused, match="会颠倒先后"):
        put_right(accepted, "notice", on=date(2026, 2, 10))
    first = ClockEntry.objects.get(kind="notice", on=date(2026, 2, 9))
    with pytest.raises(MoveRefused, match="后面 2026-02-11 的“一次性告知”就不成立"):
        correct(
            procedure_number=number,
            entry_id=first.pk,
            version=Procedure.objects.get(number=number).version,
            why="告知书为准",
            items=("红线图",),
            actor=CLERK,
        )
    put_right(accepted, "notice", items=("总平面图", "红线图"), ground="new_fact")
    assert ClockEntry.objects.latest("pk").ground == "new_fact"


def test_a_notice_that_came_after_the_silence_leaves_the_clock_running(
    move: Callable[..., Procedure],
) -> None:
    """The receipt was in truth days earlier: what was told after five days of silence is late."""
    move("C03", "receive", date(2026, 1, 26))
    procedure = move("C03", "notify", date(2026, 1, 30), text="缺图")
    told = put_right(procedure, "receive", on=date(2026, 1, 19))
    assert (told.state, told.ball) == ("accepted", "department")
    assert told.accepted_on == date(2026, 1, 19)


def test_what_silence_has_accepted_is_not_refused_by_a_corrected_day(
    move: Callable[..., Procedure],
) -> None:
    move("C03", "receive", date(2026, 1, 26))
    procedure = move("C03", "refuse", date(2026, 1, 30), text="不属于本机关职权")
    with pytest.raises(MoveRefused, match="第三十二条"):
        put_right(procedure, "refuse", on=date(2026, 2, 5))
    with pytest.raises(MoveRefused, match="后面 2026-01-30 的“不予受理”就不成立"):
        put_right(procedure, "receive", on=date(2026, 1, 19))


@pytest.mark.parametrize("facts", [{"take_back": True}, {"on": date(2026, 3, 2)}])
def test_the_unit_that_was_silent_does_not_undo_what_its_silence_did(
    move: Callable[..., Procedure], facts: dict[str, Any]
) -> None:
    procedure = move("C03", "receive", date(2026, 1, 26))
    with pytest.raises(MoveRefused, match="请机制办公室核对"):
        put_right(procedure, "receive", reach=frozenset({procedure.department_code}), **facts)
    assert ClockEntry.objects.count() == 1
    earlier = {"on": date(2026, 1, 23), "reach": frozenset({procedure.department_code})}
    assert put_right(procedure, "receive", **earlier).accepted_on == date(2026, 1, 23)
    put_right(procedure, "receive", **facts)  # the office may


@pytest.mark.parametrize("facts", [{"take_back": True}, {"on": date(2026, 2, 6)}])
def test_a_decision_that_others_rest_on_is_not_taken_from_under_them(
    move: Callable[..., Procedure], facts: dict[str, Any]
) -> None:
    decided, follower = _one_after_another(move)
    with pytest.raises(MoveRefused, match=f"“{follower.name}”已在 2026-02-05 受理"):
        put_right(decided, "decide", **facts)
    assert Procedure.objects.get(pk=decided.pk).decided_on == date(2026, 2, 4)
    assert put_right(decided, "decide", on=date(2026, 2, 5)).decided_on == date(2026, 2, 5)


def _one_after_another(move: Callable[..., Procedure]) -> tuple[Procedure, Procedure]:
    """A matter nobody must wait for, decided; and one that was accepted because of it."""
    edge = next(
        edge
        for edge in Edge.objects.filter(strength="hard").order_by("pk")
        if not Edge.objects.filter(after=edge.before, strength__in=["hard", "deficient"]).exists()
        and Edge.objects.filter(after=edge.after, strength="hard").count() == 1
    )
    first, second = edge.before.matter_code, edge.after.matter_code
    move(first, "receive", date(2026, 2, 2))
    move(first, "accept", date(2026, 2, 3))
    decided = move(first, "decide", date(2026, 2, 4))
    move(second, "receive", date(2026, 2, 4))
    return decided, move(second, "accept", date(2026, 2, 5))
