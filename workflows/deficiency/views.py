"""Pages of deficient acceptance: ledger, one paper, a new one, and what stands on it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.clock import WorkCalendar
from kernel.once.sending import once
from kernel.papers.attaching import attached
from kernel.papers.paper import cn_date
from kernel.refusal import Refused
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, calendar_of, refuse_form, requires
from kernel.web.parts import Fact
from kernel.web.xlsx import Column, Provisional
from workflows.catalogue.queries import short_names
from workflows.catalogue.wording import DEFICIENCIES
from workflows.deficiency import actions, queries, risks
from workflows.deficiency.forms import FORMS, DeficiencyFilter, GrantForm, RuleForm
from workflows.deficiency.lifecycle import MOVES, State
from workflows.deficiency.models import Deficiency
from workflows.issuing.queries import may_read
from workflows.procedures.lifecycle import RUNNING
from workflows.procedures.models import Procedure
from workflows.procedures.queries import reach_of
from workflows.procedures.terms import Terms
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project

PAGE = 50
VERBS: dict[str, Any] = {
    "hand_in": actions.hand_in,
    "make_good": actions.make_good,
    "send_back": actions.send_back,
    "extend": actions.extend,
    "breach": actions.breach,
    "cancel": actions.cancel,
    "repair": actions.repair,
}
COLUMNS = (
    Column("序号", 6), Column("项目", 34, "办件"), Column("办件号", 20, "办件"),
    Column("事项", 26, "办件"), Column("责任单位", 16, "办件"), Column("容缺材料", 28, "容缺"),
    Column("理由", 30, "容缺"), Column("受理", 12, "容缺"), Column("承诺书", 20, "承诺"),
    Column("承诺人", 14, "承诺"), Column("补齐期限", 14, "承诺"), Column("逾期后果", 26, "承诺"),
    Column("状态", 12, "结果"), Column("交来", 12, "结果"), Column("了结", 12, "结果"),
    Column("逾期处理", 26, "结果"), Column("处理文书", 20, "结果"),
)  # fmt: skip


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def ledger(request: SignedInRequest) -> HttpResponse:
    """容缺台账."""
    today, calendar, names = timezone.localdate(), calendar_of(request), short_names()
    own = request.membership.role in queries.OWN_ONLY
    form = DeficiencyFilter(request.GET or None, departments=names.items(), own=own)
    chosen = form.chosen()
    mine = queries.deficiencies_for(request)
    rows = queries.narrowed(mine, chosen, today).order_by("due_on", "pk")
    if request.GET.get("export"):
        return workbook(
            "容缺台账",
            COLUMNS,
            (
                (
                    serial,
                    row.procedure.project.name,
                    row.procedure.number,
                    row.procedure.name,
                    names.get(row.procedure.department_code, row.procedure.department_code),
                    row.material,
                    row.why,
                    row.granted_on,
                    row.promise_number,
                    row.promised_by,
                    Provisional(row.due_on) if calendar.is_provisional(row.due_on) else row.due_on,
                    row.get_consequence_display(),
                    queries.status(row, today),
                    row.handed_in_on,
                    row.ended_on,
                    row.get_decision_display(),
                    row.ended_document,
                )
                for serial, row in enumerate(rows.iterator(chunk_size=1000), 1)
            ),
            as_of=today,
        )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    late = mine.filter(state=State.OPEN, due_on__lt=today).count()
    return render(
        request,
        "deficiency/ledger.html",
        {
            "title": "容缺台账",
            "form": form,
            "page": page,
            "rows": [
                (
                    row,
                    queries.lamp_of(row, today, calendar),
                    queries.status(row, today),
                    names.get(row.procedure.department_code, row.procedure.department_code),
                    calendar.is_provisional(row.due_on),
                )
                for row in page
            ],
            "facts": [
                Fact("待补齐", mine.filter(state=State.OPEN).count(), "件", url="?"),
                Fact("逾期未补", late, "件", "red" if late else "", "?state=late"),
                Fact(
                    "已补齐",
                    mine.filter(state=State.MADE_GOOD).count(),
                    "件",
                    url=f"?state={State.MADE_GOOD}",
                ),
            ],
            "filtered": any(chosen.values()),
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _detail(request, pk)


def _detail(
    request: SignedInRequest, pk: int, failed: tuple[str, Any] | None = None
) -> HttpResponse:
    row = _get(request, pk)
    procedure = row.procedure
    today, calendar = timezone.localdate(), calendar_of(request)
    reach = reach_of(request.membership, today)
    may = Permission.DEFICIENCY_HANDLE in request.permissions and (
        reach is None or procedure.department_code in reach
    )
    risk = risks.risk_of(procedure.project, today, only=pk)
    moves = []
    for move in MOVES.open(row.state) if may else ():
        if move.name == "breach" and today <= row.due_on:
            continue
        if move.name == "extend" and (row.extended or today > row.due_on):
            continue
        if move.name == "cancel" and procedure.state in RUNNING:
            continue
        if move.name == "repair" and not actions.barred_by(row):
            continue
        form = FORMS[move.name](
            initial={
                "version": row.version,
                "received_on": row.handed_in_on or today,
                "handed_in_on": today,
                "decision": row.consequence,
            },
            auto_id=f"id_{move.name}_%s",
        )
        moves.append((move, failed[1] if failed and failed[0] == move.name else form))
    return render(
        request,
        "deficiency/detail.html",
        {
            "title": row.material,
            "crumbs": [
                ("容缺台账", reverse("deficiency:ledger")),
                (procedure.number, reverse("procedures:detail", args=[procedure.number])),
                (row.material, ""),
            ],
            "row": row,
            "reads_paper": row.issued is not None and may_read(request, row.issued),
            "procedure": procedure,
            "department": short_names().get(procedure.department_code, procedure.department_code),
            "lamp": queries.lamp_of(row, today, calendar),
            "status": queries.status(row, today),
            "left": calendar.between(today, row.due_on) if row.state == State.OPEN else None,
            "provisional": calendar.is_provisional(row.due_on),
            "lines": risks.lines(
                risk.missing[0].exposed, short_names(), procedure.project.target_on
            )
            if risk.missing
            else None,
            "last_on": risk.missing[0].last_on if risk.missing else None,
            "broken": _broken(row, today),
            "files": attached(actions.ROOM, f"deficiency:{row.pk}"),
            "moves": moves,
            "failed": failed[0] if failed else "",
        },
        status=422 if failed else 200,
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.DEFICIENCY_HANDLE)
@once
def new(request: SignedInRequest, number: str) -> HttpResponse:
    """Let a paper of the procedure come later; a gate says so here, with its article."""
    procedure = get_object_or_404(
        Procedure.objects.select_related("project"),
        number=number,
        project__state=ProjectState.CONFIRMED,
    )
    today, calendar = timezone.localdate(), calendar_of(request)
    terms = Terms.read(procedure.terms)
    materials = actions.may_come_later(terms)
    form = GrantForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        materials=materials,
        today=today,
        initial={
            "due_on": calendar.add(today, min(10, queries.longest_days(today))),
            "promise_on": today,
            "credit_on": today,
        },
    )
    if request.method == "POST":
        try:
            if not materials:  # says why: a gate, or nothing that may follow
                actions.check_matter(procedure, request.POST.get("material", ""))
            if form.is_valid():
                given = dict(form.cleaned_data)
                made = actions.grant(
                    procedure_number=number,
                    files=given.pop("attachments"),
                    on=today,
                    actor=actor_of(request),
                    reach=reach_of(request.membership, today),
                    **given,
                )
                messages.success(request, "已容缺受理，告知书已编号印发。")
                return redirect("deficiency:detail", made.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        refuse_form(request, form, action="deficiency.grant", subject=number)
    return render(
        request,
        "deficiency/new.html",
        {
            "title": f"容缺受理：{procedure.name}",
            "crumbs": [
                ("容缺台账", reverse("deficiency:ledger")),
                (number, reverse("procedures:detail", args=[number])),
                ("容缺受理", ""),
            ],
            "procedure": procedure,
            "terms": terms,
            "gate": terms.deficiency == "N",
            "class_label": DEFICIENCIES.get(terms.deficiency, "没有列明可以容缺"),
            "materials": materials,
            "longest": queries.longest_days(today),
            "barred": _barred(procedure.project, today),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _barred(project: Project, on: date) -> str:
    """Why the owner may let no paper come later; empty where it may."""
    try:
        actions.check_credit(project, on)
    except Refused as refusal:
        return str(refusal)
    return ""


@require_POST
@requires(Permission.DEFICIENCY_HANDLE)
@once
def move(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """One step of a missing paper."""
    row = _get(request, pk)
    if name not in VERBS:
        raise Http404
    form = FORMS[name](request.POST, request.FILES, auto_id=f"id_{name}_%s")
    today = timezone.localdate()
    if form.is_valid():
        given = dict(form.cleaned_data)
        if "attachments" in given:
            given["files"] = given.pop("attachments")
        try:
            VERBS[name](
                pk=pk,
                on=today,
                actor=actor_of(request),
                reach=reach_of(request.membership, today),
                **given,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已登记。")
            return redirect("deficiency:detail", pk)
    refuse_form(request, form, action=f"deficiency.{name}", subject=row.procedure.number)
    return _detail(request, pk, (name, form))


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def risk(request: SignedInRequest, number: str) -> HttpResponse:
    """连锁风险: every missing paper of a project with the later permits that stand on it."""
    project = get_object_or_404(Project, number=number, state=ProjectState.CONFIRMED)
    today = timezone.localdate()
    risk = risks.risk_of(project, today)
    calendar, target_on = risk.live.calendar, project.target_on
    names = short_names()
    return render(
        request,
        "deficiency/risk.html",
        {
            "title": "容缺连锁风险",
            "crumbs": [
                (project.name, reverse("projects:project", args=[number])),
                ("容缺连锁风险", ""),
            ],
            "project": project,
            "picture": risks.picture(risk),
            "found": [
                (
                    one,
                    risks.lines(one.exposed, names, target_on),
                    queries.may_open(request, one.row.procedure),
                    queries.status(one.row, today),
                    queries.lamp_of(one.row, today, calendar),
                    _broken(one.row, today),
                )
                for one in risk.missing
            ],
            "facts": _facts(risk),
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def rules(request: SignedInRequest) -> HttpResponse:
    """容缺规则: the longest term, its versions, and a new one."""
    newest = queries.rules()[-1]
    form = RuleForm(
        initial={
            "longest_days": newest.longest_days,
            "effective_from": max(timezone.localdate(), newest.effective_from),
            "seen": newest.number,
        }
    )
    return _rules(request, form)


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def rule(request: SignedInRequest) -> HttpResponse:
    form = RuleForm(request.POST)
    if form.is_valid():
        try:
            made = actions.revise(
                on=timezone.localdate(),
                at=timezone.now(),
                actor=actor_of(request),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"容缺规则第 {made.number} 版已写入。")
            return redirect("deficiency:rules")
    refuse_form(request, form, action="deficiency.revise", subject="容缺规则")
    return _rules(request, form)


def _rules(request: SignedInRequest, form: RuleForm) -> HttpResponse:
    today, versions = timezone.localdate(), queries.rules()
    return render(
        request,
        "deficiency/rules.html",
        {
            "title": "容缺规则",
            "crumbs": [("容缺台账", reverse("deficiency:ledger")), ("容缺规则", "")],
            "current": [each for each in versions if each.effective_from <= today][-1],
            "versions": versions[::-1],
            "form": form if Permission.MECHANISM_CHANGE in request.permissions else None,
        },
        status=422 if form.errors else 200,
    )


# Inside ---------------------------------------------------------------------------------------------


def _get(request: SignedInRequest, pk: int) -> Deficiency:
    rows = queries.deficiencies_for(request).select_related("issued").defer("issued__paper")
    return get_object_or_404(rows, pk=pk)


def _broken(row: Deficiency, on: date) -> bool:
    return row.state == State.BREACHED or (row.state == State.OPEN and on > row.due_on)


def _told(on: date, calendar: WorkCalendar) -> str:
    return f"{cn_date(on)}{'（推定）' if calendar.is_provisional(on) else ''}"


def _facts(risk: risks.Risk) -> list[Fact]:
    target_on, calendar = risk.live.project.target_on, risk.live.calendar
    if not risk.missing:
        return [Fact("缺的材料", 0, "件")]
    late, moved = risk.late_days, risk.moved_days
    return [
        Fact("缺的材料", len(risk.missing), "件"),
        Fact("受影响的后续事项", len(risk.numbers), f"/ {len(risk.live.book.procedures)} 项"),
        Fact(
            "预计全部办结",
            _told(risk.live.plan.finish_on, calendar),
            f"目标{cn_date(target_on)}",
        ),
        Fact(
            "最坏全部办结",
            _told(risk.worst.finish_on, calendar),
            f"推后 {moved} 个工作日，"
            + (f"超过目标 {late} 个工作日" if late > 0 else f"距目标 {-late} 个工作日"),
            "red" if late > 0 else "",
        ),
    ]
