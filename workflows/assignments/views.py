"""Pages of the sheets: list, sheet, draft, moves, statistics, import."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.once.sending import once
from kernel.papers.formats import LARGEST
from kernel.papers.paper import Paper
from kernel.refusal import Refused
from kernel.shares import Share
from kernel.trail.queries import events, of
from kernel.web.charts import Row, stacked_bars
from kernel.web.downloads import workbook
from kernel.web.http import (
    SignedInRequest,
    actor_of,
    calendar_of,
    refuse,
    refuse_form,
    requires,
    whole_number,
)
from kernel.web.parts import Fact
from kernel.web.xlsx import Column
from workflows.assignments import actions, importing, queries, sheets
from workflows.assignments.forms import (
    AnswerForm,
    CancelForm,
    ExtensionForm,
    FeedbackForm,
    MoveForm,
    PartFilter,
    PartsFormSet,
    PeriodForm,
    ReportForm,
    SheetForm,
)
from workflows.assignments.lifecycle import MOVES, Move, MoveRefused, SheetState, SourceKind, State
from workflows.assignments.models import Extension, Part, Sheet
from workflows.catalogue.queries import departments, short_names
from workflows.issuing.queries import may_read
from workflows.procedures.models import Procedure
from workflows.procedures.queries import reach_of
from workflows.projects.intake.sheets import WorkbookRefused
from workflows.projects.models import Project

Chosen = TypeVar("Chosen", Sheet, Part)
PAGE, DRAFTS, MORE_ROWS = 50, 50, 3
SERIES = {"green": "按期办结", "red": "逾期办结", "yellow": "逾期未办", "paused": "在办未逾期"}
FIGURES = (
    Column("责任单位", 20), Column("交办", 8), Column("按期办结", 10), Column("逾期办结", 10),
    Column("在办", 8), Column("其中逾期", 10), Column("获准延期", 10), Column("按期率", 12),
    Column("95% 区间", 22),
)  # fmt: skip


# List ---------------------------------------------------------------------------------------------


@require_safe
@requires(Permission.ASSIGNMENTS_VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    """Parts of sheets: everybody's for the office, a department's own."""
    today, calendar, names = timezone.localdate(), calendar_of(request), short_names()
    own = queries.own_code(request)
    form = PartFilter(
        request.GET or None,
        departments=names.items(),
        years=queries.years(),
        own=own is not None,
    )
    chosen = form.chosen()
    everything = queries.parts_for(request)
    parts = queries.ordered(
        queries.narrowed(everything, chosen, today), chosen.get("sort") or "due"
    )
    if request.GET.get("export"):
        return workbook(
            "任务交办台账",
            sheets.COLUMNS,
            sheets.rows(
                queries.with_last_words(parts).iterator(chunk_size=1000),
                names=names,
                on=today,
                calendar=calendar,
            ),
            as_of=today,
            notes=["在“本次进展”一列填写后可以原样传回，登记为各项任务的进展。"],
        )
    page = Paginator(parts, PAGE).get_page(request.GET.get("page"))
    done_late = queries.done_late(page)
    may_change = Permission.ASSIGNMENTS_CHANGE in request.permissions
    return render(
        request,
        "assignments/list.html",
        {
            "title": "任务交办",
            "form": form,
            "page": page,
            "rows": [
                (
                    part,
                    queries.lamp_of(part, today, calendar),
                    names.get(part.department_code, part.department_code),
                    calendar.is_provisional(part.due_on),
                    queries.unsigned_late(part, today, calendar),
                    part.pk in done_late,
                )
                for part in page
            ],
            "facts": _facts(request, today),
            "drafts": queries.drafts()[:DRAFTS] if may_change else [],
            "drafts_count": queries.drafts().count() if may_change else 0,
            "may_change": may_change,
            "may_answer": Permission.ASSIGNMENTS_ANSWER in request.permissions,
            "filtered": any(chosen.values()),
            "now": timezone.now(),
        },
    )


def _facts(request: SignedInRequest, today: date) -> list[Fact]:
    parts = queries.parts_for(request)
    open_ = parts.open()  # type: ignore[attr-defined]
    late = parts.late(today).count()  # type: ignore[attr-defined]
    asked = Extension.objects.filter(part__in=open_.order_by(), answer=Extension.Answer.OPEN)
    return [
        Fact("未销号", open_.count(), "项", url="?state=open"),
        Fact(
            "待签收",
            open_.filter(state=State.WAITING).count(),
            "项",
            url=f"?state={State.WAITING}",
        ),
        Fact(
            "待核销",
            open_.filter(state=State.REPORTED).count(),
            "项",
            url=f"?state={State.REPORTED}",
        ),
        Fact("已逾期", late, "项", "red" if late else "", "?time=late"),
        Fact("待批延期", asked.count(), "件", url="?time=asked"),
    ]


# A sheet ------------------------------------------------------------------------------------------


@require_safe
@requires(Permission.ASSIGNMENTS_VIEW)
def sheet(request: SignedInRequest, pk: int) -> HttpResponse:
    return _sheet(request, pk)


def _sheet(
    request: SignedInRequest, pk: int, failed: tuple[int, str, Any] | None = None
) -> HttpResponse:
    """The page; ``failed`` is (part, step, form) of a step that was refused."""
    found = get_object_or_404(queries.whole(queries.sheets_for(request)), pk=pk)
    today, calendar, names = timezone.localdate(), calendar_of(request), short_names()
    reach = reach_of(request.membership, today)
    own = queries.own_code(request)
    files: dict[str, list[Any]] = {}
    for file in actions.evidence(*found.parts.all()):
        files.setdefault(file.key, []).append(file)
    done_late = queries.done_late(found.parts.all())
    parts = [
        _part_on_page(request, found, part, today, calendar, names, reach, files, failed)
        | {"done_late": part.pk in done_late}
        for part in sorted(found.parts.all(), key=lambda p: (p.department_code != own, not p.leads))
    ]
    return render(
        request,
        "assignments/sheet.html",
        {
            "title": found.title,
            "crumbs": [("任务交办", reverse("assignments:list")), (str(found), "")],
            "sheet": found,
            "parts": parts,
            "provisional": calendar.is_provisional(found.due_on),
            "paper": _drafted(found, today),
            "reads_paper": found.issued is not None and may_read(request, found.issued),
            "may_change": Permission.ASSIGNMENTS_CHANGE in request.permissions,
            "cancel_form": CancelForm(auto_id="id_cancel_%s"),
            "is_draft": found.state == SheetState.DRAFT,
            "is_open": found.state == SheetState.HANDED_OVER,
            "history": events(of(found.number)[:40]) if found.number else [],
        },
        status=422 if failed else 200,
    )


def _drafted(found: Sheet, today: date) -> Paper | None:
    """The paper as it would be handed over today (文样), of a draft."""
    if found.state != SheetState.DRAFT:
        return None
    parts = sorted(found.parts.all(), key=lambda part: (not part.leads, part.pk))
    return actions.paper_of(found, parts, today)


def _part_on_page(
    request: SignedInRequest,
    found: Sheet,
    part: Part,
    today: date,
    calendar: Any,
    names: dict[str, str],
    reach: frozenset[str] | None,
    files: Mapping[str, Sequence[Any]],
    failed: tuple[int, str, Any] | None,
) -> dict[str, Any]:
    part.sheet = found
    office = Permission.ASSIGNMENTS_CHANGE in request.permissions
    answers = Permission.ASSIGNMENTS_ANSWER in request.permissions and (
        reach is None or part.department_code in reach
    )
    handed = found.state != SheetState.DRAFT
    extensions = list(part.extensions.all())
    forms: list[tuple[Move, Any]] = []
    for move in MOVES.open(part.state) if handed else ():
        if (office if move.by_office else answers) and move.name != "report":
            forms.append(
                (
                    move,
                    MoveForm(
                        initial={"version": part.version}, auto_id=f"id_{part.pk}_{move.name}_%s"
                    ),
                )
            )
        elif move.name == "report" and answers:
            forms.append((move, _report_form(part, today)))
    if failed and failed[0] == part.pk:
        forms = [(move, failed[2] if move.name == failed[1] else form) for move, form in forms]
    return {
        "part": part,
        "name": names.get(part.department_code, part.department_code),
        "lamp": queries.lamp_of(part, today, calendar),
        "provisional": calendar.is_provisional(part.due_on),
        "unsigned_late": queries.unsigned_late(part, today, calendar),
        "feedback": [(said, files.get(f"feedback:{said.pk}", [])) for said in part.feedback.all()],
        "extensions": extensions,
        "moves": forms,
        "may_feed": answers and part.state in (State.WORKING, State.REPORTED),
        "feed_form": failed[2]
        if failed and failed[:2] == (part.pk, "feed")
        else FeedbackForm(auto_id=f"id_{part.pk}_feed_%s"),
        "may_ask": handed
        and answers
        and part.state in (State.WAITING, State.WORKING)
        and not any(asked.answer == Extension.Answer.OPEN for asked in extensions),
        "ask_form": failed[2]
        if failed and failed[:2] == (part.pk, "ask")
        else ExtensionForm(auto_id=f"id_{part.pk}_ask_%s"),
        "may_answer": office,
        "failed": failed[1] if failed and failed[0] == part.pk else "",
    }


def _report_form(part: Part, today: date, data: Any = None, files: Any = None) -> ReportForm:
    return ReportForm(
        data,
        files,
        initial={"version": part.version, "on": today},
        auto_id=f"id_{part.pk}_report_%s",
        today=today,
        first=part.sheet.handed_over_on or today,
    )


@require_POST
@requires(Permission.ASSIGNMENTS_VIEW)
@once
def move(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """One step of a part."""
    part = _part(request, pk)
    chosen = next((m for m in MOVES if m.name == name), None)
    if chosen is None:
        raise Http404
    needed = Permission.ASSIGNMENTS_CHANGE if chosen.by_office else Permission.ASSIGNMENTS_ANSWER
    today = timezone.localdate()
    if needed not in request.permissions:
        refuse(
            request,
            MoveRefused(f"您的角色不能“{chosen.label}”。"),
            action=needed,
            subject=part.sheet.number,
        )
        return redirect("assignments:sheet", part.sheet_id)
    form: Any = (
        _report_form(part, today, request.POST, request.FILES)
        if name == "report"
        else MoveForm(request.POST, auto_id=f"id_{pk}_{name}_%s")
    )
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.make_move(
                part_id=pk,
                name=name,
                version=given["version"],
                on=given.get("on") or today,
                actor=actor_of(request),
                reach=reach_of(request.membership, today),
                text=given["text"],
                files=given.get("attachments", ()),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记“{chosen.label}”。")
            return redirect("assignments:sheet", part.sheet_id)
    refuse_form(request, form, action=f"assignments.{name}", subject=part.sheet.number)
    return _sheet(request, part.sheet_id, (pk, name, form))


@require_POST
@requires(Permission.ASSIGNMENTS_ANSWER)
@once
def feed(request: SignedInRequest, pk: int) -> HttpResponse:
    part = _part(request, pk)
    today = timezone.localdate()
    form = FeedbackForm(request.POST, request.FILES, auto_id=f"id_{pk}_feed_%s")
    if form.is_valid():
        try:
            actions.feed_back(
                part_id=pk,
                on=today,
                text=form.cleaned_data["text"],
                files=form.cleaned_data["attachments"],
                actor=actor_of(request),
                reach=reach_of(request.membership, today),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "进展已登记。")
            return redirect("assignments:sheet", part.sheet_id)
    refuse_form(request, form, action="assignments.feed_back", subject=part.sheet.number)
    return _sheet(request, part.sheet_id, (pk, "feed", form))


@require_POST
@requires(Permission.ASSIGNMENTS_ANSWER)
@once
def ask(request: SignedInRequest, pk: int) -> HttpResponse:
    part = _part(request, pk)
    today = timezone.localdate()
    form = ExtensionForm(request.POST, auto_id=f"id_{pk}_ask_%s")
    if form.is_valid():
        try:
            asked = actions.ask_extension(
                part_id=pk,
                until_on=form.cleaned_data["until_on"],
                reason=form.cleaned_data["reason"],
                on=today,
                actor=actor_of(request),
                reach=reach_of(request.membership, today),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            late = "期限已过，这件申请记为逾期后申请。" if asked.late else ""
            messages.success(request, f"延期申请已送机制办公室。{late}")
            return redirect("assignments:sheet", part.sheet_id)
    refuse_form(request, form, action="assignments.ask_extension", subject=part.sheet.number)
    return _sheet(request, part.sheet_id, (pk, "ask", form))


@require_POST
@requires(Permission.ASSIGNMENTS_CHANGE)
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Grant or refuse an extension."""
    asked = get_object_or_404(Extension.objects.select_related("part__sheet"), pk=pk)
    sheet_id, number = asked.part.sheet_id, asked.part.sheet.number
    form = AnswerForm(request.POST)
    if not form.is_valid():
        refuse_form(request, form, action="assignments.answer_extension", subject=number)
        return redirect("assignments:sheet", sheet_id)
    try:
        actions.answer_extension(
            extension_id=pk,
            granted=form.cleaned_data["answer"] == "granted",
            text=form.cleaned_data["text"],
            on=timezone.localdate(),
            actor=actor_of(request),
        )
    except Refused as refusal:
        refuse(request, refusal, action="assignments.answer_extension", subject=number)
    else:
        messages.success(request, "已答复延期申请。")
    return redirect("assignments:sheet", sheet_id)


