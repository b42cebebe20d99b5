"""Draw up a sheet (拟单) and hand it over (交办)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kernel.notices.telling import Message, tell
from kernel.papers.paper import Heading, Para, Table, cn_date
from kernel.trail import Actor, record
from workflows.assignments.lifecycle import MoveRefused, SheetState, SourceKind
from workflows.assignments.models import Part, Sheet
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
    if sum(part.leads for part in parts) != 1:
        raise MoveRefused("交办单须有且只有一个牵头单位。请在责任单位中选定一个牵头。")
    codes = [part.department_code for part in parts]
    if len(set(codes)) != len(codes):
        raise MoveRefused("同一个单位在一张交办单上只能列一次。请合并它的分工要求。")
    if due_on < on:
        raise MoveRefused(f"办结期限 {due_on} 早于交办日期 {on}。请改为以后的日期。")
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
    Part.objects.bulk_create(
        Part(
            sheet=sheet,
            department_code=part.department_code,
            leads=part.leads,
            demand=part.demand,
            first_due_on=part.due_on or due_on,
            due_on=part.due_on or due_on,
        )
        for part in parts
    )
    record(
        actor=actor,
        action="assignments.draw_up",
        subject=f"交办单 {sheet.pk}",
        summary=f"拟交办单：{title}"[:500],
    )
    return sheet


@transaction.atomic
def hand_over(*, sheet_id: int, on: date, actor: Actor) -> Sheet:
    """Number the sheet, issue its paper, and tell each department. Raises `MoveRefused`."""
    sheet = Sheet.objects.select_for_update(of=("self",)).get(pk=sheet_id)
    if sheet.state != SheetState.DRAFT:
        raise MoveRefused(f"这张交办单现为“{sheet.get_state_display()}”，不能再交办一次。")
    parts = list(sheet.parts.order_by("-leads", "pk"))
    names = {code: department.short_name for code, department in departments().items()}
    said = [names.get(part.department_code, part.department_code) for part in parts]
    url = reverse("assignments:sheet", args=[sheet.pk])
    issued = issue(
        compose(
            Kind.ASSIGNMENT,
            title=f"关于{sheet.title}的任务交办单",
            addressee="、".join(said),
            on=on,
            body=[
                Heading("一、任务来源"),
                Para(sheet.source_words),
                Heading("二、事由"),
                Para(sheet.matter),
                Heading("三、办理要求"),
                Para(sheet.demand),
                Para(f"办结期限：{cn_date(sheet.due_on)}。"),
                Heading("四、责任分工"),
                Table(
                    ("责任单位", "分工", "办理要求", "期限"),
                    tuple(
                        (name, "牵头" if p.leads else "配合", p.demand or "—", cn_date(p.due_on))
                        for name, p in zip(said, parts, strict=True)
                    ),
                    widths=(3, 1.2, 5, 2.6),
                ),
            ],
        ),
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
    tell(
        (
            Message(
                key=f"assignments:{part.pk}:handed_over",
                room="assignments",
                text=f"任务交办单 {sheet.number}：{sheet.title}，{part.due_on} 前办结，请签收。",
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
