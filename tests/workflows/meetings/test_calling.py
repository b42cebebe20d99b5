"""Consent holds for what it was given for; whoever is asked to come, or no longer, is told; leaders answer too."""

from datetime import date, timedelta

import pytest

from kernel.notices.models import Notice
from tests.workflows.meetings.conftest import (
    CLERK,
    NOW,
    ON,
    SECOND,
    TODAY,
    agree,
    called,
    held,
    invited,
    prepared,
    recorded,
    step,
)
from workflows.meetings import actions
from workflows.meetings.candidates import Candidate
from workflows.meetings.lifecycle import Kind, MeetingRefused, State
from workflows.meetings.models import Meeting

pytestmark = pytest.mark.django_db
OTHER = Candidate("procedure:X-2", "另一项目：水保方案", "红灯", 30, departments=("slj",))


def moved(meeting: Meeting) -> None:
    """The meeting is put off by two days."""
    step(
        meeting,
        "change",
        title=meeting.title,
        on=ON + timedelta(days=2),
        at=meeting.at,
        place="二楼",
        chair=meeting.chair,
        today=TODAY,
        now=NOW,
    )


def told(code: str = "", role: str = "") -> list[str]:
    rows = Notice.objects.filter(room="meetings", department_code=code, role=role)
    return list(rows.order_by("pk").values_list("text", flat=True))


# Consent holds for what it was given for ----------------------------------------------------------


@pytest.mark.parametrize("state", [State.ASKED, State.AGREED, State.INVITED])
def test_what_lies_before_the_convener_or_has_their_consent_is_not_exchanged(state: State) -> None:
    meeting = prepared(Kind.COORDINATION)
    step(meeting, "ask")
    if state != State.ASKED:
        agree(meeting)
    if state == State.INVITED:
        step(meeting, "invite")
    item = meeting.items.get()
    with pytest.raises(MeetingRefused, match="请先“撤回重报”"):
        step(meeting, "drop_item", item_id=item.pk)
    with pytest.raises(MeetingRefused, match="请先“撤回重报”"):
        step(meeting, "add_item", title="另一件事", why="未经同意")
    with pytest.raises(MeetingRefused, match="请先“撤回重报”"):
        step(meeting, "add_items", candidates=[OTHER])
    with pytest.raises(MeetingRefused, match="请先“撤回重报”"):
        moved(meeting)
    assert meeting.items.get() == item


def test_withdrawn_it_loses_its_consent_and_is_asked_for_anew() -> None:
    meeting = invited(Kind.COORDINATION)
    with pytest.raises(MeetingRefused, match="须写明要改什么"):
        step(meeting, "withdraw", why=" ")
    step(meeting, "withdraw", why="总召集人当天外出")
    meeting.refresh_from_db()
    assert (meeting.state, meeting.consent_on, meeting.consent_by) == (State.PREPARING, None, "")
    assert "请等新的通知" in told("zrzy")[-1]
    moved(meeting)
    with pytest.raises(MeetingRefused, match="请先报请同意"):
        step(meeting, "invite")
    step(meeting, "ask")
    agree(meeting)
    again = step(meeting, "invite")
    assert (again.state, again.sequence) == (State.INVITED, 2)


def test_a_consultation_meeting_is_moved_without_asking() -> None:
    meeting = invited()
    moved(meeting)
    with pytest.raises(MeetingRefused, match="不能“撤回重报”"):
        step(meeting, "withdraw", why="改期")


def test_a_meeting_that_was_called_withdrawn_and_cancelled_is_called_off_for_the_units() -> None:
    meeting = invited(Kind.COORDINATION)
    step(meeting, "withdraw", why="改期")
    step(meeting, "cancel", why="不开了")
    assert meeting.sequence < Meeting.objects.get(pk=meeting.pk).sequence
    assert "会议取消" in told("zrzy")[-1]


# Nothing to discuss is no meeting -------------------------------------------------------------------


def test_the_last_item_of_a_meeting_that_was_called_stays() -> None:
    meeting = invited()
    with pytest.raises(MeetingRefused, match="至少要留一个议题"):
        step(meeting, "drop_item", item_id=meeting.items.get().pk)


