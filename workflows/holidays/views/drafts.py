"""Bringing in a notice: read, correct, preview, apply; and what it moved (录入和启用)."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from kombu.exceptions import OperationalError as BrokerDown

from kernel.authority.permissions import Permission
from kernel.calendars.pasting import Read, read_text
from kernel.calendars.queries import notices
from kernel.refusal import Refused
from kernel.trail import record_refusal
from kernel.web import charts
from kernel.web.downloads import attachment, workbook
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.parts import Chart, Fact
from kernel.web.xlsx import Column, Provisional, Value
from tenants.tasks import HEADER
from workflows.holidays import actions, queries, tasks
from workflows.holidays.forms import EntryForm, MovedFilter, NoticeForm, rest_forms, rests_in
from workflows.holidays.lifecycle import DateKind, State
from workflows.holidays.models import Draft, MovedDate
from workflows.holidays.queries import Passes
from workflows.holidays.workbook import read_workbook, template_bytes
from workflows.projects.workbook import WorkbookRefused

PAGE = 50
_SERIES = {"series-3": "改到另一天", "series-1": "推定转确定"}
_COLUMNS = (
    Column("单位", 18), Column("项目编号", 18), Column("项目名称", 40), Column("办件号", 22),
    Column("事项", 28), Column("日期", 14), Column("原来", 18), Column("现在", 18),
    Column("相差（自然日）", 14), Column("赶得上目标", 20),
)  # fmt: skip


@require_safe
@requires(Permission.CALENDARS_VIEW)
def index(request: SignedInRequest) -> HttpResponse:
    page = Paginator(queries.drafts(request.tenant), 20).get_page(request.GET.get("page"))
    return render(
        request,
        "holidays/drafts.html",
        {
            "title": "放假通知的录入和启用",
            "page": page,
            "crumbs": [("工作日历", reverse("holidays:year")), ("录入和启用", "")],
        },
    )


# Reading -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires(Permission.CALENDARS_CHANGE)
def new(request: SignedInRequest) -> HttpResponse:
    sent = request.method == "POST"
    form = EntryForm(request.POST, request.FILES) if sent else EntryForm()
    read = Read(None)
    if sent and form.is_valid():
        read = _read(request, form)
        if read.notice:
            file, text = form.cleaned_data["file"], form.cleaned_data["text"]
            draft = actions.keep(
                notice=read.notice,
                origin=f"上传“{file.name}”" if file else "粘贴原文",
                pasted=text,
                remarks=read.remarks,
                actor=actor_of(request),
            )
            return redirect("holidays:edit", draft.pk)
    return render(
        request,
        "holidays/new.html",
        {
            "title": "录入放假通知",
            "form": form,
            "faults": read.faults,
            "crumbs": [("工作日历", reverse("holidays:year")), ("录入放假通知", "")],
        },
        status=422 if form.errors or read.faults else 200,
    )


def _read(request: SignedInRequest, form: EntryForm) -> Read:
    """What the text or the workbook says; a refused one leaves a line in the trail."""
    file, year = form.cleaned_data["file"], form.cleaned_data["year"]
    if file:
        try:
            read = read_workbook(file.read(), filename=file.name, year=year)
        except WorkbookRefused as refusal:
            read = Read(None, (str(refusal),))
    else:
        known = [rest for notice in notices() for rest in notice.rest]
        read = read_text(form.cleaned_data["text"], year=year, known=known)
    if read.faults:
        record_refusal(
            actor=actor_of(request),
            action="holidays.keep",
            subject=file.name[:200] if file else "粘贴放假通知",
            summary=read.faults[0],
            detail={"faults": list(read.faults)},
        )
    return read


@require_safe
@requires(Permission.CALENDARS_CHANGE)
def template(request: SignedInRequest) -> HttpResponse:
    """An empty workbook with the head that is read."""
    today = timezone.localdate()
    content = template_bytes(today.year + 1, as_of=today)
    return attachment(content, f"{today.year + 1}年放假安排（表样）.xlsx")


@require_http_methods(["GET", "POST"])
@requires(Permission.CALENDARS_CHANGE)
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """See and correct what was read, then preview it."""
    draft = _draft(request, pk)
    if draft.state != State.OPEN:
        return redirect("holidays:draft", pk)
    if request.method == "POST":
        form, rests = NoticeForm(request.POST), rest_forms(request.POST, draft=draft)
        if (
            form.is_valid()
            and rests.is_valid()
            and _corrected(request, draft, form, rests_in(rests))
        ):
            return redirect("holidays:draft", pk)
    else:
        form, rests = NoticeForm(initial=NoticeForm.initial_of(draft)), rest_forms(draft=draft)
    return render(
        request,
        "holidays/edit.html",
        {
            "title": "核对读出的内容",
            "draft": draft,
            "form": form,
            "rests": rests,
            "crumbs": _crumbs(draft),
        },
        status=422 if form.errors or any(rests.errors) else 200,
    )


def _corrected(request: SignedInRequest, draft: Draft, form: NoticeForm, rests: list[Any]) -> bool:
    try:
        actions.correct(
            draft_id=draft.pk,
            version=form.cleaned_data["version"],
            notice=form.notice(rests),
            source_url=form.cleaned_data["source_url"],
            replaces=form.cleaned_data["replaces"],
            actor=actor_of(request),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        record_refusal(
            actor=actor_of(request),
            action="holidays.correct",
            subject=form.cleaned_data["number"],
            summary=str(refusal),
        )
        return False
    return True


# The draft's page --------------------------------------------------------------------------------


@require_safe
@requires(Permission.CALENDARS_VIEW)
def draft(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far a draft is, and what it moves; polls itself while tenants are on their way."""
    draft = _draft(request, pk)
    passes = queries.passes(draft, request.tenant) if draft.run else Passes()
    if request.htmx:
        if passes.finished:  # the whole page has more to say then
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "holidays/progress.html", {"draft": draft, "passes": passes})
    form = MovedFilter(request.GET or None, owners=[line.schema_name for line in passes.lines])
    rows = queries.moved(draft, form.chosen())
    if request.GET.get("export"):
        return _export(request, draft, rows)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    slugs = queries.slugs_of(page)
    is_open = draft.state == State.OPEN
    return render(
        request,
        "holidays/draft.html",
        {
            "title": draft.notice.title,
            "draft": draft,
            "notice": draft.notice,
            "is_ours": draft.owner == request.tenant.schema_name,
            "may_change": is_open and Permission.CALENDARS_CHANGE in request.permissions,
            "passes": passes,
            "stale": queries.stale(draft) if is_open and draft.run else "",
            "facts": _facts(draft, passes),
            "charts": _charts(passes),
            "form": form,
            "page": page,
            "rows": [(row, _url(request, row, slugs)) for row in page],
            "narrowed": any(form.chosen().values()),
            "crumbs": _crumbs(draft),
        },
    )