# Drafts -------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires(Permission.ASSIGNMENTS_CHANGE)
@once
def new(request: SignedInRequest) -> HttpResponse:
    """A new draft, from a project, a procedure, or a leader's note."""
    today = timezone.localdate()
    project, procedure = _about(request)
    initial: dict[str, Any] = {"source_kind": SourceKind.LEADER}
    leading = ""
    if project:
        initial = {
            "source_kind": SourceKind.PROJECT,
            "source_words": f"{project.number} {project.name}",
        }
    if procedure:
        initial["title"] = f"{project.name if project else ''}{procedure.name}"[:120]
        leading = procedure.department_code
    data = request.POST if request.method == "POST" else None
    form = SheetForm(data, initial=initial, today=today)
    parts = _parts_form(data, [{"department_code": leading, "leads": True}] if leading else None)
    if data is not None and not data.get("more") and form.is_valid() and parts.is_valid():
        given = form.cleaned_data
        where = reverse("projects:project", args=[project.number]) if project else ""
        try:
            drawn = actions.draw_up(
                source=actions.Source(
                    kind=SourceKind(given["source_kind"]),
                    words=given["source_words"],
                    key=project.number if project else "",
                    url=where,
                ),
                title=given["title"],
                matter=given["matter"],
                demand=given["demand"],
                due_on=given["due_on"],
                parts=parts.drafts(),
                on=today,
                actor=actor_of(request),
                project=project,
                procedure=procedure,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "草稿已存，看过文样再交办。")
            return redirect("assignments:sheet", drawn.pk)
    return _draft_page(request, form, parts, "拟交办单", project=project, procedure=procedure)


