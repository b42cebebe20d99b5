"""What happens to a part of a sheet: signed for, fed back, extended, sent back, written off."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kernel.notices.telling import Message, tell
from kernel.papers.attaching import attached, keep
from kernel.papers.models import Attachment
from kernel.papers.paper import cn_date
from kernel.trail import Actor, record
from tenants.rollup import writing as rollup
from workflows.assignments import hooks
from workflows.assignments.drafting import (
    PartDraft,
    Source,
    discard,
    draw_up,
    hand_over,
    hand_over_all,
    paper_of,
    redraw,
)
from workflows.assignments.lifecycle import MOVES, OPEN, Move, MoveRefused, SheetState, State
from workflows.assignments.models import Extension, Feedback, Part, Sheet
from workflows.assignments.picture import rows_of
from workflows.catalogue.queries import departments

__all__ = [
    "PartDraft",
    "Source",
    "answer_extension",
    "ask_extension",
    "cancel_sheet",
    "discard",
    "draw_up",
    "feed_back",
    "hand_over",
    "hand_over_all",
    "make_move",
    "paper_of",
    "redraw",
]
ROOM = "assignments"
FURTHEST = timedelta(days=732)  # a deadline beyond it is a mistyped year


@transaction.atomic
def make_move(
    *,
    part_id: int,
    name: str,
    version: int,
    on: date,
    actor: Actor,
    reach: Collection[str] | None,
    text: str = "",
    files: Sequence[File[bytes]] = (),
) -> Part:
    """Take one step of a part on ``on``. ``version`` is the one the clerk saw, ``reach`` the units they
    answer for, None for the office. Raises `MoveRefused`.
    """
    part = _locked(part_id, version)
    move = MOVES.take(part.state, name)
    _check_desk(part, move, reach)
    text = text.strip()
    if move.needs_text and not text:
        raise MoveRefused(f"“{move.label}”须写明内容或者理由。")
    sheet = part.sheet
    if name == "report":
        _check_report_day(part, on)
        _feed(part, Feedback.Kind.DONE, on, text, files, actor)
        if not evidence(part):
            raise MoveRefused("反馈办结须附佐证材料，如批复、纪要、照片。请选择文件后再反馈。")
        part.reported_on = on
    elif name == "sign":
        part.signed_on, part.signed_by = on, actor.name
    elif name == "send_back":
        _feed(part, Feedback.Kind.SENT_BACK, on, text, (), actor)
        part.reported_on = None
    elif name == "write_off":
        _check_write_off(part, text)
        part.closed_on, part.closed_by, part.closed_why = on, actor.name, text[:300]
    elif name == "reopen":
        _feed(part, Feedback.Kind.SENT_BACK, on, text, (), actor)
        part.reported_on = part.closed_on = None
        part.closed_by = part.closed_why = ""
    elif name == "cancel":
        part.closed_on, part.closed_by, part.closed_why = on, actor.name, text[:300]
    part.state = move.target
    part.version += 1
    part.save()
    if part.state not in OPEN:
        _end_extension(part, move, on, actor)
    rollup.put(rows_of([part.pk]))
    record(
        actor=actor,
        action=f"assignments.{name}",
        subject=sheet.number,
        summary=f"{_who(part)}：{move.label}{f'，{text}' if text else ''}"[:500],
    )
    if move.by_office:
        words = f"{move.label}：{text}" if text else move.label
        _tell_department(part, words, f"{name}:{part.version}")
    _settle(sheet, on, actor)
    return part


@transaction.atomic
def feed_back(
    *,
    part_id: int,
    on: date,
    text: str,
    actor: Actor,
    reach: Collection[str] | None,
    files: Sequence[File[bytes]] = (),
) -> Feedback:
    """Say how a part goes (进展), with files or without. Raises `MoveRefused`."""
    part = _locked(part_id)
    if reach is not None and part.department_code not in reach:
        raise MoveRefused("这项任务不由您所在单位承办，不能反馈。")
    if part.state not in (State.WORKING, State.REPORTED):
        raise MoveRefused(
            f"这项任务现为“{part.get_state_display()}”，先签收才能反馈，销号之后不再反馈。"
        )
    if not text.strip():
        raise MoveRefused("进展须写明内容。")
    kind = Feedback.Kind.PROGRESS if part.state == State.WORKING else Feedback.Kind.EVIDENCE
    said = _feed(part, kind, on, text.strip(), files, actor)
    record(
        actor=actor,
        action="assignments.feed_back",
        subject=part.sheet.number,
        summary=f"{_who(part)}：{said.text}"[:500],
    )
    return said


@transaction.atomic
def ask_extension(
    *,
    part_id: int,
    until_on: date,
    reason: str,
    on: date,
    actor: Actor,
    reach: Collection[str] | None,
) -> Extension:
    """Ask for a later deadline. After the deadline it may still be asked and is marked late for good.

    Raises `MoveRefused`.
    """
    part = _locked(part_id)
    if reach is not None and part.department_code not in reach:
        raise MoveRefused("这项任务不由您所在单位承办，不能申请延期。")
    if part.state not in (State.WAITING, State.WORKING):
        raise MoveRefused(f"这项任务现为“{part.get_state_display()}”，不能申请延期。")
    if until_on <= part.due_on:
        raise MoveRefused(f"申请延至 {until_on} 不晚于现在的期限 {part.due_on}。请改为以后的日期。")
    if until_on < on:
        raise MoveRefused(f"申请延至 {until_on} 已经过去。请改为以后的日期。")
    if until_on > on + FURTHEST:
        raise MoveRefused(f"申请延至 {until_on} 在两年以后，请核对年份。")
    if not reason.strip():
        raise MoveRefused("申请延期须写明理由。")
    if part.extensions.filter(answer=Extension.Answer.OPEN).exists():
        raise MoveRefused("这项任务已有一件延期申请在等答复，答复之后才能再申请。")
    asked = Extension.objects.create(
        part=part,
        asked_on=on,
        due_on=part.due_on,
        until_on=until_on,
        reason=reason.strip(),
        late=on > part.due_on,
        asked_at=timezone.now(),
        asked_by=actor.name,
    )
    late = "（逾期后申请）" if asked.late else ""
    record(
        actor=actor,
        action="assignments.ask_extension",
        subject=part.sheet.number,
        summary=f"{_who(part)}：申请延至{until_on}{late}"[:500],
    )
    tell(
        [
            Message(
                key=f"assignments:extension:{asked.pk}",
                room=ROOM,
                text=f"{part.sheet.number}有延期申请{late}：延至{cn_date(until_on)}，{asked.reason}",
                url=_url(part.sheet),
                role="office",
            )
        ],
        at=timezone.now(),
    )
    return asked


@transaction.atomic
def answer_extension(
    *, extension_id: int, granted: bool, text: str, on: date, actor: Actor
) -> Extension:
    """Grant an extension, which moves the part's deadline, or refuse it with a reason."""
    asked = Extension.objects.get(pk=extension_id)
    part = _locked(asked.part_id)
    asked = Extension.objects.select_for_update(of=("self",)).get(pk=extension_id)
    if asked.answer != Extension.Answer.OPEN:
        raise MoveRefused(f"这件延期申请已由{asked.answered_by}答复，不能再答复一次。")
    if not granted and not text.strip():
        raise MoveRefused("不同意延期须写明理由。")
    if granted and part.state not in OPEN:
        raise MoveRefused(f"这项任务现为“{part.get_state_display()}”，不再延期。")
    asked.answer = Extension.Answer.GRANTED if granted else Extension.Answer.REFUSED
    asked.answered_on, asked.answered_by, asked.answer_text = on, actor.name, text.strip()
    asked.save()
    if granted:
        part.due_on = asked.until_on
        part.version += 1
        part.save(update_fields=["due_on", "version"])
        rollup.put(rows_of([part.pk]))
    label = asked.get_answer_display()
    record(
        actor=actor,
        action="assignments.answer_extension",
        subject=part.sheet.number,
        summary=f"{_who(part)}：{label}延至{asked.until_on}"[:500],
    )
    words = f"{label}延期至{cn_date(asked.until_on)}。{asked.answer_text}"
    _tell_department(part, words, f"extension:{asked.pk}")
    return asked


