"""What was put down stays: two officers, a double click, the ledger's own words, a sheet that is cancelled."""

from datetime import date, timedelta
from typing import Any

import pytest

from kernel.refusal import Refused
from kernel.trail.models import TrailEntry
from tests.workflows.meetings.conftest import (
    CLERK,
    NOW,
    ON,
    SECOND,
    held,
    minuted,
    recorded,
    resolved,
    step,
)
from workflows.assignments.actions import cancel_sheet
from workflows.assignments.lifecycle import SheetState
from workflows.assignments.models import Sheet
from workflows.meetings import actions
from workflows.meetings.holding import minutes_of
from workflows.meetings.lifecycle import MeetingRefused, State
from workflows.meetings.models import Item, Meeting, Resolution, Said
from workflows.meetings.queries import lacking, written

pytestmark = pytest.mark.django_db


def put(item: Item, version: int, **said: str) -> Item:
    return actions.write_down(
        meeting_id=item.meeting_id,
        item_id=item.pk,
        version=version,
        said=said,
        cause="",
        settled=False,
        not_discussed="",
        now=NOW,
        actor=SECOND,
    )


def test_a_stale_page_does_not_wipe_what_another_wrote() -> None:
    item = held().items.get()
    put(item, item.version, analyse="第一人写的分析")
    with pytest.raises(MeetingRefused, match="已有人记录"):
        put(item, item.version, facts="第二人旧页面")
    assert written(item) == {"analyse": "第一人写的分析"}


def test_a_resolution_sent_twice_is_one() -> None:
    meeting = resolved(recorded(held()))
    with pytest.raises(MeetingRefused, match="不必再记一次"):
        resolved(meeting)
    assert Resolution.objects.count() == 1


def test_a_resolution_is_due_within_two_years() -> None:
    with pytest.raises(MeetingRefused, match="在两年以后"):
        resolved(recorded(held()), date(2060, 1, 1))


def test_a_resolution_of_several_lines_gives_a_sheet_with_a_title_of_one() -> None:
    meeting = recorded(held())
    actions.resolve(
        meeting_id=meeting.pk,
        item_id=meeting.items.get().pk,
        demand="先出具意见；\r\n再办理预审。",
        lead_code="zrzy",
        support_codes=[],
        due_on=date(2026, 2, 6),
        actor=CLERK,
    )
    step(meeting, "submit")
    step(meeting, "issue_minutes", SECOND)
    sheet = Sheet.objects.get()
    assert sheet.title == "先出具意见； 再办理预审。"
    assert "再办理预审。" in sheet.demand


def test_an_item_that_was_not_discussed_resolves_and_settles_nothing() -> None:
    meeting = resolved(recorded(held()))
    item = meeting.items.get()
    facts: dict[str, Any] = {
        "meeting_id": meeting.pk,
        "item_id": item.pk,
        "version": item.version,
        "said": {},
        "cause": "",
        "not_discussed": "主要负责人缺席",
        "now": NOW,
        "actor": CLERK,
    }
    with pytest.raises(MeetingRefused, match="写了未议理由"):
        actions.write_down(settled=False, **facts)
    actions.unresolve(meeting_id=meeting.pk, resolution_id=Resolution.objects.get().pk, actor=CLERK)
    with pytest.raises(MeetingRefused, match="写了未议理由"):
        actions.write_down(settled=True, **facts)
    actions.write_down(settled=False, **facts)
    with pytest.raises(MeetingRefused, match="记为未议"):
        resolved(meeting)


def test_what_the_ledger_said_stays_and_a_remark_stands_beside_it() -> None:
    meeting = held()
    item = meeting.items.get()
    Said.objects.create(
        item=item,
        step="reconcile",
        text="台账事实。",
        at=NOW,
        by_name="系统（按台账）",
        by_ledger=True,
    )
    assert "对账梳理" not in lacking(item)
    recorded(meeting, reconcile="补充一句。")
    lines = list(item.said.filter(step="reconcile").values_list("text", "by_name"))
    assert lines == [("台账事实。", "系统（按台账）"), ("补充一句。", CLERK.name)]
    assert "对账梳理：台账事实。补充一句。" in list(minutes_of(meeting, ON).lines())
    recorded(meeting, reconcile="")
    assert item.said.get(step="reconcile").text == "台账事实。"