@require_http_methods(["GET", "POST"])
@requires(Permission.ASSIGNMENTS_CHANGE)
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.whole(queries.sheets_for(request)), pk=pk)
    today = timezone.localdate()
    if found.state != SheetState.DRAFT:
        refusal = MoveRefused(f"交办单 {found} 现为“{found.get_state_display()}”，只有草稿能修改。")
        refuse(request, refusal, action="assignments.redraw", subject=str(found))
        return redirect("assignments:sheet", pk)
    data = request.POST if request.method == "POST" else None
    names = ("title", "source_kind", "source_words", "matter", "demand", "due_on", "version")
    form = SheetForm(data, initial={name: getattr(found, name) for name in names}, today=today)
    rows = [
        {
            "department_code": part.department_code,
            "leads": part.leads,
            "demand": part.demand,
            "due_on": part.due_on if part.due_on != found.due_on else None,
        }
        for part in found.parts.all()
    ]
    parts = _parts_form(data, rows)
    if data is not None and not data.get("more") and form.is_valid() and parts.is_valid():
        given = form.cleaned_data
        try:
            actions.redraw(
                sheet_id=pk,
                version=given["version"] or 0,
                title=given["title"],
                source_kind=SourceKind(given["source_kind"]),
                source_words=given["source_words"],
                matter=given["matter"],
                demand=given["demand"],
                due_on=given["due_on"],
                parts=parts.drafts(),
                on=today,
                actor=actor_of(request),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "草稿已修改。")
            return redirect("assignments:sheet", pk)
    return _draft_page(request, form, parts, "修改交办单", found=found)


