"""Pages of the dispatch: periods, a report, its figures with their rows, and the difference to another."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.papers.paper import Paper, Para
from kernel.refusal import Refused
from kernel.web.charts import Row, stacked_bars, trend
from kernel.web.downloads import paper_file, workbook
from kernel.web.http import SignedInRequest, actor_of, calendar_of, refuse, requires, whole_number
from kernel.web.xlsx import Column, Value
from workflows.dispatch import actions, queries
from workflows.dispatch.comparing import Difference, words_of
from workflows.dispatch.forms import CompareFilter, CorrectForm, ReportFilter, StepForm, WordsForm
from workflows.dispatch.lifecycle import IN_FORCE, IN_WORK, MOVES, OUT, DispatchRefused
from workflows.dispatch.models import Report
from workflows.dispatch.parts import SECTIONS, said
from workflows.issuing.queries import may_read

PAGE = 24
ROWS = 100
#: Rows of a figure that the page of a comparison lists; its workbook lists all.
LISTED = 50
LAMPS = {"procedures.red": ("red", "红灯"), "procedures.yellow": ("yellow", "黄灯")}
DECIDED = "progress.decided"
REPORTS = (
    Column("报告", 30), Column("自", 13), Column("至", 13), Column("状态", 12),
    Column("数据截止", 20), Column("文号", 28), Column("编制", 14), Column("签发", 14),
    Column("签发日期", 13), Column("抄送日期", 13), Column("知悉人数", 10),
    Column("更正理由", 30), Column("摘要值", 70),
)  # fmt: skip
FIGURES = (
    Column("指标", 24), Column("本期", 10), Column("单位", 8), Column("上期", 10),
    Column("增减", 12), Column("新增", 8), Column("消除", 8), Column("延续", 8),
)  # fmt: skip
CHANGES = (
    Column("指标", 24), Column("增减", 10), Column("内容", 40), Column("其他", 70),
)  # fmt: skip


@require_safe
@requires(Permission.DISPATCH_VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    reports = queries.reports_for(request).defer("snapshot", "issued__paper")
    form = ReportFilter(
        request.GET or None, years=(day.year for day in reports.dates("first", "year", "DESC"))
    )
    shown = _chosen(reports, form).annotate(read=Count("readings")).order_by("-first", "-edition")
    if request.GET.get("export"):
        return workbook("半月调度报告", REPORTS, map(_line, shown), as_of=today)
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    may = Permission.DISPATCH_CHANGE in request.permissions
    calendar = calendar_of(request)
    late = queries.late_period(today, calendar) if may else None
    return render(
        request,
        "dispatch/list.html",
        {
            "title": "半月调度",
            "page": page,
            "reads": {r.pk for r in page if r.issued and may_read(request, r.issued)},
            "form": form,
            "filtered": any(request.GET.get(name) for name in form.fields),
            "offered": queries.offered(today) if may else [],
            "late": late,
            "due_on": queries.due_on(late, calendar) if late else None,
            "within": queries.ISSUE_WITHIN,
            "now": timezone.now(),
        },
    )


def _chosen(reports: QuerySet[Report], form: ReportFilter) -> QuerySet[Report]:
    chosen = form.cleaned_data if form.is_valid() else {}
    if year := chosen.get("year"):
        reports = reports.filter(first__year=int(year))
    if state := chosen.get("state"):
        reports = reports.filter(state=state)
    return reports


def _line(report: Report) -> tuple[Value, ...]:
    return (
        report.title,
        report.first,
        report.last,
        report.get_state_display(),
        f"{timezone.localtime(report.taken_at):%Y-%m-%d %H:%M}",
        report.issued.number if report.issued else "",
        report.compiled_by,
        report.reviewed_by,
        report.issued_on,
        report.copied_on,
        report.read,  # type: ignore[attr-defined]
        report.corrects_why,
        report.digest,
    )


@require_POST
@requires(Permission.DISPATCH_CHANGE)
def compile_(request: SignedInRequest) -> HttpResponse:
    """Compile one of the periods the list offers."""
    today = timezone.localdate()
    offered = {period.first.isoformat(): period for period in queries.offered(today)}
    chosen = offered.get(request.POST.get("period", ""))
    if chosen is None:
        refusal = DispatchRefused(
            "请从列表中选一个还没有报告的时段编制。已经编制的，请在原报告上办理。"
        )
        refuse(request, refusal, action="dispatch.compile", subject="半月调度")
        return redirect("dispatch:list")
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
    found = get_object_or_404(queries.reports_for(request), pk=pk)
    if request.GET.get("export") and queries.holds(found):
        return workbook(
            found.title,
            FIGURES,
            map(_figure_line, queries.differences(found)),
            as_of=_taken_on(found),
            notes=[f"快照摘要值（SHA-256）：{found.digest}"],
        )
    return _report(request, found)


def _figure_line(each: Difference) -> tuple[Value, ...]:
    listed = each.listed and each.before is not None
    counts = (len(each.came), len(each.went), each.stayed) if listed else (None, None, None)
    figure = each.figure
    return figure["label"], figure["value"], figure["unit"], each.before, each.words, *counts


def _report(
    request: SignedInRequest, found: Report, failed: tuple[str, Any] | None = None
) -> HttpResponse:
    office = Permission.DISPATCH_CHANGE in request.permissions
    reviews = Permission.DISPATCH_REVIEW in request.permissions
    moves = {move.name for move in MOVES.open(found.state)}
    version = {"version": found.version}
    out = found.state in OUT
    holds = queries.holds(found)
    return render(
        request,
        "dispatch/report.html",
        {
            "title": found.title,
            "crumbs": [("半月调度", reverse("dispatch:list")), (found.title, "")],
            "report": found,
            "holds": holds,
            "reads_paper": found.issued is not None and may_read(request, found.issued),
            **(_content(found) if holds else {}),
            "may_write": office and "compile" in moves,
            "may_submit": office and "submit" in moves,
            "may_review": reviews and "issue" in moves,
            "may_copy": office and "copy" in moves,
            "wrote_it": actions.wrote(found, request.user.pk),
            "may_correct": office and found.state in IN_FORCE,
            "read_by": list(found.readings.all()) if out else [],
            "not_read": queries.not_read(found, found.issued_on) if found.issued_on else [],
            "i_read": found.readings.filter(user_id=request.user.pk).exists(),
            "is_out": out,
            "in_work": found.state in IN_WORK,
            "due_on": queries.due_on(found.period, calendar_of(request)),
            "words_form": failed[1]
            if failed and failed[0] == "write"
            else WordsForm(initial=version | {"problems": found.problems, "steps": found.steps}),
            "step_form": StepForm(initial=version, auto_id="id_step_%s"),
            "correct_form": CorrectForm(auto_id="id_correct_%s"),
        },
        status=422 if failed else 200,
    )


def _content(found: Report) -> dict[str, Any]:
    """What the page says, all of it from the snapshot and the office's own words."""
    own = {"problems": found.problems, "next": found.steps}
    past = queries.trend(found, [*LAMPS, DECIDED])
    lamps = [
        Row(period.words, {color: values.get(key, 0) for key, (color, _) in LAMPS.items()})
        for period, values in past
    ]
    decided = [(period.words, values.get(DECIDED, 0)) for period, values in past]
    paper = _paper(found)
    return {
        "paper": paper,
        "opening": first.text if isinstance(first := paper.body[0], Para) else "",
        "compared_with": words_of(found.snapshot),
        "before": found.snapshot["before"],
        "sections": [
            (
                heading,
                [
                    words
                    for part in found.snapshot["parts"]
                    if part["section"] == section
                    for words in said(part)
                ],
                [line for line in own.get(section, "").splitlines() if line.strip()],
            )
            for section, heading in SECTIONS.items()
        ],
        "differences": queries.differences(found),
        "charts": [
            stacked_bars(
                lamps, title="历次红黄灯", series=dict(LAMPS.values()), of="时段", unit="项"
            ),
            trend(decided, title="历次办结", measure="本期办结", unit="项", of="时段"),
        ],
    }