@require_POST
@requires(Permission.CALENDARS_CHANGE)
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    try:
        actions.begin_preview(
            draft_id=_draft(request, pk).pk,
            version=_whole(request, "version"),
            on=timezone.localdate(),
            actor=actor_of(request),
        )
    except Refused as refusal:
        refuse(request, refusal, action="holidays.preview", subject=f"放假通知草稿 {pk}")
    else:
        _send(request)
    return redirect("holidays:draft", pk)


@require_POST
@requires(Permission.CALENDARS_CHANGE)
def apply(request: SignedInRequest, pk: int) -> HttpResponse:
    try:
        done = actions.apply(
            draft_id=_draft(request, pk).pk,
            version=_whole(request, "version"),
            run=_whole(request, "run"),
            on=timezone.localdate(),
            actor=actor_of(request),
        )
    except Refused as refusal:
        refuse(request, refusal, action="holidays.apply", subject=f"放假通知草稿 {pk}")
    else:
        messages.success(request, f"{done.notice.number}已启用，各单位正在重算期限。")
        _send(request)
    return redirect("holidays:draft", pk)


@require_POST
@requires(Permission.CALENDARS_CHANGE)
def discard(request: SignedInRequest, pk: int) -> HttpResponse:
    try:
        actions.discard(
            draft_id=_draft(request, pk).pk,
            version=_whole(request, "version"),
            actor=actor_of(request),
        )
    except Refused as refusal:
        refuse(request, refusal, action="holidays.discard", subject=f"放假通知草稿 {pk}")
    else:
        messages.success(request, "已放弃，工作日历没有变动。")
    return redirect("holidays:draft", pk)


