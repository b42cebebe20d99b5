"""Draw up a sheet (拟单), change and drop a draft, and hand it over (交办)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kernel.notices.telling import Message, tell
from kernel.papers.paper import Heading, Paper, Para, Table, cn_date
from kernel.trail import Actor, record
from tenants.rollup import writing as rollup
from workflows.assignments.lifecycle import MoveRefused, SheetState, SourceKind
from workflows.assignments.models import Part, Sheet
from workflows.assignments.picture import rows_of
from workflows.catalogue.queries import departments
from workflows.issuing.actions import issue
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.procedures.models import Procedure
from workflows.projects.models import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a sheet comes from: ``key`` finds it again, ``words`` name it, ``url`` leads there."""

    kind: SourceKind
    words: str
    key: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDraft:
    """A department's part as drafted. Without ``due_on`` the sheet's deadline holds."""

    department_code: str
    leads: bool = False
    demand: str = ""
    due_on: date | None = None


@transaction.atomic
def draw_up(
    *,
    source: Source,
    title: str,
    matter: str,
    demand: str,
    due_on: date,
    parts: Sequence[PartDraft],
    on: date,
    actor: Actor,
    project: Project | None = None,
    procedure: Procedure | None = None,
) -> Sheet:
    """A draft sheet with a part for each department; exactly one leads. Raises `MoveRefused`."""
    _check(parts, due_on, on)
    sheet = Sheet.objects.create(
        title=title,
        source_kind=source.kind,
        source_key=source.key,
        source_words=source.words,
        source_url=source.url,
        project=project,
        procedure=procedure,
        matter=matter,
        demand=demand,
        due_on=due_on,
        drafted_on=on,
        made_at=timezone.now(),
        made_by=actor.name,
    )
    _put_parts(sheet, parts)
    record(
        actor=actor,
        action="assignments.draw_up",
        subject=f"交办单 {sheet.pk}",
        summary=f"拟交办单：{title}"[:500],
    )
    return sheet


@transaction.atomic
def redraw(
    *,
    sheet_id: int,
    version: int,
    title: str,
    source_kind: SourceKind,
    source_words: str,
    matter: str,
    demand: str,
    due_on: date,
    parts: Sequence[PartDraft],
    on: date,
    actor: Actor,
) -> Sheet:
    """Change a draft. Raises `MoveRefused` for a sheet that was handed over or changed meanwhile."""
    sheet = _draft(sheet_id, version, "修改")
    _check(parts, due_on, on)
    sheet.title, sheet.matter, sheet.demand, sheet.due_on = title, matter, demand, due_on
    sheet.source_kind, sheet.source_words = source_kind, source_words
    sheet.version += 1
    sheet.save(
        update_fields=[
            "title", "source_kind", "source_words", "matter", "demand", "due_on", "version",
        ]
    )  # fmt: skip
    sheet.parts.all().delete()
    _put_parts(sheet, parts)
    record(
        actor=actor,
        action="assignments.redraw",
        subject=f"交办单 {sheet.pk}",
        summary=f"修改交办单草稿：{title}"[:500],
    )
    return sheet


@transaction.atomic
def discard(*, sheet_id: int, version: int, actor: Actor) -> None:
    """Drop a draft: it never had a number. Raises `MoveRefused`."""
    sheet = _draft(sheet_id, version, "删除")
    sheet.delete()
    record(
        actor=actor,
        action="assignments.discard",
        subject=f"交办单 {sheet_id}",
        summary=f"删除交办单草稿：{sheet.title}"[:500],
    )


@transaction.atomic
def hand_over_all(
    *, sheet_ids: Sequence[int], on: date, actor: Actor, version: int | None = None
) -> list[Sheet | MoveRefused]:
    """`hand_over` of each by itself, in the order given: the sheet, or why not."""
    # All of them before the first number is taken, which is held to the end: whoever holds one of these
    # sheets may be waiting for a number.
    list(Sheet.objects.select_for_update(of=("self",)).filter(pk__in=sheet_ids).order_by("pk"))
    came: list[Sheet | MoveRefused] = []
    for sheet_id in sheet_ids:
        try:
            came.append(hand_over(sheet_id=sheet_id, on=on, actor=actor, version=version))
        except MoveRefused as refusal:
            came.append(refusal)
    return came


