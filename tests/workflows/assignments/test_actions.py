"""A sheet's life: handed over once, signed for, fed back with evidence, extended in time, written off."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from kernel.notices.models import Notice
from kernel.refusal import Refused
from kernel.trail.models import TrailEntry
from tenants.models import Tenant
from tests.workflows.assignments.conftest import (
    CLERK,
    DUE,
    OFFICER,
    TODAY,
    draft,
    handed,
    part_of,
    proof,
)
from workflows.assignments import hooks
from workflows.assignments.actions import (
    PartDraft,
    answer_extension,
    ask_extension,
    cancel_sheet,
    discard,
    evidence,
    feed_back,
    hand_over,
    make_move,
    redraw,
)
from workflows.assignments.lifecycle import MoveRefused, SheetState, SourceKind, State
from workflows.assignments.models import Extension, Part, Sheet
from workflows.assignments.queries import done_late, duties_until, still_open, tallies
from workflows.issuing.models import Issued

pytestmark = pytest.mark.django_db
Take = Callable[..., Part]


@pytest.fixture(autouse=True)
def _in_the_banner(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> Any:
    with in_tenant(zhungeer):
        yield


def test_a_sheet_handed_over_has_a_number_a_paper_and_tells_each_department() -> None:
    sheet = hand_over(sheet_id=draft().pk, on=TODAY, actor=CLERK)
    assert sheet.state == SheetState.HANDED_OVER
    assert sheet.number == "准格尔联审办交〔2026〕1号"
    lines = list(Issued.objects.get(number=sheet.number).as_paper.lines())
    assert "限期出具意见。" in lines
    assert "2026年1月30日" in lines
    told = Notice.objects.filter(room="assignments").values_list("department_code", flat=True)
    assert sorted(told) == ["lcj", "zrzy"]
    with pytest.raises(MoveRefused, match="不能再交办一次"):
        hand_over(sheet_id=sheet.pk, on=TODAY, actor=CLERK)
    assert Issued.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"parts": [PartDraft(department_code="zrzy")]}, "有且只有一个牵头"),
        (
            {
                "parts": [
                    PartDraft(department_code="zrzy", leads=True),
                    PartDraft(department_code="zrzy"),
                ]
            },
            "只能列一次",
        ),
        ({"due_on": TODAY - timedelta(days=1)}, "早于交办日期"),
        (
            {
                "parts": [
                    PartDraft(department_code="zrzy", leads=True, due_on=DUE + timedelta(days=1))
                ]
            },
            "分工期限",
        ),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MoveRefused, match=sentence):
        draft(**changed)
    assert not Sheet.objects.exists()


def test_a_draft_left_lying_is_not_handed_over_with_a_deadline_that_has_passed() -> None:
    sheet = draft()
    with pytest.raises(MoveRefused, match="请先修改草稿里的期限"):
        hand_over(sheet_id=sheet.pk, on=DUE + timedelta(days=1), actor=CLERK)
    assert not Issued.objects.exists()


def test_a_draft_is_changed_and_dropped_but_only_as_it_was_seen() -> None:
    sheet = draft()
    facts: dict[str, Any] = {
        "title": "改过的任务",
        "source_kind": SourceKind.DISPATCH,
        "source_words": "批示",
        "matter": "事由",
        "demand": "要求",
        "due_on": DUE,
        "parts": [PartDraft(department_code="slj", leads=True)],
        "on": TODAY,
        "actor": CLERK,
    }
    redraw(sheet_id=sheet.pk, version=1, **facts)
    with pytest.raises(MoveRefused, match="已有人修改"):
        redraw(sheet_id=sheet.pk, version=1, **facts)
    assert [part.department_code for part in sheet.parts.all()] == ["slj"]
    sheet.refresh_from_db()
    assert sheet.source_kind == SourceKind.DISPATCH
    with pytest.raises(MoveRefused, match="已有人修改"):
        discard(sheet_id=sheet.pk, version=1, actor=CLERK)
    discard(sheet_id=sheet.pk, version=2, actor=CLERK)
    assert not Sheet.objects.exists()


def test_signed_for_done_with_evidence_and_written_off_part_by_part(take: Take) -> None:
    sheet = handed()
    land, forest = part_of(sheet, "zrzy"), part_of(sheet, "lcj")
    for part in (land, forest):
        take(part, "sign")
        take(part, "report")
    with pytest.raises(MoveRefused, match="还有 1 个配合单位没有销号"):
        take(land, "write_off")
    take(forest, "write_off")
    sheet.refresh_from_db()
    assert sheet.state == SheetState.HANDED_OVER
    take(land, "write_off")
    sheet.refresh_from_db()
    assert (sheet.state, sheet.closed_on) == (SheetState.CLOSED, TODAY)


def test_the_lead_is_written_off_first_only_with_a_reason(take: Take) -> None:
    sheet = handed()
    land = part_of(sheet, "zrzy")
    take(land, "sign")
    take(land, "report")
    take(land, "write_off", text="配合事项另行督办。")
    sheet.refresh_from_db()
    assert sheet.state == SheetState.HANDED_OVER


def test_done_without_evidence_is_no_report_and_is_never_written_off(take: Take) -> None:
    land = part_of(handed(), "zrzy")
    take(land, "sign")
    with pytest.raises(MoveRefused, match="须附佐证材料"):
        take(land, "report", files=[])
    land.refresh_from_db()
    assert (land.state, land.reported_on) == (State.WORKING, None)
    assert not land.feedback.exists()  # nothing is half done
    Part.objects.filter(pk=land.pk).update(state=State.REPORTED, reported_on=TODAY)
    with pytest.raises(MoveRefused, match="没有佐证材料的任务不能销号"):
        take(land, "write_off")


def test_a_bad_file_leaves_nothing_behind(take: Take) -> None:
    land = part_of(handed(), "zrzy")
    take(land, "sign")
    with pytest.raises(Refused, match="格式不能收"):
        take(land, "report", files=[proof(), proof("病毒.exe")])
    land.refresh_from_db()
    assert land.state == State.WORKING
    assert evidence(land) == []


def test_sent_back_it_is_worked_on_again_and_keeps_its_history(take: Take) -> None:
    land = part_of(handed(), "zrzy")
    take(land, "sign")
    take(land, "report")
    with pytest.raises(MoveRefused, match="须写明"):
        take(land, "send_back")
    take(land, "send_back", text="缺选址意见。")
    land.refresh_from_db()
    assert (land.state, land.reported_on) == (State.WORKING, None)
    assert [said.kind for said in land.feedback.all()] == ["done", "sent_back"]
    assert len(evidence(land)) == 1


def test_what_was_written_off_by_mistake_is_open_again_with_its_sheet(take: Take) -> None:
    sheet = handed(parts=[PartDraft(department_code="zrzy", leads=True)])
    land = part_of(sheet, "zrzy")
    for step in ("sign", "report", "write_off"):
        take(land, step)
    sheet.refresh_from_db()
    assert sheet.state == SheetState.CLOSED
    take(land, "reopen", text="佐证与事实不符。")
    sheet.refresh_from_db()
    land.refresh_from_db()
    assert (sheet.state, sheet.closed_on) == (SheetState.HANDED_OVER, None)
    assert (land.state, land.reported_on, land.closed_on) == (State.WORKING, None, None)


def test_another_department_neither_signs_nor_feeds_back() -> None:
    land = part_of(handed(), "zrzy")
    facts = {"part_id": land.pk, "on": TODAY, "actor": OFFICER, "reach": {"lcj"}}
    with pytest.raises(MoveRefused, match="不由您所在单位承办"):
        make_move(name="sign", version=land.version, **facts)
    with pytest.raises(MoveRefused, match="不由您所在单位承办"):
        feed_back(text="好了", **facts)
    with pytest.raises(MoveRefused, match="不由您所在单位承办"):
        ask_extension(until_on=DUE + timedelta(days=5), reason="忙", **facts)


def test_a_department_writes_nothing_off(take: Take) -> None:
    land = part_of(handed(), "zrzy")
    take(land, "sign")
    take(land, "report")
    with pytest.raises(MoveRefused, match="由机制办公室办理"):
        take(land, "write_off", reach={"zrzy"})


def test_two_officers_at_one_part_the_second_is_told() -> None:
    land = part_of(handed(), "zrzy")
    facts: dict[str, Any] = {
        "part_id": land.pk,
        "name": "sign",
        "version": land.version,
        "on": TODAY,
        "actor": OFFICER,
        "reach": {"zrzy"},
    }
    make_move(**facts)
    with pytest.raises(MoveRefused, match="已有人办理，现为“办理中”"):
        make_move(**facts)


def test_an_extension_asked_in_time_and_granted_moves_the_deadline_and_keeps_the_first() -> None:
    land = part_of(handed(), "zrzy")
    later = DUE + timedelta(days=10)
    facts = {"part_id": land.pk, "actor": OFFICER, "reach": {"zrzy"}, "reason": "专家评审未完。"}
    asked = ask_extension(until_on=later, on=DUE, **facts)
    assert not asked.late
    with pytest.raises(MoveRefused, match="已有一件延期申请在等答复"):
        ask_extension(until_on=later, on=DUE, **facts)
    answer_extension(extension_id=asked.pk, granted=True, text="", on=DUE, actor=CLERK)
    land.refresh_from_db()
    assert (land.first_due_on, land.due_on) == (DUE, later)
    with pytest.raises(MoveRefused, match="不能再答复一次"):
        answer_extension(extension_id=asked.pk, granted=False, text="迟", on=DUE, actor=CLERK)


def test_an_extension_asked_after_the_deadline_is_marked_late_for_good() -> None:
    land = part_of(handed(), "zrzy")
    asked = ask_extension(
        part_id=land.pk,
        until_on=DUE + timedelta(days=10),
        reason="材料未齐。",
        on=DUE + timedelta(days=1),
        actor=OFFICER,
        reach={"zrzy"},
    )
    assert asked.late
    with pytest.raises(MoveRefused, match="不同意延期须写明理由"):
        answer_extension(extension_id=asked.pk, granted=False, text="", on=DUE, actor=CLERK)
    answer_extension(extension_id=asked.pk, granted=True, text="", on=DUE, actor=CLERK)
    assert Extension.objects.get().late


def test_a_sheet_taken_back_ends_what_is_open_and_keeps_what_was_done(take: Take) -> None:
    sheet = handed()
    forest = part_of(sheet, "lcj")
    for step in ("sign", "report", "write_off"):
        take(forest, step)
    with pytest.raises(MoveRefused, match="须写明理由"):
        cancel_sheet(sheet_id=sheet.pk, text=" ", on=TODAY, actor=CLERK)
    cancel_sheet(sheet_id=sheet.pk, text="项目停建。", on=TODAY, actor=CLERK)
    sheet.refresh_from_db()
    assert part_of(sheet, "zrzy").state == State.CANCELLED
    assert part_of(sheet, "lcj").state == State.WRITTEN_OFF
    assert sheet.state == SheetState.CLOSED


def test_who_waits_for_a_sheet_is_told_in_the_same_transaction(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(
        hooks, "ON_CLOSE", [lambda sheet, on, actor: seen.append(("closed", sheet.state))]
    )
    monkeypatch.setattr(
        hooks, "ON_REOPEN", [lambda sheet, on, actor: seen.append(("open", sheet.state))]
    )
    land = part_of(handed(parts=[PartDraft(department_code="zrzy", leads=True)]), "zrzy")
    for step in ("sign", "report", "write_off"):
        take(land, step)
    take(land, "reopen", text="有误。")
    assert seen == [("closed", "closed"), ("open", "handed_over")]


def test_what_is_chased_is_open_unreported_and_due(take: Take) -> None:
    sheet = handed()
    land, forest = part_of(sheet, "zrzy"), part_of(sheet, "lcj")
    take(land, "sign")
    take(land, "report")
    duties = list(duties_until(DUE))
    assert [(duty.key, duty.department_code) for duty in duties] == [(f"part:{forest.pk}", "lcj")]
    assert list(duties_until(DUE - timedelta(days=1))) == []
    assert still_open([f"part:{land.pk}", f"part:{forest.pk}"]) == {f"part:{forest.pk}"}


def test_every_step_stands_in_the_trail_under_the_sheets_number(take: Take) -> None:
    sheet = handed()
    take(part_of(sheet, "zrzy"), "sign")
    lines = TrailEntry.objects.filter(subject=sheet.number).order_by("number")
    assert [line.action for line in lines] == [
        "issuing.issue",
        "assignments.hand_over",
        "assignments.sign",
    ]


def test_a_report_after_the_deadline_counts_as_late(take: Take) -> None:
    land = part_of(handed(), "zrzy")
    take(land, "sign")
    done = take(land, "report", on=date(2026, 2, 2))
    assert done_late([done, part_of(done.sheet, "lcj")]) == {done.pk}


def test_done_in_an_extension_that_was_asked_too_late_counts_as_late(take: Take) -> None:
    """Of two departments with the same new deadline the one that asked before the old one is on time."""
    sheet = handed()
    until, after = DUE + timedelta(days=14), DUE + timedelta(days=3)
    for code, asked_on in (("zrzy", after), ("lcj", DUE)):
        part = part_of(sheet, code)
        take(part, "sign")
        asked = ask_extension(
            part_id=part.pk, until_on=until, reason="等批复", on=asked_on, actor=OFFICER, reach=None
        )
        answer_extension(extension_id=asked.pk, granted=True, text="", on=after, actor=CLERK)
        take(part, "report", on=after)
    assert done_late(sheet.parts.all()) == {part_of(sheet, "zrzy").pk}
    assert {t.code: (t.on_time, t.late) for t in tallies(TODAY, TODAY, after)} == {
        "zrzy": (0, 1),
        "lcj": (1, 0),
    }


def test_what_was_sent_back_was_not_done_before_that_day(take: Take) -> None:
    """Dated back to the deadline, a report that came back late would count as on time."""
    land = part_of(handed(), "zrzy")
    take(land, "sign")
    take(land, "report", on=DUE)
    back = DUE + timedelta(days=4)
    take(land, "send_back", text="缺选址意见。", on=back)
    with pytest.raises(MoveRefused, match=f"{back} 才退回重办，办结日期 {DUE} 不能早于"):
        take(land, "report", on=DUE)
    done = take(land, "report", on=back)
    assert done_late([done]) == {done.pk}


def test_a_report_before_the_hand_over_is_refused_by_whatever_way(take: Take) -> None:
    land = part_of(handed(), "zrzy")
    take(land, "sign")
    with pytest.raises(MoveRefused, match="早于交办日期"):
        take(land, "report", on=TODAY - timedelta(days=1))


def test_each_refused_extension_is_told_even_in_the_same_words() -> None:
    part = part_of(handed(), "zrzy")
    for _ in range(2):
        asked = ask_extension(
            part_id=part.pk,
            until_on=DUE + timedelta(days=7),
            reason="等批复",
            on=TODAY,
            actor=OFFICER,
            reach=None,
        )
        answer_extension(extension_id=asked.pk, granted=False, text="抓紧", on=TODAY, actor=CLERK)
    assert Notice.objects.filter(text__contains="不同意延期", department_code="zrzy").count() == 2


def test_an_extension_still_asked_for_ends_with_its_part() -> None:
    sheet = handed()
    part = part_of(sheet, "zrzy")
    facts: dict[str, Any] = {"reason": "等批复", "on": TODAY, "actor": OFFICER, "reach": None}
    with pytest.raises(MoveRefused, match="在两年以后"):
        ask_extension(part_id=part.pk, until_on=date(2060, 1, 1), **facts)
    ask_extension(part_id=part.pk, until_on=DUE + timedelta(days=7), **facts)
    cancel_sheet(sheet_id=sheet.pk, text="不再需要", on=TODAY, actor=CLERK)
    asked = Extension.objects.get()
    assert (asked.answer, asked.answer_text) == ("refused", "任务已撤销，不再延期。")


def test_a_draft_changed_meanwhile_is_not_handed_over_unread() -> None:
    sheet = draft()
    Sheet.objects.filter(pk=sheet.pk).update(version=2)
    with pytest.raises(MoveRefused, match="请看过最新内容再交办"):
        hand_over(sheet_id=sheet.pk, version=1, on=TODAY, actor=CLERK)
    assert not Issued.objects.exists()