def _draft_page(
    request: SignedInRequest, form: SheetForm, parts: Any, title: str, **about: Any
) -> HttpResponse:
    return render(
        request,
        "assignments/draft.html",
        {
            "title": title,
            "crumbs": [("任务交办", reverse("assignments:list")), (title, "")],
            "form": form,
            "parts": parts,
            **about,
        },
        status=422 if form.is_bound and not request.POST.get("more") else 200,
    )


def _parts_form(data: Any, rows: list[dict[str, Any]] | None = None) -> Any:
    names = [(code, d.short_name) for code, d in departments().items()]
    if data is not None and data.get("more"):
        data = data.copy()
        total = min(whole_number(data.get("parts-TOTAL_FORMS")) + MORE_ROWS, 20)
        data["parts-TOTAL_FORMS"] = str(total)
    return PartsFormSet(data, initial=rows, prefix="parts", form_kwargs={"departments": names})


def _about(request: SignedInRequest) -> tuple[Project | None, Procedure | None]:
    """The project and the procedure a new sheet is about, from the address."""
    procedure = None
    number = request.GET.get("project", "")
    if asked := request.GET.get("procedure"):
        procedure = get_object_or_404(Procedure.objects.select_related("project"), number=asked)
        return procedure.project, procedure
    return (get_object_or_404(Project, number=number) if number else None), None