@transaction.atomic
def cancel_sheet(*, sheet_id: int, text: str, on: date, actor: Actor) -> Sheet:
    """Take the whole sheet back (撤销): its open parts end, what was written off stays so."""
    sheet = Sheet.objects.select_for_update(of=("self",)).get(pk=sheet_id)
    if sheet.state != SheetState.HANDED_OVER:
        raise MoveRefused(f"这张交办单现为“{sheet.get_state_display()}”，不能撤销。")
    if not text.strip():
        raise MoveRefused("撤销交办单须写明理由。")
    for part in sheet.parts.filter(state__in=OPEN).order_by("pk"):
        make_move(
            part_id=part.pk,
            name="cancel",
            version=part.version,
            on=on,
            actor=actor,
            reach=None,
            text=text,
        )
    sheet.refresh_from_db()
    return sheet


def evidence(*parts: Part) -> list[Attachment]:
    """Files that departments have brought for their parts, without their content; one query where
    the feedback is read along."""
    keys = [f"feedback:{said.pk}" for part in parts for said in part.feedback.all()]
    return list(attached(ROOM, *keys))


def _feed(
    part: Part,
    kind: Feedback.Kind,
    on: date,
    text: str,
    files: Sequence[File[bytes]],
    actor: Actor,
) -> Feedback:
    said = Feedback.objects.create(
        part=part,
        kind=kind,
        on=on,
        text=text[:1000],
        at=timezone.now(),
        by_id=actor.user_id,
        by_name=actor.name,
    )
    for file in files:
        keep(file, room=ROOM, key=f"feedback:{said.pk}", at=timezone.now(), actor=actor)
    return said