def _paper(found: Report) -> Paper:
    """The paper as it was issued; before, as it would be, dated on the day of its data."""
    if found.issued_id:
        return actions.paper_of(found, found.issued_on or _taken_on(found))
    return actions.paper_of(found, _taken_on(found))


def _taken_on(found: Report) -> date:
    return timezone.localdate(found.taken_at)


@require_safe
@requires(Permission.DISPATCH_VIEW)
def file(request: SignedInRequest, pk: int, form: str) -> HttpResponse:
    """The report before it is issued, as PDF or .docx; issued, the register has it."""
    found = get_object_or_404(queries.reports_for(request), pk=pk)
    if form not in ("pdf", "docx"):
        raise Http404
    if found.issued_id:
        return redirect(f"issuing:{form}", found.issued_id)
    if not queries.holds(found):
        return redirect("dispatch:report", pk)
    return paper_file(_paper(found), form, f"{found.title}（送审稿）")


@require_safe
@requires(Permission.DISPATCH_VIEW)
def figure(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """The rows a figure was counted from, as they were when the report was taken."""
    found = get_object_or_404(queries.reports_for(request), pk=pk)
    if not queries.holds(found):
        return redirect("dispatch:report", pk)
    each = next((d for d in queries.differences(found) if d.figure["key"] == key), None)
    if each is None:
        raise Http404
    shown, listed = each.figure, each.listed
    if request.GET.get("export"):
        runs = [Column("连续几期", 10)] if listed else []
        return workbook(
            f"{found.title}{shown['label']}",
            [*(Column(head, 24) for head in shown["columns"]), *runs],
            ((*cells, run) if listed else cells for _, _, cells, run in shown["rows"]),
            as_of=_taken_on(found),
            notes=[f"快照摘要值（SHA-256）：{found.digest}"],
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
            "listed": listed,
            "page": Paginator(shown["rows"], ROWS).get_page(request.GET.get("page")),
            "difference": each,
            "before": found.snapshot["before"],
        },
    )