@transaction.atomic
def hand_over(*, sheet_id: int, on: date, actor: Actor, version: int | None = None) -> Sheet:
    """Number the sheet, issue its paper, and tell each department. ``version`` is the draft the clerk
    has read, None for a whole list. Raises `MoveRefused`.
    """
    sheet = Sheet.objects.select_for_update(of=("self",)).get(pk=sheet_id)
    if sheet.state != SheetState.DRAFT:
        raise MoveRefused(f"这张交办单现为“{sheet.get_state_display()}”，不能再交办一次。")
    if version is not None and version != sheet.version:
        raise MoveRefused("这份草稿在您打开之后已有人修改，没有交办。请看过最新内容再交办。")
    parts = list(sheet.parts.order_by("-leads", "pk"))
    early = [part.due_on for part in parts if part.due_on < on]
    if early:
        raise MoveRefused(f"办结期限 {min(early)} 早于交办日期 {on}。请先修改草稿里的期限。")
    url = reverse("assignments:sheet", args=[sheet.pk])
    issued = issue(
        paper_of(sheet, parts, on),
        kind=Kind.ASSIGNMENT,
        room="assignments",
        key=f"sheet:{sheet.pk}",
        url=url,
        on=on,
        actor=actor,
        to=[part.department_code for part in parts],
    )
    sheet.issued, sheet.number = issued, issued.number
    sheet.state, sheet.handed_over_on = SheetState.HANDED_OVER, on
    sheet.version += 1
    sheet.save(update_fields=["issued", "number", "state", "handed_over_on", "version"])
    rollup.put(rows_of([part.pk for part in parts]))
    tell(
        (
            Message(
                key=f"assignments:{part.pk}:handed_over",
                room="assignments",
                text=f"任务交办单 {sheet.number}：{sheet.title}，{cn_date(part.due_on)}前办结，请签收。",
                url=url,
                department_code=part.department_code,
            )
            for part in parts
        ),
        at=timezone.now(),
    )
    record(
        actor=actor,
        action="assignments.hand_over",
        subject=sheet.number,
        summary=f"交办{sheet.number}：{sheet.title}"[:500],
    )
    return sheet


def paper_of(sheet: Sheet, parts: Sequence[Part], on: date) -> Paper:
    """The sheet as a paper dated ``on``, without its number."""
    names = {code: department.short_name for code, department in departments().items()}
    said = [names.get(part.department_code, part.department_code) for part in parts]
    about = f"项目：{sheet.project.name}（{sheet.project.number}）。" if sheet.project else ""
    procedure = (
        f"办件：{sheet.procedure.name}（{sheet.procedure.number}）。" if sheet.procedure else ""
    )
    return compose(
        Kind.ASSIGNMENT,
        title=f"关于{sheet.title}的任务交办单",
        addressee="、".join(said),
        on=on,
        body=[
            Heading("一、任务来源"),
            Para(sheet.source_words),
            *([Para(about + procedure)] if about or procedure else []),
            Heading("二、事由"),
            *_paras(sheet.matter),
            Heading("三、办理要求"),
            *_paras(sheet.demand),
            Para(f"办结期限：{cn_date(sheet.due_on)}。请收到后及时签收，办结后附佐证材料反馈。"),
            Heading("四、责任分工"),
            Table(
                ("责任单位", "分工", "办理要求", "期限"),
                tuple(
                    (name, "牵头" if p.leads else "配合", p.demand or "—", cn_date(p.due_on))
                    for name, p in zip(said, parts, strict=True)
                ),
                widths=(3, 1.4, 5, 3.4),
            ),
        ],
    )


def _paras(text: str) -> list[Para]:
    return [Para(line.strip()) for line in text.splitlines() if line.strip()]


def _draft(sheet_id: int, version: int, verb: str) -> Sheet:
    sheet = Sheet.objects.select_for_update(of=("self",)).get(pk=sheet_id)
    if sheet.state != SheetState.DRAFT:
        raise MoveRefused(
            f"交办单 {sheet.number or sheet.title} 现为“{sheet.get_state_display()}”，只有草稿能{verb}。"
        )
    if sheet.version != version:
        raise MoveRefused("这份草稿在您打开之后已有人修改，没有保存。请看过最新内容再改。")
    return sheet


def _check(parts: Sequence[PartDraft], due_on: date, on: date) -> None:
    if sum(part.leads for part in parts) != 1:
        raise MoveRefused("交办单须有且只有一个牵头单位。请在责任单位中选定一个牵头。")
    codes = [part.department_code for part in parts]
    if len(set(codes)) != len(codes):
        raise MoveRefused("同一个单位在一张交办单上只能列一次。请合并它的分工要求。")
    if due_on < on:
        raise MoveRefused(f"办结期限 {due_on} 早于交办日期 {on}。请改为以后的日期。")
    for part in parts:
        if part.due_on and not on <= part.due_on <= due_on:
            raise MoveRefused(
                f"分工期限 {part.due_on} 须在 {on} 到办结期限 {due_on} 之间。请改分工期限，或者留空。"
            )


def _put_parts(sheet: Sheet, parts: Sequence[PartDraft]) -> None:
    Part.objects.bulk_create(
        Part(
            sheet=sheet,
            department_code=part.department_code,
            leads=part.leads,
            demand=part.demand,
            first_due_on=part.due_on or sheet.due_on,
            due_on=part.due_on or sheet.due_on,
        )
        for part in parts
    )