def test_minutes_wait_until_a_passed_deadline_is_put_right() -> None:
    meeting = resolved(recorded(held()), due_on=ON + timedelta(days=1))
    step(meeting, "submit")
    late = ON + timedelta(days=10)
    with pytest.raises(MeetingRefused, match="五日内出具用地预审意见") as refused:
        step(meeting, "issue_minutes", SECOND, today=late)
    assert "某项目：用地预审" in str(refused.value)
    step(meeting, "send_back", SECOND, why="改期限")
    with pytest.raises(MeetingRefused, match="已经过去"):
        step(meeting, "submit", today=late)
    actions.unresolve(meeting_id=meeting.pk, resolution_id=Resolution.objects.get().pk, actor=CLERK)
    resolved(meeting, due_on=late + timedelta(days=1))
    step(meeting, "submit", today=late)
    step(meeting, "issue_minutes", SECOND, today=late)
    assert Sheet.objects.get().due_on == Resolution.objects.get().due_on == date(2026, 1, 31)


# A sheet that is cancelled ----------------------------------------------------------------------------


def unsheeted() -> tuple[Meeting, Resolution]:
    meeting = minuted()
    cancel_sheet(sheet_id=Sheet.objects.get().pk, text="写错单位", on=ON, actor=CLERK)
    meeting.refresh_from_db()
    return meeting, Resolution.objects.select_related("sheet").get()


def test_a_cancelled_sheet_does_not_do_what_was_resolved() -> None:
    meeting, resolution = unsheeted()
    assert (meeting.state, resolution.closed_on) == (State.MINUTED, None)
    assert resolution.unsheeted
    assert "等待重新交办" in TrailEntry.objects.get(action="meetings.unsheeted").summary


def test_it_is_handed_over_anew_with_a_sheet_of_its_own() -> None:
    meeting, resolution = unsheeted()
    told = {"meeting_id": meeting.pk, "resolution_id": resolution.pk, "today": ON, "actor": CLERK}
    with pytest.raises(Refused):
        actions.hand_over_again(due_on=ON - timedelta(days=1), **told)
    actions.hand_over_again(due_on=date(2026, 2, 10), **told)
    resolution.refresh_from_db()
    assert Sheet.objects.count() == 2
    assert resolution.sheet
    assert (resolution.sheet.state, resolution.sheet.due_on) == (
        SheetState.HANDED_OVER,
        date(2026, 2, 10),
    )
    assert not resolution.unsheeted
    with pytest.raises(MeetingRefused, match="交办单已撤销的议定事项才能"):
        actions.hand_over_again(due_on=date(2026, 2, 10), **told)


def test_or_the_office_drops_it_for_a_reason_and_the_meeting_is_done() -> None:
    meeting, resolution = unsheeted()
    told = {"meeting_id": meeting.pk, "resolution_id": resolution.pk, "today": ON, "actor": CLERK}
    with pytest.raises(MeetingRefused, match="须写明理由"):
        actions.drop_resolution(why=" ", **told)
    dropped = actions.drop_resolution(why="项目已终止", **told)
    meeting.refresh_from_db()
    assert (dropped.dropped_why, meeting.state) == ("项目已终止", State.CLOSED)


def test_what_is_being_done_is_not_dropped() -> None:
    meeting = minuted()
    with pytest.raises(MeetingRefused, match="交办单已撤销的议定事项才能"):
        actions.drop_resolution(
            meeting_id=meeting.pk,
            resolution_id=Resolution.objects.get().pk,
            why="不想办",
            today=ON,
            actor=CLERK,
        )