@require_POST
@requires(Permission.ASSIGNMENTS_CHANGE)
def discard(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.sheets_for(request), pk=pk)
    try:
        actions.discard(
            sheet_id=pk, version=whole_number(request.POST.get("version")), actor=actor_of(request)
        )
    except Refused as refusal:
        refuse(request, refusal, action="assignments.discard", subject=str(found))
        return redirect("assignments:sheet", pk)
    messages.success(request, "草稿已删除。")
    return redirect("assignments:list")


@require_POST
@requires(Permission.ASSIGNMENTS_CHANGE)
@once
def hand_over(request: SignedInRequest) -> HttpResponse:
    """Hand over one or several drafts, each by itself."""
    chosen = _chosen(queries.sheets_for(request), request.POST.getlist("sheet"))
    if not chosen:
        refuse(
            request,
            Refused("请先勾选要交办的草稿。"),
            action="assignments.hand_over",
            subject="任务交办",
        )
    version = whole_number(request.POST.get("version")) or None if len(chosen) == 1 else None
    came = actions.hand_over_all(
        sheet_ids=[draft.pk for draft in chosen],
        version=version,
        on=timezone.localdate(),
        actor=actor_of(request),
    )
    for draft, found in zip(chosen, came, strict=True):
        if isinstance(found, Refused):
            told = found if len(chosen) == 1 else Refused(f"{draft}：{found}")
            refuse(request, told, action="assignments.hand_over", subject=str(draft))
    done = [found for found in came if not isinstance(found, Refused)]
    if done:
        numbers = "、".join(each.number for each in done)
        messages.success(request, f"已交办 {len(done)} 张：{numbers}，各责任单位已收到通知。")
    if len(chosen) == 1:
        return redirect("assignments:sheet", chosen[0].pk)
    return redirect("assignments:list")


@require_POST
@requires(Permission.ASSIGNMENTS_CHANGE)
def write_off(request: SignedInRequest) -> HttpResponse:
    """Write off several reported parts, each by itself."""
    done, names = 0, short_names()
    chosen = _chosen(queries.parts_for(request), request.POST.getlist("part"))
    if not chosen:
        messages.error(request, "请先勾选要销号的任务。")
    for part in chosen:
        try:
            actions.make_move(
                part_id=part.pk,
                name="write_off",
                version=part.version,
                on=timezone.localdate(),
                actor=actor_of(request),
                reach=None,
            )
        except Refused as refusal:
            told = Refused(
                f"{part.sheet.number}（{names.get(part.department_code, part.department_code)}）：{refusal}"
            )
            refuse(request, told, action="assignments.write_off", subject=part.sheet.number)
        else:
            done += 1
    if done:
        messages.success(request, f"已销号 {done} 项。")
    return redirect(f"{reverse('assignments:list')}?state={State.REPORTED}")