def _locked(part_id: int, version: int | None = None) -> Part:
    """The part with its sheet, both locked in that order, so that two officers take turns."""
    sheet_id = Part.objects.values_list("sheet_id", flat=True).get(pk=part_id)
    sheet = Sheet.objects.select_for_update(of=("self",)).get(pk=sheet_id)
    part = Part.objects.select_for_update(of=("self",)).get(pk=part_id)
    part.sheet = sheet
    if sheet.state == SheetState.DRAFT:
        raise MoveRefused("这张交办单还没有交办。")
    if version is not None and version != part.version:
        raise MoveRefused(
            f"这项任务在您打开页面之后已有人办理，现为“{part.get_state_display()}”。请看过最新记录再办。"
        )
    return part


def _check_desk(part: Part, move: Move, reach: Collection[str] | None) -> None:
    if move.by_office and reach is not None:
        raise MoveRefused(f"“{move.label}”由机制办公室办理。")
    if reach is not None and part.department_code not in reach:
        raise MoveRefused("这项任务不由您所在单位承办，请由承办单位办理。")


def _check_report_day(part: Part, on: date) -> None:
    """Done before it was handed over, or before it was last sent back, it was not."""
    handed_over_on = part.sheet.handed_over_on
    if handed_over_on and on < handed_over_on:
        raise MoveRefused(f"办结日期 {on} 早于交办日期 {handed_over_on}。请核对日期。")
    back = part.feedback.filter(kind=Feedback.Kind.SENT_BACK).order_by("pk").last()
    if back and on < back.on:
        raise MoveRefused(
            f"这项任务 {back.on} 才退回重办，办结日期 {on} 不能早于那一天。请填重新办完的日期。"
        )


def _end_extension(part: Part, move: Move, on: date, actor: Actor) -> None:
    """An extension still asked for has nothing to extend any more."""
    part.extensions.filter(answer=Extension.Answer.OPEN).update(
        answer=Extension.Answer.REFUSED,
        answered_on=on,
        answered_by=actor.name,
        answer_text=f"任务已{move.label}，不再延期。",
    )


def _check_write_off(part: Part, text: str) -> None:
    if not evidence(part):
        raise MoveRefused("没有佐证材料的任务不能销号。请承办单位补充佐证，或者退回重办。")
    if part.leads and not text:
        others = part.sheet.parts.filter(state__in=OPEN).exclude(pk=part.pk).count()
        if others:
            raise MoveRefused(
                f"还有 {others} 个配合单位没有销号，牵头任务先销号须写明理由。请填写说明，或者等配合单位办结。"
            )


def _settle(sheet: Sheet, on: date, actor: Actor) -> None:
    """A sheet closes with its last part, as cancelled when nothing of it was done; and opens again."""
    states = set(sheet.parts.order_by().values_list("state", flat=True))
    before = sheet.state
    if states & OPEN:
        sheet.state, sheet.closed_on = SheetState.HANDED_OVER, None
    else:
        done = State.WRITTEN_OFF in states
        sheet.state = SheetState.CLOSED if done else SheetState.CANCELLED
        sheet.closed_on = on
    if sheet.state == before:
        return
    sheet.version += 1
    sheet.save(update_fields=["state", "closed_on", "version"])
    again = sheet.state == SheetState.HANDED_OVER
    for hook in hooks.ON_REOPEN if again else hooks.ON_CLOSE:
        hook(sheet, on=on, actor=actor)


def _who(part: Part) -> str:
    """The number and the department as people read them."""
    known = departments().get(part.department_code)
    return f"{part.sheet.number} {known.short_name if known else part.department_code}"


def _tell_department(part: Part, words: str, what: str) -> None:
    """``what`` tells this happening from every other of the part."""
    tell(
        [
            Message(
                key=f"assignments:{part.pk}:{what}",
                room=ROOM,
                text=f"任务交办单 {part.sheet.number}：{words}",
                url=_url(part.sheet),
                department_code=part.department_code,
            )
        ],
        at=timezone.now(),
    )


def _url(sheet: Sheet) -> str:
    return reverse("assignments:sheet", args=[sheet.pk])