@require_safe
@requires(Permission.DISPATCH_VIEW)
def compare(request: SignedInRequest, pk: int) -> HttpResponse:
    """The report against any other one: figure by figure, and what came and went in each list."""
    found = get_object_or_404(queries.reports_for(request), pk=pk)
    rest = queries.reports_for(request).exclude(pk=pk).defer("snapshot", "issued__paper")
    others = [(other.pk, other.title) for other in rest]
    earlier = next((one.pk for one in rest if one.first < found.first), None)
    form = CompareFilter(
        {"other": request.GET.get("other") or earlier, "only": request.GET.get("only", "")},
        others=others,
    )
    other = None
    if others and form.is_valid() and form.cleaned_data["other"]:
        other = queries.reports_for(request).get(pk=int(form.cleaned_data["other"]))
    hold = queries.holds(found) and (other is None or queries.holds(other))
    rows = queries.differences_between(found, other) if other and hold else []
    if request.GET.get("export") and rows:
        return workbook(
            f"{found.title}与{other.title if other else ''}对照",
            CHANGES,
            _changes(rows),
            as_of=_taken_on(found),
        )
    every = form.is_valid() and form.cleaned_data["only"] == "all"
    return render(
        request,
        "dispatch/compare.html",
        {
            "title": "两期对照",
            "crumbs": [
                ("半月调度", reverse("dispatch:list")),
                (found.title, reverse("dispatch:report", args=[pk])),
                ("两期对照", ""),
            ],
            "report": found,
            "other": other,
            "form": form if others else None,
            "hold": hold,
            "differences": [d for d in rows if every or d.change or d.came or d.went],
            "moved": [(d, d.came[:LISTED], d.went[:LISTED]) for d in rows if d.came or d.went],
            "listed": LISTED,
        },
    )


def _changes(rows: list[Difference]) -> Any:
    for each in rows:
        for words, found in (("新增", each.came), ("消除", each.went)):
            for row in found:
                first, *others = row[2]
                yield each.figure["label"], words, first, "；".join(others)


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
    return _report(request, found, ("write", form))


@require_POST
@requires(Permission.DISPATCH_CHANGE)
def step(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """Compile anew, submit, copy, or correct."""
    found = get_object_or_404(queries.reports_for(request), pk=pk)
    common: dict[str, Any] = {
        "version": whole_number(request.POST.get("version")),
        "actor": actor_of(request),
    }
    today, now = timezone.localdate(), timezone.now()
    verbs: dict[str, tuple[Callable[[], Report], str]] = {
        "compile": (
            lambda: actions.recompile(pk=pk, on=today, at=now, **common),
            "已重新编制，数据固定在此刻。",
        ),
        "submit": (lambda: actions.submit(pk=pk, at=now, **common), "已送审，请另一人审核签发。"),
        "copy": (
            lambda: actions.copy(pk=pk, on=today, at=now, **common),
            "已抄送，各成员单位和督查室已收到通知。",
        ),
        "correct": (
            lambda: actions.compile_report(
                period=found.period,
                on=today,
                at=now,
                actor=common["actor"],
                corrects_why=_text(CorrectForm(request.POST), "why"),
            ),
            "更正件已编制，签发后接替原报告。",
        ),
    }
    return _done(request, found, verbs, name)


@require_POST
@requires(Permission.DISPATCH_REVIEW)
def review(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """Issue, or send back."""
    found = get_object_or_404(queries.reports_for(request), pk=pk)
    common: dict[str, Any] = {
        "pk": pk,
        "version": whole_number(request.POST.get("version")),
        "actor": actor_of(request),
    }
    verbs: dict[str, tuple[Callable[[], Report], str]] = {
        "issue": (
            lambda: actions.issue(on=timezone.localdate(), at=timezone.now(), **common),
            "已签发，召集人已收到通知；请机制办公室抄送各成员单位。",
        ),
        "send_back": (
            lambda: actions.send_back(why=_text(StepForm(request.POST), "text"), **common),
            "已退回修改。",
        ),
    }
    return _done(request, found, verbs, name)


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
    request: SignedInRequest,
    found: Report,
    verbs: Mapping[str, tuple[Callable[[], Report], str]],
    name: str,
) -> HttpResponse:
    if name not in verbs:
        raise Http404
    act, said_then = verbs[name]
    try:
        made = act()
    except Refused as refusal:
        refuse(request, refusal, action=f"dispatch.{name}", subject=found.title)
        return redirect("dispatch:report", found.pk)
    messages.success(request, said_then)
    return redirect("dispatch:report", made.pk)


def _text(form: Form, name: str) -> str:
    """One text of a form. Raises `DispatchRefused` with what the form has against it."""
    if name in form.errors:
        label = form.fields[name].label
        raise DispatchRefused(f"{label}：{'；'.join(map(str, form.errors[name]))}")
    return str(form.cleaned_data[name])