@require_POST
@requires(Permission.ASSIGNMENTS_CHANGE)
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.sheets_for(request), pk=pk)
    form = CancelForm(request.POST)
    if not form.is_valid():
        refuse_form(request, form, action="assignments.cancel", subject=str(found))
        return redirect("assignments:sheet", pk)
    try:
        actions.cancel_sheet(
            sheet_id=pk,
            text=form.cleaned_data["text"],
            on=timezone.localdate(),
            actor=actor_of(request),
        )
    except Refused as refusal:
        refuse(request, refusal, action="assignments.cancel", subject=str(found))
    else:
        messages.success(request, f"{found.number}已撤销，各责任单位已收到通知。")
    return redirect("assignments:sheet", pk)


# Figures and import ---------------------------------------------------------------------------------


@require_safe
@requires(Permission.ASSIGNMENTS_VIEW)
def figures(request: SignedInRequest) -> HttpResponse:
    """How departments have done in a period."""
    today = timezone.localdate()
    form = PeriodForm(request.GET or None)
    first, last = form.period(today)
    own = queries.own_code(request)
    found = [t for t in queries.tallies(first, last, today) if own in (None, t.code)]
    rows = [(tally, Share(tally.on_time, tally.closed + tally.overdue)) for tally in found]
    if request.GET.get("export"):
        return workbook(
            f"任务交办统计（{first:%Y%m%d}至{last:%Y%m%d}）",
            FIGURES,
            (
                (
                    t.name,
                    t.given,
                    t.on_time,
                    t.late,
                    t.open,
                    t.overdue,
                    t.extended,
                    share.words,
                    share.interval_words,
                )
                for t, share in rows
            ),
            as_of=today,
            notes=["按期率＝按期办结÷（按期办结＋逾期办结＋逾期未办）；期限按获准延期后的计。"],
        )
    chart = stacked_bars(
        [
            Row(
                t.name,
                {
                    "green": t.on_time,
                    "red": t.late,
                    "yellow": t.overdue,
                    "paused": t.open - t.overdue,
                },
            )
            for t in found
        ],
        title="各单位承办任务",
        series=SERIES,
        unit="项",
    )
    return render(
        request,
        "assignments/figures.html",
        {
            "title": "任务办理统计",
            "crumbs": [("任务交办", reverse("assignments:list")), ("统计", "")],
            "form": PeriodForm(initial={"first": first, "last": last}),
            "first": first,
            "last": last,
            "rows": rows,
            "chart": chart,
            "now": timezone.now(),
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.ASSIGNMENTS_ANSWER)
def upload(request: SignedInRequest) -> HttpResponse:
    """Progress filled in on the exported list; written whole or not at all."""
    faults: list[importing.Fault] = []
    refused = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if isinstance(file, UploadedFile):
            reach = reach_of(request.membership, timezone.localdate())
            try:
                reading = importing.read_progress(
                    file.read(LARGEST + 1),
                    filename=file.name or "",
                    reach=reach,
                    names=short_names(),
                    on=timezone.localdate(),
                )
                faults = reading.faults
                if not faults and not reading.lines:
                    refused = "表里“本次进展”一列都是空的，没有要登记的内容。"
                elif not faults:
                    count = importing.write_progress(
                        reading, on=timezone.localdate(), actor=actor_of(request), reach=reach
                    )
                    messages.success(request, f"已登记 {count} 项任务的进展。")
                    return redirect("assignments:list")
            except (WorkbookRefused, Refused) as refusal:
                refused = str(refusal)
        else:
            refused = "请选择要传回的表格。"
    return render(
        request,
        "assignments/upload.html",
        {
            "title": "回填进展",
            "crumbs": [("任务交办", reverse("assignments:list")), ("回填进展", "")],
            "faults": faults,
            "refused": refused,
        },
        status=422 if faults or refused else 200,
    )


# Inside ---------------------------------------------------------------------------------------------


def _chosen(rows: QuerySet[Chosen], keys: Sequence[str]) -> list[Chosen]:
    """Every row that was ticked, in that order; 404 before anything is done when one is not there."""
    wanted = list(dict.fromkeys(map(whole_number, keys)))
    found = rows.in_bulk(wanted)
    if len(found) != len(wanted):
        raise Http404
    return [found[pk] for pk in wanted]


def _part(request: SignedInRequest, pk: int) -> Part:
    return get_object_or_404(queries.parts_for(request), pk=pk)
