"""The years, and the page of one: where its cycle stands (年度编制)."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.calendars.queries import work_calendar
from kernel.refusal import Refused
from kernel.trail import record_refusal
from kernel.web.charts import Row, stacked_bars
from kernel.web.downloads import workbook
from kernel.web.gantt import Bar, Rest, gantt
from kernel.web.gantt import State as BarState
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.lamps import Lamp
from kernel.web.parts import Chart, Fact
from kernel.web.templatetags.lianshen import cn_day, thousands, wan
from workflows.annual import actions, queries, sheets
from workflows.annual.forms import CalendarForm, MoveForm, OpenForm
from workflows.annual.lifecycle import DRAWING_UP, MOVES, Move, State
from workflows.annual.models import Cycle
from workflows.annual.scheduling import last_day
from workflows.issuing.queries import may_read
from workflows.projects.lifecycle import State as ProjectState

SERIES = {"series-3": "草拟", "series-2": "征求意见", "series-1": "已确认"}
_SERIES_OF = {
    "series-3": ProjectState.DRAFT,
    "series-2": ProjectState.COMMENTING,
    "series-1": ProjectState.CONFIRMED,
}
_GROUPS = (
    ("industry", "按行业", "行业"),
    ("department", "按牵头行业部门", "牵头单位"),
    ("half", "按计划开工", "计划开工"),
)


@require_safe
@requires(Permission.PROJECTS_VIEW)
def index(request: SignedInRequest) -> HttpResponse:
    today, calendar = timezone.localdate(), work_calendar()
    known = list(queries.cycles())
    rows = [
        (cycle, queries.Year(cycle, today, calendar) if cycle.state in DRAWING_UP else None)
        for cycle in known
    ]
    left = _years_to_open(today, {cycle.year for cycle in known})
    may_open = left and Permission.PROJECTS_CHANGE in request.permissions
    return render(
        request,
        "annual/index.html",
        {
            "title": "年度编制",
            "rows": rows,
            "form": OpenForm(years=left, initial={"year": left[-1]}) if may_open else None,
            "now": timezone.now(),
        },
    )


@require_POST
@requires(Permission.PROJECTS_CHANGE)
def open_year(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    form = OpenForm(request.POST, years=[today.year, today.year + 1])
    if not form.is_valid():
        messages.error(request, f"只能编制{today.year}、{today.year + 1}年度清单，请重新选择年度。")
        return redirect("annual:index")
    year = form.cleaned_data["year"]
    try:
        actions.open_cycle(year=year, on=today, at=timezone.now(), actor=actor_of(request))
    except Refused as refusal:
        refuse(request, refusal, action="annual.open", subject=f"{year}年度清单")
        return redirect("annual:index")
    messages.success(request, f"已建立{year}年度编制，日程按十月底前审定倒排，可以调整。")
    return redirect("annual:year", year)


@require_safe
@requires(Permission.PROJECTS_VIEW)
def year(request: SignedInRequest, year: int) -> HttpResponse:
    now = year_now(year)
    totals = queries.totals(now.projects)
    return render(
        request,
        "annual/year.html",
        {
            "title": f"{year}年度清单编制",
            "crumbs": [("年度编制", reverse("annual:index")), (f"{year}年度", "")],
            "cycle": now.cycle,
            "now": now,
            "reads": {v.pk for v in now.versions if may_read(request, v.issued)},
            "state_tone": {State.SETTLED: "green", State.ARCHIVED: ""}.get(
                State(now.cycle.state), "blue"
            ),
            "facts": _facts(now),
            "picture": _picture(now),
            "last_day": last_day(year),
            "moves": [move for move in MOVES.open(now.cycle.state) if _may(request, move)],
            "drawing_up": now.cycle.state in DRAWING_UP,
            "groups": [
                (of, _chart(label, of, totals[name]), totals[name], _links(name, year))
                for name, label, of in _GROUPS
            ],
            "pending": queries.pending(year).count() if now.versions else 0,
            "as_of": timezone.now(),
        },
    )


@require_safe
@requires(Permission.PROJECTS_VIEW)
def export(request: SignedInRequest, year: int) -> HttpResponse:
    """The totals of the year, and its calendar beneath."""
    now = year_now(year)
    return workbook(
        f"{request.tenant.name}{year}年度清单编制情况",
        sheets.YEAR_COLUMNS,
        sheets.year_cells(queries.totals(now.projects)),
        as_of=now.on,
        notes=sheets.point_notes(now.points),
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.PROJECTS_CHANGE)
def calendar(request: SignedInRequest, year: int) -> HttpResponse:
    cycle = get_object_or_404(Cycle, year=year)
    if cycle.state not in DRAWING_UP:
        messages.info(request, f"{year}年度清单已审定，日程不再调整。")
        return redirect("annual:year", year)
    form = CalendarForm(request.POST or None, initial=CalendarForm.initial_of(cycle))
    if request.method == "POST" and form.is_valid():
        try:
            actions.plan(
                year=year,
                days=form.days(),
                lead_days=form.cleaned_data["lead_days"],
                why=form.cleaned_data["why"],
                version=form.cleaned_data["version"],
                actor=actor_of(request),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            record_refusal(
                actor=actor_of(request),
                action="annual.plan",
                subject=f"{year}年度清单",
                summary=str(refusal),
            )
        else:
            messages.success(request, "日程已调整，正在征求意见的项目随之改了回复期限。")
            return redirect("annual:year", year)
    return render(
        request,
        "annual/calendar.html",
        {
            "title": f"调整{year}年度编制日程",
            "crumbs": crumbs_of(year, "调整日程"),
            "year": year,
            "form": form,
            "last_day": last_day(year),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.PROJECTS_CHANGE)
def move(request: SignedInRequest, year: int, name: str) -> HttpResponse:
    """Say what the step brings about, then take it."""
    cycle = get_object_or_404(Cycle, year=year)
    step = next((m for m in MOVES.open(cycle.state) if m.name == name and not m.issues), None)
    first = {"on": timezone.localdate(), "version": cycle.version}
    form = MoveForm(
        request.POST or None, initial=first, needs_reason=bool(step and step.needs_reason)
    )
    if request.method == "POST" and form.is_valid():
        try:
            moved = actions.make_move(
                year=year,
                name=name,
                on=form.cleaned_data["on"],
                why=form.cleaned_data["why"],
                version=form.cleaned_data["version"],
                at=timezone.now(),
                actor=actor_of(request),
            )
        except Refused as refusal:
            refuse(request, refusal, action=f"annual.{name}", subject=f"{year}年度清单")
        else:
            messages.success(request, f"{year}年度编制现为“{moved.get_state_display()}”。")
        return redirect("annual:year", year)
    if step is None:
        messages.info(request, f"{year}年度编制现为“{cycle.get_state_display()}”，这一步已不能办。")
        return redirect("annual:year", year)
    return render(
        request,
        "annual/move.html",
        {
            "title": step.label,
            "crumbs": crumbs_of(year, step.label),
            "year": year,
            "move": step,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


# Shared by the pages of a year --------------------------------------------------------------------


def year_now(year: int) -> queries.Year:
    """The cycle of ``year`` as of today; 404 where there is none."""
    cycle = queries.cycles().filter(year=year).first()
    if cycle is None:
        raise Http404
    return queries.Year(cycle, timezone.localdate(), work_calendar())


def crumbs_of(year: int, label: str) -> list[tuple[str, str]]:
    return [
        ("年度编制", reverse("annual:index")),
        (f"{year}年度", reverse("annual:year", args=[year])),
        (label, ""),
    ]


# Inside ------------------------------------------------------------------------------------------


def _years_to_open(today: date, known: set[int]) -> list[int]:
    return [year for year in (today.year, today.year + 1) if year not in known]


def _may(request: SignedInRequest, move: Move) -> bool:
    needed = Permission.PROJECTS_CONFIRM if move.issues else Permission.PROJECTS_CHANGE
    return needed in request.permissions


def _facts(now: queries.Year) -> list[Fact]:
    counts, cycle = now.counts, now.cycle
    projects = f"{reverse('projects:index')}?year={cycle.year}"
    replies = reverse("annual:replies", args=[cycle.year])
    invested = sum(p.investment_wan for p in now.projects)
    last = now.versions[0] if now.versions else None
    point = now.next_point
    return [
        Fact("项目", thousands(counts.projects), f"投资 {wan(invested)}", url=projects),
        Fact(
            "已确认",
            thousands(counts.confirmed),
            f"共 {counts.projects} 个",
            url=f"{projects}&state=confirmed" if counts.confirmed else "",
        ),
        Fact("意见已回复", f"{counts.answered} / {counts.asked}", "家次", url=replies),
        Fact(
            "逾期未回复",
            thousands(counts.silent),
            "家次，不算同意",
            "red" if counts.silent else "",
            f"{replies}?standing=silent" if counts.silent else "",
        ),
        Fact(
            "不同意见待处理",
            thousands(counts.unhandled),
            "条",
            "red" if counts.unhandled else "",
            f"{reverse('annual:comments', args=[cycle.year])}?handled=no"
            if counts.unhandled
            else "",
        ),
        Fact("最近一版", f"第 {last.number} 版", cn_day(last.issued_on))
        if last
        else Fact(
            "下一节点", point.stage.label if point else "—", cn_day(point.due_on) if point else ""
        ),
    ]


_BARS = {Lamp.DONE: BarState.DONE, Lamp.RED: BarState.LATE, Lamp.YELLOW: BarState.RUNNING}


def _picture(now: queries.Year) -> SafeString:
    """Each stage from the day before it to its own, planned and as it went."""
    points = now.points
    begins = [points[0].due_on - timedelta(days=7), *(point.due_on for point in points)]
    begun = [point.done_on for point in points]
    bars = []
    for place, point in enumerate(points):
        actual = None
        if point.done_on:
            before = begun[place - 1] if place else None
            start = min(before or begins[place], point.done_on)
            actual = (start, point.done_on)
        bars.append(
            Bar(
                label=point.stage.label,
                state=_BARS.get(point.lamp, BarState.PLANNED),
                planned=(begins[place], point.due_on),
                actual=actual,
                provisional=point.provisional,
                note=point.words,
            )
        )
    days = [day for bar in bars for span in (bar.planned, bar.actual) if span for day in span]
    first = min(days) - timedelta(days=3)
    last = max(*days, last_day(now.cycle.year)) + timedelta(days=10)
    return gantt(
        bars,
        begin_on=first,
        until_on=last,
        today=now.on,
        target_on=last_day(now.cycle.year),
        rests=[
            Rest(rest.name, rest.from_on, rest.until_on)
            for rest in now.calendar.holidays_between(first, last)
        ],
        label="编制日程",
    )


def _chart(title: str, of: str, totals: list[queries.Total]) -> Chart:
    rows = [
        Row(total.label, {key: total.of(state) for key, state in _SERIES_OF.items()})
        for total in totals
    ]
    return stacked_bars(rows, title=title, series=SERIES, of=of, unit="个")


def _links(name: str, year: int) -> str:
    """The list narrowed to a group; the key is put at its end."""
    match name:
        case "industry":
            return f"{reverse('projects:index')}?year={year}&industry="
        case "half":
            return f"{reverse('projects:index')}?year={year}&half="
        case _:
            return f"{reverse('annual:replies', args=[year])}?department="
