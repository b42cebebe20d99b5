"""Pages of the dispatch: periods, a report, its figures with their rows, and the difference to another."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.refusal import Refused
from kernel.web.charts import Row, stacked_bars
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, calendar_of, refuse, requires
from kernel.web.xlsx import Column
from workflows.dispatch import actions, queries
from workflows.dispatch.forms import CorrectForm, StepForm, WordsForm
from workflows.dispatch.lifecycle import Period, State, open_moves
from workflows.dispatch.models import Report
from workflows.dispatch.parts import SECTIONS

PAGE = 24
TRENDS = {"procedures.red": ("red", "红灯"), "progress.decided": ("green", "本期办结")}


@require_safe
@requires(Permission.DISPATCH_VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    today, calendar = timezone.localdate(), calendar_of(request)
    reports = queries.reports_for(request).defer("snapshot", "issued__paper")
    may = Permission.DISPATCH_CHANGE in request.permissions
    period = Period.of(today)
    offered = [
        p
        for p in (period.before, period)
        if may and not Report.objects.filter(first=p.first).exists()
    ]
    late = queries.late_period(today, calendar) if may else None
    return render(
        request,
        "dispatch/list.html",
        {
            "title": "半月调度",
            "page": Paginator(reports, PAGE).get_page(request.GET.get("page")),
            "offered": offered,
            "late": late,
            "due_on": queries.due_on(period.before, calendar),
            "within": queries.ISSUE_WITHIN,
            "now": timezone.now(),
        },
    )


@require_POST
@requires(Permission.DISPATCH_CHANGE)
def compile_(request: SignedInRequest) -> HttpResponse:
    """Compile this period or the last."""
    today = timezone.localdate()
    period = Period.of(today)
    chosen = period if request.POST.get("period") == period.first.isoformat() else period.before
    try:
        made = actions.compile_report(
            period=chosen, on=today, at=timezone.now(), actor=actor_of(request)
        )
    except Refused as refusal:
        refuse(request, refusal, action="dispatch.compile", subject=chosen.words)
        return redirect("dispatch:list")
    messages.success(request, f"{made.title}已编制，数据固定在此刻。")
    return redirect("dispatch:report", made.pk)


@require_safe
@requires(Permission.DISPATCH_VIEW)
def report(request: SignedInRequest, pk: int) -> HttpResponse:
    return _report(request, pk)


def _report(
    request: SignedInRequest, pk: int, failed: tuple[str, Any] | None = None
) -> HttpResponse:
    found = get_object_or_404(queries.reports_for(request), pk=pk)
    before = queries.issued_before(found)
    differences = queries.differences(found, before)
    office = Permission.DISPATCH_CHANGE in request.permissions
    reviews = Permission.DISPATCH_REVIEW in request.permissions
    moves = {move.name for move in open_moves(found.state)}
    colors = [color for color, _ in TRENDS.values()]
    trend = [
        Row(period.words, dict(zip(colors, values, strict=True)))
        for period, values in queries.trend(found, list(TRENDS))
    ]
    version = {"version": found.version}
    own = {"problems": found.problems, "next": found.steps}
    return render(
        request,
        "dispatch/report.html",
        {
            "title": found.title,
            "crumbs": [("半月调度", reverse("dispatch:list")), (found.title, "")],
            "report": found,
            "holds": queries.holds(found),
            "before": before,
            "sections": [
                (
                    heading,
                    [p for p in found.snapshot["parts"] if p["section"] == section],
                    own.get(section, ""),
                )
                for section, heading in SECTIONS.items()
            ],
            "differences": list(differences.values()),
            "chart": stacked_bars(
                trend, title="历次报告", series=dict(TRENDS.values()), of="时段", unit="项"
            ),
            "may_write": office and "compile" in moves,
            "may_submit": office and "submit" in moves,
            "may_review": reviews and "issue" in moves,
            "own_submission": found.submitted_by_id == request.user.pk,
            "may_correct": office and found.state == State.ISSUED,
            "read_by": list(found.readings.all()) if found.state in queries.OUT else [],
            "i_read": found.readings.filter(user_id=request.user.pk).exists(),
            "is_out": found.state in queries.OUT,
            "words_form": failed[1]
            if failed and failed[0] == "write"
            else WordsForm(initial=version | {"problems": found.problems, "steps": found.steps}),
            "step_form": StepForm(initial=version, auto_id="id_step_%s"),
            "correct_form": CorrectForm(),
        },
        status=422 if failed else 200,
    )


@require_safe
@requires(Permission.DISPATCH_VIEW)
def figure(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """The rows a figure was counted from, as they were when the report was taken."""
    found = get_object_or_404(queries.reports_for(request), pk=pk)
    shown = queries.figures_of(found).get(key)
    if shown is None:
        raise Http404
    before = queries.issued_before(found)
    difference = queries.differences(found, before)[key]
    came = {row[0] for row in difference.came}
    runs = queries.standing_since(found, key)
    rows = [(url, cells, row in came, runs.get(row, 1)) for row, url, cells in shown["rows"]]
    if request.GET.get("export"):
        return workbook(
            f"{found.title}{shown['label']}",
            [*(Column(head, 24) for head in shown["columns"]), Column("连续几期", 10)],
            ((*cells, run) for _, cells, _, run in rows),
            as_of=timezone.localdate(found.taken_at),
        )
    return render(
        request,
        "dispatch/figure.html",
        {
            "title": f"{shown['label']}：{shown['value']}{shown['unit']}",
            "crumbs": [
                ("半月调度", reverse("dispatch:list")),
                (found.title, reverse("dispatch:report", args=[pk])),
                (shown["label"], ""),
            ],
            "report": found,
            "figure": shown,
            "page": Paginator(rows, 100).get_page(request.GET.get("page")),
            "difference": difference,
            "before": before,
        },
    )


@require_POST
@requires(Permission.DISPATCH_CHANGE)
def write(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.reports_for(request), pk=pk)
    form = WordsForm(request.POST)
    if form.is_valid():
        try:
            actions.write(pk=pk, actor=actor_of(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            refuse(request, refusal, action="dispatch.write", subject=found.title)
        else:
            messages.success(request, "已保存。")
            return redirect("dispatch:report", pk)
    return _report(request, pk, ("write", form))


@require_POST
@requires(Permission.DISPATCH_CHANGE)
def step(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """Compile anew, submit, or correct."""
    found = get_object_or_404(queries.reports_for(request), pk=pk)
    common: dict[str, Any] = {
        "version": _number(request.POST.get("version")),
        "actor": actor_of(request),
    }
    today, now = timezone.localdate(), timezone.now()
    why = request.POST.get("why", "")
    verbs: dict[str, tuple[Callable[[], Report], str]] = {
        "compile": (
            lambda: actions.recompile(pk=pk, on=today, at=now, **common),
            "已重新编制，数据固定在此刻。",
        ),
        "submit": (lambda: actions.submit(pk=pk, at=now, **common), "已送审，请另一人审核签发。"),
        "correct": (
            lambda: actions.compile_report(
                period=found.period, on=today, at=now, actor=common["actor"], corrects_why=why
            ),
            "更正件已编制，签发后接替原报告。",
        ),
    }
    if name not in verbs:
        raise Http404
    return _done(request, found, *verbs[name], f"dispatch.{name}")


@require_POST
@requires(Permission.DISPATCH_REVIEW)
def review(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """Issue, or send back."""
    found = get_object_or_404(queries.reports_for(request), pk=pk)
    common: dict[str, Any] = {
        "pk": pk,
        "version": _number(request.POST.get("version")),
        "actor": actor_of(request),
    }
    verbs: dict[str, tuple[Callable[[], Report], str]] = {
        "issue": (
            lambda: actions.issue(on=timezone.localdate(), at=timezone.now(), **common),
            "已签发，召集人和各成员单位已收到通知。",
        ),
        "send_back": (
            lambda: actions.send_back(why=request.POST.get("text", ""), **common),
            "已退回修改。",
        ),
    }
    if name not in verbs:
        raise Http404
    return _done(request, found, *verbs[name], f"dispatch.{name}")


@require_POST
@requires(Permission.DISPATCH_VIEW)
def read(request: SignedInRequest, pk: int) -> HttpResponse:
    """I have read it."""
    found = get_object_or_404(queries.reports_for(request), pk=pk)
    try:
        actions.read(
            report=found,
            user_id=request.user.pk,
            name=request.user.name,
            department_code=request.membership.department_code,
            at=timezone.now(),
        )
    except Refused as refusal:
        refuse(request, refusal, action="dispatch.read", subject=found.title)
    else:
        messages.success(request, "已知悉。")
    return redirect("dispatch:report", pk)


def _done(
    request: SignedInRequest, found: Report, act: Callable[[], Report], said: str, action: str
) -> HttpResponse:
    try:
        made = act()
    except Refused as refusal:
        refuse(request, refusal, action=action, subject=found.title)
        return redirect("dispatch:report", found.pk)
    messages.success(request, said)
    return redirect("dispatch:report", made.pk)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0
