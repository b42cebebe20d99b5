"""The backward plan of one project (倒排计划): accepted beside current, floats, joint handling."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.papers.paper import cn_date
from kernel.plan import Slot
from kernel.refusal import Refused
from kernel.web.downloads import attachment
from kernel.web.http import READABLE, SignedInRequest, actor_of, refuse, requires
from kernel.web.xlsx import Column, Provisional, Value, workbook_bytes
from workflows.procedures import bundles
from workflows.procedures.actions import replan
from workflows.procedures.forms import BundleForm, RebaselineForm
from workflows.procedures.ledger import Day, LedgerRow, shown_day
from workflows.procedures.live import Live, live_of
from workflows.procedures.models import Bundle
from workflows.procedures.panels import (
    conflict_of,
    facts_of,
    floats_of,
    picture_of,
    relaxed_words,
)
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project

COLUMNS = (
    Column("事项", 28), Column("责任单位", 14), Column("状态", 14), Column("最迟备件", 13),
    Column("接受的计划：受理", 16), Column("接受的计划：办结", 16), Column("最早受理", 13),
    Column("最早办结", 13), Column("最迟受理", 13), Column("最迟办结", 13),
    Column("余量（工作日）", 14), Column("比计划（工作日）", 15), Column("关键线路", 10),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A matter of the plan: accepted days beside those that hold today."""

    row: LedgerRow
    slot: Slot
    prepare: Day
    earliest_start: Day
    earliest_finish: Day
    latest_start: Day
    latest_finish: Day
    moved_days: int

    @property
    def moved(self) -> str:
        """Working days the forecast lies behind the accepted plan, in words."""
        if self.row.decided.on or not self.moved_days:
            return ""
        return f"晚 {self.moved_days}" if self.moved_days > 0 else f"早 {-self.moved_days}"


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def plan(request: SignedInRequest, number: str) -> HttpResponse:
    live = _live(number)
    return render(
        request,
        "procedures/plan.html",
        {
            "title": f"{live.project.name}：倒排计划",
            "crumbs": _crumbs(live.project, "倒排计划"),
            "project": live.project,
            "live": live,
            "facts": facts_of(live),
            "chain": conflict_of(live),
            "lines": _lines(live),
            "floats": floats_of(live),
            "path": [live.plan.slot(code).label for code in live.plan.critical_path],
            "relaxed": relaxed_words(live),
            "picture": picture_of(live) if live.rows else "",
            "bundles": Bundle.objects.filter(project=live.project)
            .prefetch_related("procedures")
            .order_by("pk"),
            "form": RebaselineForm(),
            "may_change": Permission.PROJECTS_CHANGE in request.permissions,
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def plan_export(request: SignedInRequest, number: str) -> HttpResponse:
    live = _live(number)
    content = workbook_bytes(
        f"{live.project.name}倒排计划",
        COLUMNS,
        (_cells(line) for line in _lines(live)),
        as_of=live.on,
        notes=(
            f"目标日{cn_date(live.project.target_on)}。最早按今天的进度往后推，最迟从目标日往前推，余量是两者之差。",
            "标（推定）的日期所在年份放假通知尚未公布，公布后重算。",
        ),
    )
    return attachment(content, f"倒排计划-{number}-{live.on:%Y%m%d}.xlsx")


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def plan_json(request: SignedInRequest, number: str) -> HttpResponse:
    """The plan for another system: accepted, earliest and latest days, float, what is in the way."""
    live = _live(number)
    plan = live.plan
    return JsonResponse(
        {
            "project": {"number": live.project.number, "name": live.project.name},
            "as_of": live.on.isoformat(),
            "target_on": live.project.target_on.isoformat(),
            "finish_on": plan.finish_on.isoformat(),
            "feasible": plan.feasible,
            "short_by_days": plan.short_by_days,
            "critical_path": list(plan.critical_path),
            "conflict": list(plan.conflict),
            "relaxed": [[edge.before, edge.after] for edge in plan.relaxed],
            "floats": plan.floats,
            "matters": [_plain(line) for line in _lines(live)],
        },
        json_dumps_params=READABLE,
    )


@require_POST
@requires(Permission.PROJECTS_CHANGE)
def rebaseline(request: SignedInRequest, number: str) -> HttpResponse:
    """Accept the current plan for what has not begun; the one before stays in the trail."""
    project = _project(number)
    form = RebaselineForm(request.POST)
    if not form.is_valid():
        messages.error(request, "重排须写明理由：为什么原来的计划不再适用。")
        return redirect("procedures:plan", number)
    try:
        changed = replan(
            project,
            on=timezone.localdate(),
            actor=actor_of(request),
            rebaseline=True,
            why=form.cleaned_data["why"],
        )
        messages.success(request, f"已按今天的进度重排，{changed} 项有变；原计划保留在留痕里。")
    except Refused as refusal:
        refuse(request, refusal, action="procedures.rebaseline", subject=number)
    return redirect("procedures:plan", number)


@require_http_methods(["GET", "POST"])
@requires(Permission.PROJECTS_CHANGE)
def bundle(request: SignedInRequest, number: str) -> HttpResponse:
    """联合办理: choose matters, mode and paper."""
    live = _live(number)
    choices = [(row, bundles.obstacle(live.book, row.procedure)) for row in live.rows]
    form = BundleForm(
        request.POST if request.method == "POST" else None,
        choices=[
            (row.procedure.number, f"{row.procedure.name}（{row.department}，{row.limit}）")
            for row, obstacle in choices
            if not obstacle
        ],
        units=sorted({(row.procedure.department_code, row.department) for row in live.rows}),
        today=live.on,
    )
    if request.method == "POST" and form.is_valid():
        try:
            facts = form.cleaned_data | {"formed_on": form.cleaned_data["on"], "on": live.on}
            bundles.form(live.project, actor=actor_of(request), **facts)
            messages.success(request, "已确定联合办理，时限和计划已重新计算。")
            return redirect("procedures:plan", number)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(
        request,
        "procedures/bundle.html",
        {
            "title": "确定联合办理",
            "crumbs": _crumbs(live.project, "联合办理"),
            "project": live.project,
            "form": form,
            "barred": [(row, obstacle) for row, obstacle in choices if obstacle],
        },
        status=422 if form.errors else 200,
    )


@require_POST
@requires(Permission.PROJECTS_CHANGE)
def unbundle(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    project = _project(number)
    try:
        bundles.dissolve(project, bundle_id=pk, on=timezone.localdate(), actor=actor_of(request))
        messages.success(request, "已解除，各事项按单项时限计算。")
    except Refused as refusal:
        refuse(request, refusal, action="procedures.unbundle", subject=number)
    return redirect("procedures:plan", number)


# Inside ------------------------------------------------------------------------------------------


def _project(number: str) -> Project:
    return get_object_or_404(Project, number=number, state=ProjectState.CONFIRMED)


def _live(number: str) -> Live:
    return live_of(_project(number), timezone.localdate())


def _crumbs(project: Project, page: str) -> list[tuple[str, str]]:
    return [
        ("项目清单", reverse("projects:index")),
        (project.name, reverse("projects:project", args=[project.number])),
        (page, ""),
    ]


def _lines(live: Live) -> list[PlanLine]:
    calendar, lines = live.calendar, []
    for row in live.rows:
        slot, accepted = live.plan.slot(row.procedure.matter_code), row.procedure.planned_due_on
        lines.append(
            PlanLine(
                row,
                slot,
                shown_day(slot.latest_prepare_on, calendar),
                shown_day(slot.earliest_start_on, calendar),
                shown_day(slot.earliest_finish_on, calendar),
                shown_day(slot.latest_start_on, calendar),
                shown_day(slot.latest_finish_on, calendar),
                calendar.between(accepted, slot.earliest_finish_on) if accepted else 0,
            )
        )
    return lines


def _plain(line: PlanLine) -> dict[str, Any]:
    def told(day: Day) -> dict[str, Any]:
        return {"on": day.on.isoformat() if day.on else None, "provisional": day.provisional}

    row, slot = line.row, line.slot
    return {
        "number": row.procedure.number,
        "matter": row.procedure.matter_code,
        "department": row.procedure.department_code,
        "state": row.clocks.state.value,
        "planned_start": told(row.planned_start),
        "planned": told(row.planned),
        "latest_prepare": told(line.prepare),
        "earliest_start": told(line.earliest_start),
        "earliest_finish": told(line.earliest_finish),
        "latest_start": told(line.latest_start),
        "latest_finish": told(line.latest_finish),
        "slack_days": slot.slack_days,
        "critical": slot.critical,
    }


def _cells(line: PlanLine) -> list[Value]:
    def cell(day: Day) -> Value:
        return Provisional(day.on) if day.on and day.provisional else day.on

    row: Any = line.row
    return [
        row.procedure.name,
        row.department,
        row.state,
        cell(line.prepare),
        cell(row.planned_start),
        cell(row.planned),
        cell(line.earliest_start),
        cell(line.earliest_finish),
        cell(line.latest_start),
        cell(line.latest_finish),
        line.slot.slack_days,
        line.moved_days,
        "是" if line.slot.critical else "",
    ]