@require_POST
@requires(Permission.CALENDARS_CHANGE)
def resume(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send again what a worker left undone; harmless when none did."""
    _draft(request, pk)
    _send(request)
    return redirect("holidays:draft", pk)


def _send(request: SignedInRequest) -> None:
    try:
        tasks.resume.apply_async(headers={HEADER: "public"})
    except BrokerDown:
        messages.warning(
            request, "后台队列暂时连不上，各单位都还在等待；恢复后会自动接着推算，不用重来。"
        )


def _draft(request: SignedInRequest, pk: int) -> Draft:
    """A draft this console may see."""
    return get_object_or_404(queries.drafts(request.tenant), pk=pk)


def _whole(request: SignedInRequest, name: str) -> int:
    try:
        return int(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None


def _crumbs(draft: Draft) -> list[tuple[str, str]]:
    return [
        ("工作日历", f"{reverse('holidays:year')}?year={draft.notice.year}"),
        ("录入和启用", reverse("holidays:drafts")),
        (draft.notice.number or "没有文号", ""),
    ]


def _url(request: SignedInRequest, row: MovedDate, slugs: dict[str, str]) -> str:
    """Where a row leads: its procedure or project here, the roll-up's page from the city."""
    if row.owner == request.tenant.schema_name:
        if row.procedure_number and Permission.PROCEDURES_VIEW in request.permissions:
            return reverse("procedures:detail", args=[row.procedure_number])
        if Permission.PROJECTS_VIEW in request.permissions:
            return reverse("projects:project", args=[row.project_number])
        return ""
    if Permission.OVERVIEW_VIEW in request.permissions and row.owner in slugs:
        return reverse("overview:project", args=[slugs[row.owner], row.project_number])
    return ""


def _facts(draft: Draft, passes: Passes) -> list[Fact]:
    projects = sum(line.visit.projects_done for line in passes.lines if line.visit)
    late = sum(1 for _ in passes.failed)
    return [
        Fact("改到另一天", passes.moved, "个日期", "yellow" if passes.moved else ""),
        Fact("推定转确定", passes.firm, "个日期，日子不变"),
        Fact("推算项目", projects, "个"),
        Fact("推算单位", passes.done, f"/ {passes.total} 个已完成"),
        Fact("没有算出", late, "个项目", "red" if late else ""),
    ]


def _charts(passes: Passes) -> list[Chart]:
    """Moved and firm dates by tenant and by kind; none where nothing changes."""
    kinds = [
        charts.Row(kind.label, {"series-3": n["moved"], "series-1": n["firm"]})
        for kind, n in passes.by_kind.items()
        if n["moved"] or n["firm"]
    ]
    tenants = [
        charts.Row(line.name, {"series-3": line.moved, "series-1": line.firm})
        for line in passes.lines
        if line.moved or line.firm
    ]
    if not kinds:
        return []
    found = [charts.stacked_bars(kinds, title="各类日期", series=_SERIES, of="日期", unit="个")]
    if passes.total > 1:
        found.insert(0, charts.stacked_bars(tenants, title="各单位", series=_SERIES, unit="个"))
    return found


def _export(request: SignedInRequest, draft: Draft, rows: Any) -> HttpResponse:
    cells = (_cells(row) for row in rows.iterator(chunk_size=1000))
    whose = "" if draft.owner == request.tenant.schema_name else request.tenant.name
    title = f"{whose}{draft.notice.year}年放假安排变动的期限"
    told = f"{draft.notice.number}，{draft.get_state_display()}；推算日期{draft.compared_on}。"
    return workbook(title, _COLUMNS, cells, as_of=timezone.localdate(), notes=[told])


def _cells(row: MovedDate) -> Sequence[Value]:
    return (
        row.owner_name, row.project_number, row.project_name, row.procedure_number,
        row.procedure_name, DateKind(row.kind).label,
        Provisional(row.before_on) if row.before_on and row.before_provisional else row.before_on,
        Provisional(row.after_on) if row.after_on and row.after_provisional else row.after_on,
        row.shift_days, row.feasibility,
    )  # fmt: skip
