"""Pages of supervision: the ledger, a case, the board, and the rule."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission, Role
from kernel.clock import CalendarOutOfRange, WorkCalendar
from kernel.once.sending import once
from kernel.papers.attaching import attached
from kernel.refusal import Refused
from kernel.shares import Share
from kernel.web.charts import Row, stacked_bars
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, calendar_of, refuse_form, requires
from kernel.web.lamps import Lamp
from kernel.web.parts import Fact
from kernel.web.xlsx import Column, Provisional
from workflows.catalogue.queries import short_names
from workflows.procedures.queries import reach_of
from workflows.supervision import actions, queries
from workflows.supervision.forms import (
    CaseFilter,
    ChaseForm,
    PauseForm,
    ReplyForm,
    ResumeForm,
    RuleForm,
)
from workflows.supervision.lifecycle import ORDER, Stage, State
from workflows.supervision.models import Case, RuleVersion
from workflows.supervision.rules import AUDIENCES, ChaseRule

PAGE = 50
TREND = timedelta(days=366)
COLORS = {
    Stage.REMIND: "green",
    Stage.URGE: "yellow",
    Stage.SUPERVISE: "red",
    Stage.REPORT: "series-4",
}
SERIES = {COLORS[stage]: stage.label for stage in Stage}
COLUMNS = (
    Column("序号", 6), Column("编号", 26, "事项"), Column("事项", 34, "事项"),
    Column("来源", 12, "事项"), Column("项目", 30, "事项"), Column("责任单位", 16),
    Column("期限", 12, "时限"), Column("逾期天数", 10, "时限"), Column("阶段", 12, "督办"),
    Column("状态", 10, "督办"), Column("立项", 12, "督办"), Column("了结", 12, "督办"),
    Column("了结说明", 16, "督办"), Column("最近记录", 44, "督办"),
)  # fmt: skip


@require_safe
@requires(Permission.SUPERVISION_VIEW)
def ledger(request: SignedInRequest) -> HttpResponse:
    """Every deadline that is chased, whatever room it comes from."""
    today, names = timezone.localdate(), short_names()
    form = CaseFilter(
        request.GET or None,
        sources=queries.source_labels().items(),
        departments=names.items(),
        own=_own(request),
    )
    chosen = form.chosen()
    mine = queries.cases_for(request)
    cases = queries.narrowed(mine, chosen, today).order_by("due_on", "pk")
    labels = queries.source_labels()
    if request.GET.get("export"):
        found = queries.with_last_words(cases).iterator(chunk_size=1000)
        calendar = calendar_of(request)
        return workbook(
            "督导台账",
            COLUMNS,
            (
                (
                    serial,
                    case.number,
                    case.title,
                    labels.get(case.source, case.source),
                    case.project_name,
                    names.get(case.department_code, case.department_code),
                    _told_day(case.due_on, calendar),
                    _late_days(case, today),
                    case.get_stage_display(),
                    case.get_state_display(),
                    case.opened_on,
                    case.closed_on,
                    case.closed_why,
                    case.last_words,
                )
                for serial, case in enumerate(found, 1)
            ),
            as_of=today,
        )
    page = Paginator(queries.with_answer(cases), PAGE).get_page(request.GET.get("page"))
    chains = queries.chains(page)
    return render(
        request,
        "supervision/ledger.html",
        {
            "title": "督导台账",
            "form": form,
            "page": page,
            "rows": [
                (
                    case,
                    _lamp(case, today),
                    names.get(case.department_code, case.department_code),
                    labels.get(case.source, case.source),
                    _late_days(case, today),
                    [(stage, chains[case.pk].get(stage.value)) for stage in Stage],
                )
                for case in page
            ],
            "facts": _facts(mine),
            "filtered": any(chosen.values()),
            "now": timezone.now(),
        },
    )


def _facts(mine: Any) -> list[Fact]:
    tallies = queries.tallies(mine)
    tones = {Stage.SUPERVISE: "red", Stage.REPORT: "red", Stage.URGE: "yellow"}
    facts = []
    for stage in Stage:
        count = sum(tally.open[stage.value] for tally in tallies)
        tone = tones.get(stage, "") if count else ""
        facts.append(Fact(stage.label, count, "件", tone, f"?stage={stage.value}"))
    share = Share(sum(t.kept for t in tallies), sum(t.closed for t in tallies))
    return [*facts, Fact("按期了结", share.words, f"{share.hits} / {share.of} 件")]


@require_safe
@requires(Permission.SUPERVISION_VIEW)
def board(request: SignedInRequest) -> HttpResponse:
    """By department and stage, and what the chasing has come to."""
    today = timezone.localdate()
    mine = queries.cases_for(request)
    tallies = queries.tallies(mine)
    soon = queries.after_urging(mine, since=today - TREND, on=today, calendar=calendar_of(request))
    chart = stacked_bars(
        [
            Row(
                t.name,
                {COLORS[stage]: t.open[stage.value] for stage in Stage},
                f"{reverse('supervision:list')}?department={t.code}",
            )
            for t in tallies
            if any(t.open.values())
        ],
        title="各单位未了结的督办",
        series=SERIES,
        unit="件",
    )
    trend = stacked_bars(
        [
            Row(
                f"{month.year}年{month.month}月",
                {COLORS[stage]: counts.get(stage.value, 0) for stage in Stage},
            )
            for month, counts in queries.raised_by_month(mine, today - TREND)
        ],
        title="每月发起的督办",
        series=SERIES,
        of="月份",
        unit="件",
    )
    return render(
        request,
        "supervision/board.html",
        {
            "title": "督导分析",
            "crumbs": [("督导台账", reverse("supervision:list")), ("分析", "")],
            "chart": chart,
            "trend": trend,
            "rows": [(t, Share(t.kept, t.closed), soon.get(t.code, Share())) for t in tallies],
            "total": (
                Share(sum(t.kept for t in tallies), sum(t.closed for t in tallies)),
                sum(soon.values(), Share()),
            ),
            "soon_days": queries.SOON_DAYS,
            "stages": list(Stage),
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.SUPERVISION_VIEW)
def case(request: SignedInRequest, pk: int) -> HttpResponse:
    return _case(request, pk)


def _case(request: SignedInRequest, pk: int, failed: tuple[str, Any] | None = None) -> HttpResponse:
    found = get_object_or_404(queries.cases_for(request), pk=pk)
    today, calendar = timezone.localdate(), calendar_of(request)
    steps = list(queries.steps_of(found))
    files: dict[str, list[Any]] = {}
    for file in attached(actions.ROOM, *(f"step:{step.pk}" for step in steps)):
        files.setdefault(file.key, []).append(file)
    rule = queries.rule_on(today).for_source(found.source)
    reached = {step.stage: step for step in steps if step.stage}
    chases = Permission.SUPERVISION_CHASE in request.permissions
    reach = reach_of(request.membership, today)
    initial = {"version": found.version, "stage": found.stage}
    forms = {
        "chase": ChaseForm(initial=initial),
        "pause": PauseForm(initial=initial),
        "resume": ResumeForm(initial=initial),
        "reply": ReplyForm(),
    }
    if failed:
        forms[failed[0]] = failed[1]
    return render(
        request,
        "supervision/case.html",
        {
            "title": found.title,
            "crumbs": [("督导台账", reverse("supervision:list")), (found.number, "")],
            "case": found,
            "lamp": _lamp(found, today),
            "late_days": _late_days(found, today),
            "department": short_names().get(found.department_code, found.department_code),
            "source": queries.source_labels().get(found.source, found.source),
            "stages": [
                (each, reached.get(each.stage.value), each.begins_on(found.due_on, calendar))
                for each in rule.stages
            ],
            "others": queries.other_deadlines(found).filter(department_code=found.department_code),
            "steps": [(step, files.get(f"step:{step.pk}", [])) for step in steps],
            "forms": forms,
            "failed": failed[0] if failed else "",
            "may_chase": chases and found.state != State.CLOSED,
            "may_reply": found.state != State.CLOSED
            and Permission.ASSIGNMENTS_ANSWER in request.permissions
            and reach is not None
            and found.department_code in reach,
        },
        status=422 if failed else 200,
    )


@require_POST
@requires(Permission.SUPERVISION_CHASE)
@once
def act(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """Chase by hand, pause, or take up again."""
    found = get_object_or_404(queries.cases_for(request), pk=pk)
    today, now = timezone.localdate(), timezone.now()
    forms: dict[str, type[Any]] = {"chase": ChaseForm, "pause": PauseForm, "resume": ResumeForm}
    if name not in forms:
        raise Http404
    form = forms[name](request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        common: dict[str, Any] = {
            "case_id": pk,
            "version": given["version"],
            "on": today,
            "at": now,
            "actor": actor_of(request),
        }
        try:
            if name == "chase":
                actions.chase(
                    stage=given["stage"],
                    text=given["text"],
                    files=given["attachments"],
                    letter=given["letter"],
                    **common,
                )
            elif name == "pause":
                actions.pause(until_on=given["until_on"], text=given["text"], **common)
            else:
                actions.resume(**common)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已登记，责任单位已收到通知。")
            return redirect("supervision:case", pk)
    refuse_form(request, form, action=f"supervision.{name}", subject=found.number)
    return _case(request, pk, (name, form))


@require_POST
@requires(Permission.ASSIGNMENTS_ANSWER)
@once
def reply(request: SignedInRequest, pk: int) -> HttpResponse:
    """A department answers."""
    found = get_object_or_404(queries.cases_for(request), pk=pk)
    form = ReplyForm(request.POST, request.FILES)
    today = timezone.localdate()
    if form.is_valid():
        try:
            actions.reply(
                case_id=pk,
                text=form.cleaned_data["text"],
                files=form.cleaned_data["attachments"],
                on=today,
                at=timezone.now(),
                actor=actor_of(request),
                reach=reach_of(request.membership, today),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "回复已登记，机制办公室和督查室已收到通知。")
            return redirect("supervision:case", pk)
    refuse_form(request, form, action="supervision.reply", subject=found.number)
    return _case(request, pk, ("reply", form))


@require_safe
@requires(Permission.SUPERVISION_VIEW)
def rule_versions(request: SignedInRequest) -> HttpResponse:
    today, labels = timezone.localdate(), queries.source_labels()
    papers = {row.number: row for row in RuleVersion.objects.order_by("number")}
    return render(
        request,
        "supervision/rules.html",
        {
            "title": "督办规则",
            "crumbs": [("督导台账", reverse("supervision:list")), ("督办规则", "")],
            "current": queries.rule_on(today),
            "versions": [
                (rule, _parts(rule, labels), papers.get(rule.number))
                for rule in reversed(queries.rules())
            ],
            "sources": labels.items(),
            "may_change": Permission.SUPERVISION_CHASE in request.permissions,
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.SUPERVISION_CHASE)
def rule_new(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    newest, labels = queries.rules()[-1], queries.source_labels()
    source = request.GET.get("source", "")
    if source and source not in labels:
        raise Http404
    form = RuleForm(
        request.POST if request.method == "POST" else None,
        newest=newest,
        source=source,
        today=today,
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.revise(
                rule=form.rule,
                why=form.cleaned_data["why"],
                document=form.cleaned_data["document"],
                seen=form.cleaned_data["seen"],
                on=today,
                at=timezone.now(),
                actor=actor_of(request),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"督办规则第 {made.number} 版已写入。")
            return redirect("supervision:rules")
    return render(
        request,
        "supervision/rule.html",
        {
            "title": f"修订督办规则：{labels[source] if source else '通用'}",
            "crumbs": [
                ("督导台账", reverse("supervision:list")),
                ("督办规则", reverse("supervision:rules")),
                ("修订", ""),
            ],
            "form": form,
            "source": labels.get(source, ""),
        },
        status=422 if form.errors else 200,
    )


# Inside ---------------------------------------------------------------------------------------------


def _parts(rule: ChaseRule, labels: dict[str, str]) -> list[tuple[str, Any]]:
    """The general stages, then those of each kind of duty that has its own."""
    own = [(labels.get(key, key), _words(rule.for_source(key))) for key in sorted(rule.own)]
    return [("通用", _words(rule)), *own]


def _told_day(day: date, calendar: WorkCalendar) -> date | Provisional:
    """The day, marked 推定 where no notice covers it or no calendar reaches it."""
    try:
        return Provisional(day) if calendar.is_provisional(day) else day
    except CalendarOutOfRange:
        return Provisional(day)


def _words(rule: ChaseRule) -> list[tuple[str, str, str]]:
    """Each stage: when it begins, whom it tells."""
    said = []
    for each in rule.stages:
        when = (
            f"期限前第 {-each.offset} 个工作日"
            if each.offset < 0
            else f"期限后第 {each.offset} 个工作日"
        )
        told = "、".join(["责任单位", *(AUDIENCES[who] for who in each.tells)])
        said.append((each.stage.label, when, told + ("；印发催办函" if each.letter else "")))
    return said


def _own(request: SignedInRequest) -> bool:
    return request.membership.role in (Role.DEPARTMENT, Role.REPRESENTATIVE)


def _lamp(case: Case, today: date) -> Lamp:
    if case.state == State.CLOSED:
        return Lamp.DONE
    if case.state == State.PAUSED:
        return Lamp.PAUSED
    return Lamp.YELLOW if case.due_on >= today and ORDER[Stage(case.stage)] == 0 else Lamp.RED


def _late_days(case: Case, today: date) -> int:
    """Calendar days past the deadline, to today or to the closing."""
    if case.state == State.CLOSED:
        return case.late_days
    return max(0, (today - case.due_on).days)