def test_without_items_it_is_neither_held_nor_minuted() -> None:
    meeting = invited()
    meeting.items.all().delete()
    with pytest.raises(MeetingRefused, match="会议没有议题"):
        step(meeting, "hold", came={})
    meeting = recorded(held())
    step(meeting, "submit")
    meeting.items.all().delete()
    with pytest.raises(MeetingRefused, match="没有可印发的纪要"):
        step(meeting, "issue_minutes", SECOND)


# Who is told ----------------------------------------------------------------------------------------


def test_a_unit_that_comes_with_a_later_item_is_told() -> None:
    meeting = invited()
    step(meeting, "add_items", candidates=[OTHER])
    (words,) = told("slj")
    assert "请回复" in words
    assert "请回复" not in told("zrzy")[-1]  # not again


def test_those_added_and_those_taken_off_after_the_invitation_are_told() -> None:
    meeting = invited()
    step(meeting, "set_invitees", departments=["slj"], posts=["分管副旗长"])
    assert "请回复" in told("slj")[0]
    assert "不再请贵单位参加" in told("zrzy")[-1]
    assert "请分管副旗长" in told(role="leader")[-1]
    step(meeting, "set_invitees", departments=["slj"], posts=[])
    assert "不再请分管副旗长参加" in told(role="leader")[-1]
    assert len(told("slj")) == 1


def test_an_agenda_that_changes_after_the_invitation_is_told() -> None:
    meeting = invited()
    step(meeting, "add_items", candidates=[OTHER])
    assert "现有议题 2 项" in told("zrzy")[-1]
    step(meeting, "add_item", title="草原手续", why="意见不一致")
    assert "增加议题：草原手续" in told("zrzy")[-1]
    step(meeting, "drop_item", item_id=meeting.items.get(title="草原手续").pk)
    assert "撤下议题：草原手续" in told("slj")[-1]
    before = len(told("zrzy"))
    step(meeting, "add_items", candidates=[OTHER])  # is on it
    assert len(told("zrzy")) == before


def test_somebody_is_invited_and_a_post_is_one_line() -> None:
    meeting = invited()
    with pytest.raises(MeetingRefused, match="至少要留一个参会单位"):
        step(meeting, "set_invitees", departments=[], posts=["旗长"])
    with pytest.raises(MeetingRefused, match="超过 60 个字"):
        step(meeting, "set_invitees", departments=["slj"], posts=["长" * 61])


@pytest.mark.parametrize("on", [date(2025, 1, 1), date(2060, 12, 31)])
def test_a_meeting_is_set_within_a_year(on: date) -> None:
    with pytest.raises(MeetingRefused, match="会议日期"):
        prepared(on=on)


def test_a_meeting_nobody_came_to_was_not_held() -> None:
    with pytest.raises(MeetingRefused, match="没有勾选任何到会"):
        step(invited(), "hold", came={999_999: "别处的人"})


def test_before_the_invitation_nobody_is_told() -> None:
    meeting = prepared()
    step(meeting, "set_invitees", departments=["slj"], posts=["旗长"])
    step(meeting, "add_item", title="草原手续", why="意见不一致")
    assert not Notice.objects.exists()


def test_a_leader_who_is_invited_answers_by_post() -> None:
    meeting = prepared()
    step(meeting, "set_invitees", departments=["zrzy"], posts=["分管副旗长"])
    step(meeting, "invite")
    reply = {"meeting_id": meeting.pk, "reply": "attends", "text": "", "actor": CLERK}
    assert actions.answer(post="分管副旗长", **reply).replied_by == CLERK.name
    for other in ({"post": "旗长"}, {}):
        with pytest.raises(MeetingRefused, match="没有通知您"):
            actions.answer(**other, **reply)


def test_units_invited_by_name_are_those_the_meeting_has() -> None:
    assert {i.department_code for i in called("专题", "qxj", "slj").invitees.all()} == {
        "qxj",
        "slj",
    }
