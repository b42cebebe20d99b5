"""From the agenda to the sheets: consent before a special meeting, six steps an item, each resolution handed over once."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kernel.notices.models import Notice
from kernel.trail.models import TrailEntry
from tests.workflows.assignments.conftest import proof
from tests.workflows.meetings.conftest import (
    CLERK,
    LEADER,
    NOW,
    ON,
    SECOND,
    TODAY,
    agree,
    held,
    invited,
    minuted,
    prepared,
    recorded,
    resolved,
    step,
)
from workflows import meetings
from workflows.assignments.actions import make_move
from workflows.assignments.models import Sheet
from workflows.issuing.models import Issued
from workflows.meetings import actions
from workflows.meetings.candidates import Candidate
from workflows.meetings.lifecycle import MOVES, Kind, MeetingRefused, State, move_from, open_moves
from workflows.meetings.models import Meeting, Resolution

pytestmark = pytest.mark.django_db


# Consent --------------------------------------------------------------------------------------------


def test_a_special_meeting_without_consent_is_not_called() -> None:
    meeting = prepared(Kind.COORDINATION)
    with pytest.raises(MeetingRefused, match="须经总召集人或者副总召集人同意"):
        step(meeting, "invite")
    step(meeting, "ask")
    with pytest.raises(MeetingRefused, match="请先报请同意"):
        step(meeting, "invite")
    assert not Issued.objects.exists()


def test_nobody_calls_it_behind_the_back_of_the_rules() -> None:
    meeting = prepared(Kind.COORDINATION)
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(state=State.INVITED)


def test_with_consent_it_is_called_and_the_record_says_whose() -> None:
    meeting = invited(Kind.COORDINATION)
    assert meeting.state == State.INVITED
    assert (meeting.consent_by, meeting.consent_on) == ("旗长", TODAY)


def test_a_refusal_needs_its_reason_and_sends_it_back_to_preparation() -> None:
    meeting = prepared(Kind.COORDINATION)
    step(meeting, "ask")
    with pytest.raises(MeetingRefused, match="不同意召开须写明意见"):
        agree(meeting, agreed=False)
    agree(meeting, agreed=False, text="先由部门协商。")
    with pytest.raises(MeetingRefused, match="须经总召集人"):
        step(meeting, "invite")
    step(meeting, "rework")
    meeting.refresh_from_db()
    assert (meeting.state, meeting.consent_on) == (State.PREPARING, None)


def test_a_paper_consent_is_put_down_with_number_and_scan() -> None:
    meeting = prepared(Kind.COORDINATION)
    step(meeting, "ask")
    with pytest.raises(MeetingRefused, match="晚于今天"):
        agree(meeting, on=TODAY + timedelta(days=1), paper="政办批〔2026〕3号")
    agree(meeting, paper="政办批〔2026〕3号", files=[proof("批示.pdf")])
    meeting.refresh_from_db()
    assert meeting.consent_paper == "政办批〔2026〕3号"


def test_a_special_meeting_names_one_of_its_grounds() -> None:
    with pytest.raises(MeetingRefused, match="须选择召开理由"):
        prepared(Kind.COORDINATION, ground="")


# Agenda and invitation --------------------------------------------------------------------------------


def test_the_same_thing_stands_on_the_agenda_once_and_its_unit_is_invited() -> None:
    meeting = prepared()
    again = Candidate("procedure:X-1", "某项目：用地预审", "红灯", 30, departments=("zrzy",))
    actions.add_items(
        meeting_id=meeting.pk, version=meeting.version, candidates=[again], now=NOW, actor=CLERK
    )
    assert meeting.items.count() == 1
    assert [i.department_code for i in meeting.invitees.all()] == ["zrzy"]


def test_items_are_moved_up_and_dropped_without_a_gap() -> None:
    meeting = prepared()
    for title in ("第二项", "第三项"):
        step(meeting, "add_item", title=title, why="自拟")
    third = meeting.items.get(title="第三项")
    step(meeting, "raise_item", item_id=third.pk)
    step(meeting, "drop_item", item_id=meeting.items.get(order=1).pk)
    found = list(meeting.items.order_by("order").values_list("order", "title"))
    assert found == [(1, "第三项"), (2, "第二项")]


def test_an_invitation_is_numbered_and_reaches_every_unit() -> None:
    meeting = invited()
    assert meeting.invitation
    lines = list(meeting.invitation.as_paper.lines())
    assert "某项目：用地预审" in lines
    told = Notice.objects.filter(room="meetings", department_code="zrzy")
    assert told.count() == 1
    actions.answer(meeting_id=meeting.pk, code="zrzy", reply="attends", text="", actor=CLERK)
    kept = TrailEntry.objects.get(action="meetings.answer").summary
    assert "自然资源局回复：参加" in kept
    assert "zrzy" not in kept
    with pytest.raises(MeetingRefused, match="没有通知您所在的单位"):
        actions.answer(meeting_id=meeting.pk, code="slj", reply="attends", text="", actor=CLERK)
    with pytest.raises(MeetingRefused, match="请假须写明理由"):
        actions.answer(meeting_id=meeting.pk, code="zrzy", reply="absent", text=" ", actor=CLERK)


# Six steps, resolutions, minutes ----------------------------------------------------------------------


def test_it_is_not_held_before_its_day() -> None:
    meeting = invited()
    with pytest.raises(MeetingRefused, match="还没有到"):
        step(meeting, "hold", came={}, today=ON - timedelta(days=1))


def test_minutes_are_refused_while_a_step_is_missing_and_name_it() -> None:
    meeting = recorded(held(), facts="")
    with pytest.raises(MeetingRefused, match="还没有记录：查清事实") as refused:
        step(meeting, "submit")
    assert "某项目：用地预审" in str(refused.value)
    recorded(meeting)
    assert step(meeting, "submit").state == State.REVIEW


def test_an_item_not_discussed_needs_its_reason_instead() -> None:
    meeting = held()
    actions.write_down(
        meeting_id=meeting.pk,
        item_id=meeting.items.get().pk,
        version=meeting.items.get().version,
        said={},
        cause="",
        settled=False,
        not_discussed="主要负责人缺席",
        now=NOW,
        actor=CLERK,
    )
    assert step(meeting, "submit").state == State.REVIEW


def test_who_submits_the_minutes_does_not_issue_them() -> None:
    meeting = resolved(recorded(held()))
    step(meeting, "submit")
    with pytest.raises(MeetingRefused, match="须由另一人审核印发"):
        step(meeting, "issue_minutes")
    assert not Sheet.objects.exists()


def test_each_resolution_becomes_one_sheet_even_on_a_double_click() -> None:
    meeting = minuted()
    with pytest.raises(MeetingRefused):
        step(meeting, "issue_minutes", SECOND)
    sheet = Sheet.objects.get()
    resolution = Resolution.objects.get()
    assert resolution.sheet == sheet
    assert sheet.source_key == f"meetings:resolution:{resolution.pk}"
    assert sheet.due_on == date(2026, 2, 6)
    assert [(p.department_code, p.leads) for p in sheet.parts.order_by("pk")] == [
        ("zrzy", True),
        ("lcj", False),
    ]
    assert meeting.minutes
    lines = list(meeting.minutes.as_paper.lines())
    assert "五日内出具用地预审意见" in lines
    assert "出席：自然资源局（王某（示例））" in lines or any("王某（示例）" in x for x in lines)


def test_a_resolution_stays_open_until_its_sheet_closes_and_so_does_the_meeting() -> None:
    meeting = minuted()
    sheet = Sheet.objects.get()

    def take(code: str, name: str, **told: Any) -> None:
        part = sheet.parts.get(department_code=code)
        reach = None if name in ("write_off", "reopen") else {code}
        make_move(
            part_id=part.pk,
            name=name,
            version=part.version,
            on=ON,
            actor=CLERK,
            reach=reach,
            **told,
        )

    for code in ("lcj", "zrzy"):
        take(code, "sign")
        take(code, "report", text="已办。", files=[proof()])
    take("lcj", "write_off")
    meeting.refresh_from_db()
    assert meeting.state == State.MINUTED
    assert Resolution.objects.get().closed_on is None
    take("zrzy", "write_off")
    meeting.refresh_from_db()
    assert meeting.state == State.CLOSED
    assert Resolution.objects.get().closed_on == ON
    take("zrzy", "reopen", text="有误。")
    meeting.refresh_from_db()
    assert (meeting.state, Resolution.objects.get().closed_on) == (State.MINUTED, None)


def test_minutes_without_a_resolution_are_done_at_once() -> None:
    meeting = recorded(held())
    step(meeting, "submit")
    assert step(meeting, "issue_minutes", SECOND).state == State.CLOSED


def test_what_was_said_is_not_changed_after_the_minutes() -> None:
    meeting = minuted()
    with pytest.raises(MeetingRefused, match="纪要送审之前才能记录"):
        recorded(meeting)
    with pytest.raises(MeetingRefused, match="纪要送审之前才能记录"):
        resolved(meeting)


def test_two_officers_at_one_meeting_the_second_is_told() -> None:
    meeting = prepared()
    facts: dict[str, Any] = {"meeting_id": meeting.pk, "version": meeting.version, "now": NOW}
    actions.add_item(title="甲", why="乙", actor=CLERK, **facts)
    with pytest.raises(MeetingRefused, match="已有人办理"):
        actions.add_item(title="丙", why="丁", actor=LEADER, **facts)


# Table ----------------------------------------------------------------------------------------------


def test_every_state_is_reached_and_every_other_step_refused() -> None:
    reached = {State.PREPARING}
    for _ in State:
        reached |= {move.target for move in MOVES if move.sources & reached}
    assert reached == set(State)
    for kind in Kind:
        for state in State:
            names = {move.name for move in open_moves(state, kind)}
            for name in {move.name for move in MOVES} - names:
                with pytest.raises(MeetingRefused) as refused:
                    move_from(state, kind, name)
                assert str(refused.value).endswith("。")


def test_the_drawing_in_the_readme_is_current() -> None:
    readme = Path(meetings.__file__).with_name("README.md").read_text("utf-8")
    assert f"```mermaid\n{MOVES.diagram()}\n```" in readme
