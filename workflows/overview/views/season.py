"""The season (总览), the ledgers of projects and procedures, and the reconciliation."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Min, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from kombu.exceptions import OperationalError as BrokerDown

from kernel.authority.permissions import Permission
from kernel.calendars.queries import work_calendar
from kernel.clock import WorkCalendar
from kernel.trail import record
from kernel.web import charts
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, requires
from kernel.web.lamps import Lamp
from kernel.web.parts import Fact
from kernel.web.templatetags.lianshen import cn_day, day, wan
from kernel.web.xlsx import Column, Provisional, Value
from tenants.models import Tenant
from tenants.rollup.models import ProcedureRow, ProjectRow
from tenants.rollup.queries import (
    procedure_rows,
    project_rows,
    reconciliations,
    years,
)
from tenants.rollup.tasks import reconcile_all, repair_one
from tenants.tasks import HEADER
from workflows.catalogue.queries import departments, standard_in_force
from workflows.overview import queries
from workflows.overview.forms import ProcedureFilter, ProjectFilter, SeasonFilter
from workflows.overview.grouping import Projects, projects_by
from workflows.overview.headings import headings
from workflows.procedures.lifecycle import NOT_STARTED, Ball
from workflows.procedures.lifecycle import State as ProcedureState
from workflows.projects.lifecycle import State as ProjectState

DAY = timedelta(days=1)
RECONCILED_A_PAGE = 20  # tenants, of several ledgers each
PROJECT_COLUMNS = (
    Column("单位", 18), Column("编号", 18), Column("项目名称", 40), Column("项目代码", 26),
    Column("跨地区", 10), Column("年度", 8),
    Column("总投资（万元）", 14), Column("状态", 10), Column("目标日", 12), Column("预计办齐", 16),
    Column("办齐", 12), Column("办件数", 8), Column("已办结", 8), Column("红灯", 8),
    Column("黄灯", 8), Column("灯", 10), Column("截至", 18),
)  # fmt: skip
PROCEDURE_COLUMNS = (
    Column("单位", 18), Column("办件号", 22), Column("项目名称", 36), Column("事项", 26),
    Column("部门", 16), Column("阶段", 8), Column("状态", 10), Column("在谁手里", 14),
    Column("法定期限", 12), Column("承诺期限", 12), Column("计划完成", 12), Column("预计完成", 16),
    Column("实际办结", 12), Column("灯", 10), Column("截至", 18),
)  # fmt: skip
PROJECT_HEADS = (
    ("项目", "name"), ("单位", "tenant"), ("#总投资", "investment"), ("状态", ""),
    ("目标日", "target"), ("预计办齐", "expected"), ("#办结", ""), ("#红 / 黄", "red"), ("灯", ""),
    ("截至", "written"),
)  # fmt: skip
PROCEDURE_HEADS = (
    ("事项 / 项目", "matter"), ("单位", "tenant"), ("部门", "department"), ("状态", ""),
    ("法定期限", "statutory"), ("承诺期限", "promised"), ("计划完成", "planned"),
    ("预计完成", "expected"), ("实际办结", "decided"), ("灯", "red"),
    ("截至", "written"),
)  # fmt: skip


@require_safe
@requires(Permission.OVERVIEW_VIEW)
def season(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    first = queries.season_year(today)
    form = SeasonFilter({"year": first, **request.GET.dict()}, years=years())
    chosen = form.chosen()
    year, half = chosen.get("year") or first, chosen.get("half", "")
    picture = queries.season(year, half, today, request.GET.get("places"))
    asked = {"year": year or "", "half": half, "confirmed": "1"}
    names = {code: d.short_name for code, d in departments().items()}
    slugs = queries.slugs_of(picture.urgent)
    for row in picture.urgent:
        dress(row, slugs, names)
    shown = [line for line in picture.lines if line.projects or line.procedures]
    return render(
        request,
        "overview/season.html",
        {
            "title": f"{year}年全市总览" if year else "全市总览",
            "form": form,
            "picture": picture,
            "facts": _facts(picture, asked),
            "lamps": _lamp_chart(shown, asked),
            "hits": _hit_chart(shown),
            "departments": [
                (names.get(d["department_code"], d["department_code"]), d)
                for d in picture.departments
            ],
            "balls": [(ball, picture.balls[ball]) for ball in Ball if picture.balls.get(ball)],
            "asked": urlencode(asked),
            "today": today,
            "shares": [line for line in shown if line.projects],
            "silent": [line.tenant.name for line in picture.lines if line not in shown],
        },
    )


def _facts(picture: queries.Season, asked: dict[str, Any]) -> list[Fact]:
    procedures, hit_rate = picture.procedures, picture.hit_rate
    projects = picture.whole.count
    red, late = picture.under("red"), picture.late

    def ledger(**rest: str) -> str:
        return f"{reverse('overview:procedures')}?{urlencode(asked | rest)}"

    def listed(**rest: str) -> str:
        return f"{reverse('overview:projects')}?{urlencode(asked | rest)}"

    shared, unequal = picture.whole.shared, picture.whole.unequal
    once = f"含跨地区项目 {shared} 个，只计一次" if shared else ""
    differs = f"{unequal} 个跨地区项目各地数字不一，取大者" if unequal else ""
    return [
        Fact("重点项目", projects, f"个{'，' + once if once else ''}", url=listed()),
        Fact(
            "总投资",
            wan(picture.whole.investment_wan),
            differs,
            url=listed(),
        ),
        Fact("办件办结", picture.under("done"), f"/ {procedures} 件", url=ledger(lamp="done")),
        Fact(
            "预计按期办齐",
            "—" if hit_rate is None else f"{hit_rate}%",
            f"{picture.whole.hits} / {projects} 个已按期办齐，或预计不晚于目标日",
            url=f"{reverse('overview:breakdown')}?{urlencode({'by': 'place', 'year': asked['year'], 'half': asked['half']})}",
        ),
        Fact("红灯", red, "件", "red" if red else "", ledger(lamp="red")),
        Fact("已逾期", late, "件", "red" if late else "", ledger(late="1")),
    ]


def _lamp_chart(lines: list[queries.Line], asked: dict[str, Any]) -> Any:
    return charts.stacked_bars(
        [
            charts.Row(
                line.tenant.name,
                line.lamps,
                f"{reverse('overview:procedures')}?{urlencode(asked | {'owner': line.tenant.schema_name})}",
            )
            for line in lines
        ],
        title="各地办件红黄绿灯",
        series=charts.LAMPS,
        unit="件",
    )


def _hit_chart(lines: list[queries.Line]) -> Any:
    """Of the places with enough projects, with both counts; the table beside it has the intervals."""
    figures = [
        (f"{line.tenant.name}（{line.hits}/{line.projects}）", round(100 * line.share.rate, 1))
        for line in lines
        if line.share.rate is not None
    ]
    return charts.bars(
        figures, title="各地预计按期办齐", measure="预计按期办齐率（%）", unit="%", whole=100
    )


@require_safe
@requires(Permission.OVERVIEW_VIEW)
def projects(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    form = ProjectFilter(request.GET or None, years=years())
    chosen = form.chosen()
    rows = queries.projects_narrowed(chosen, today)
    rows = rows.annotate(
        shared=queries.elsewhere(),
        unequal=queries.elsewhere(investment_wan=OuterRef("investment_wan")),
        renamed=queries.elsewhere(name=OuterRef("name")),
    )
    sort = request.GET.get("sort", "-red")
    rows = queries.ordered(rows, sort, queries.PROJECT_SORTS, "red")
    if request.GET.get("export"):
        calendar = work_calendar()
        cells = (_project_cells(row, calendar) for row in rows.iterator(chunk_size=1000))
        return workbook("全市项目", PROJECT_COLUMNS, cells, as_of=today)
    heads = headings(request.GET, sort, PROJECT_HEADS)
    page = {
        "title": "全市项目",
        "form": form,
        "headings": heads,
        "narrowing": queries.narrowing(chosen, {}),
        "shared": projects_by(rows, today).get("", Projects()),
    }
    return _ledger(request, rows, "overview/projects.html", page)


@require_safe
@requires(Permission.OVERVIEW_VIEW)
def procedures(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    names = {code: d.short_name for code, d in departments().items()}
    form = ProcedureFilter(request.GET or None, years=years(), departments=list(names.items()))
    chosen = form.chosen()
    rows = queries.procedures_narrowed(chosen, today)
    sort = request.GET.get("sort", "red")
    rows = queries.ordered(rows, sort, queries.PROCEDURE_SORTS, "red")
    if request.GET.get("export"):
        calendar = work_calendar()
        cells = (_procedure_cells(row, names, calendar) for row in rows.iterator(chunk_size=1000))
        return workbook("全市办件", PROCEDURE_COLUMNS, cells, as_of=today)
    heads = headings(request.GET, sort, PROCEDURE_HEADS)
    page = {
        "title": "全市办件",
        "form": form,
        "headings": heads,
        "narrowing": queries.narrowing(chosen, matters(chosen, today)),
    }
    return _ledger(request, rows, "overview/procedures.html", page, names)


def matters(chosen: dict[str, Any], on: date) -> dict[str, str]:
    """Names of matters by code, read only where one is asked for."""
    if not chosen.get("matter_code"):
        return {}
    return {fact.code: fact.name for fact in standard_in_force(on).matters}


def _ledger(
    request: SignedInRequest,
    rows: Any,
    template: str,
    context: dict[str, Any],
    names: dict[str, str] | None = None,
) -> HttpResponse:
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    slugs = queries.slugs_of(page)
    for row in page:
        dress(row, slugs, names or {})
    return render(request, template, context | {"page": page, "newest": queries.newest(rows)})


def dress(row: Any, slugs: dict[str, str], names: dict[str, str]) -> None:
    """Add what a page shows of a row beside its own columns: words for codes, where it leads."""
    number = row.number if isinstance(row, ProjectRow) else row.project_number
    row.url = reverse("overview:project", args=[slugs.get(row.owner, "x"), number])
    states = ProjectState if isinstance(row, ProjectRow) else ProcedureState
    row.state_word = dict(states.choices).get(row.state, row.state)
    # What is red or yellow leads to the page that names cause, owner and next date.
    row.opens = row.url if row.lamp in (Lamp.RED, Lamp.YELLOW) else ""
    if isinstance(row, ProcedureRow):
        row.department = names.get(row.department_code, row.department_code)  # type: ignore[attr-defined]
        row.ball_word = dict(Ball.choices).get(row.ball, row.ball)  # type: ignore[attr-defined]
        row.holder = row.department if row.ball == Ball.DEPARTMENT else row.ball_word  # type: ignore[attr-defined]
        row.cause = _cause(row)  # type: ignore[attr-defined]


def _cause(row: Any) -> str:
    """The day that made the lamp turn, as the tenant wrote it here: the last before it is red."""
    if row.lamp not in (Lamp.RED, Lamp.YELLOW):
        return ""
    days = {
        "法定期限": row.statutory_due_on,
        "承诺期限": row.promised_due_on,
        "计划完成": row.planned_due_on,
    }
    bound = {words: on for words, on in days.items() if on and on < row.red_on}
    if not bound or row.state in NOT_STARTED:
        return f"计划受理 {cn_day(row.red_on - DAY)}"
    words = max(bound, key=lambda words: bound[words])
    return f"{words} {cn_day(bound[words])}"


@require_safe
@requires(Permission.OVERVIEW_VIEW)
def project(request: SignedInRequest, slug: str, number: str) -> HttpResponse:
    """One project as its tenant last wrote it here; the tenant's own ledger is not read."""
    tenant = get_object_or_404(Tenant, slug=slug, ready=True)
    today = timezone.localdate()
    row: Any = get_object_or_404(project_rows(today), owner=tenant.schema_name, number=number)
    names = {code: d.short_name for code, d in departments().items()}
    its_own = list(
        procedure_rows(today)
        .filter(owner=tenant.schema_name, project_number=number)
        .order_by("stage", "planned_due_on", "number")
    )
    for one in [row, *its_own]:
        dress(one, {tenant.schema_name: slug}, names)
    waiting = [one for one in its_own if one.decided_on is None and one.ball == Ball.DEPARTMENT]
    calendar = work_calendar()
    return render(
        request,
        "overview/project.html",
        {
            "title": row.name,
            "crumbs": [
                ("全市项目", reverse("overview:projects")),
                (tenant.name, f"{reverse('overview:projects')}?owner={tenant.schema_name}"),
                (number, ""),
            ],
            "project": row,
            "tenant": tenant,
            "procedures": its_own,
            "facts": [
                Fact("应批尽批目标", day(row.target_on, provisional=calendar)),
                Fact("办齐" if row.done_on else "预计办齐", day(row.done_on or row.expected_on, provisional=calendar), "",
                     "" if row.hit or not row.expected_on else "red"),
                Fact("办件", row.procedures_done, f"/ {row.procedures_total} 已办结"),
                Fact("红灯", row.reds, "件", "red" if row.reds else ""),
                Fact("黄灯", row.yellows, "件", "yellow" if row.yellows else ""),
                Fact("在部门手里", len(waiting), f"件，{len({one.department_code for one in waiting})} 个部门"),
            ],
        },
    )  # fmt: skip


def written(row: Any) -> str:
    return f"{timezone.localtime(row.written_at):%Y-%m-%d %H:%M}"


def guessed(on: date | None, calendar: WorkCalendar) -> Provisional | date | None:
    return Provisional(on) if on and calendar.is_provisional(on) else on


def _project_cells(row: Any, calendar: WorkCalendar) -> Sequence[Value]:
    return (
        row.owner_name, row.number, row.name, row.project_code, "是" if row.shared else "",
        row.year, row.investment_wan,
        dict(ProjectState.choices).get(row.state, row.state), row.target_on, guessed(row.expected_on, calendar),
        row.done_on, row.procedures_total, row.procedures_done, row.reds, row.yellows,
        Lamp(row.lamp).word, written(row),
    )  # fmt: skip


def _procedure_cells(row: Any, names: dict[str, str], calendar: WorkCalendar) -> Sequence[Value]:
    return (
        row.owner_name, row.number, row.project_name, row.matter_name,
        names.get(row.department_code, row.department_code), row.stage,
        dict(ProcedureState.choices).get(row.state, row.state),
        dict(Ball.choices).get(row.ball, row.ball), guessed(row.statutory_due_on, calendar),
        guessed(row.promised_due_on, calendar), guessed(row.planned_due_on, calendar),
        guessed(row.expected_on, calendar), row.decided_on, Lamp(row.lamp).word, written(row),
    )  # fmt: skip


@require_safe
@requires(Permission.OVERVIEW_VIEW)
def reconciliation(request: SignedInRequest) -> HttpResponse:
    page = Paginator(queries.reconciled(), RECONCILED_A_PAGE).get_page(request.GET.get("page"))
    outcomes = reconciliations()
    by_owner: dict[str, list[Any]] = {}
    for outcome in outcomes.filter(owner__in=[tenant.schema_name for tenant in page]):
        by_owner.setdefault(outcome.owner, []).append(outcome)
    counted = outcomes.order_by().aggregate(
        all=Count("pk"), agree=Count("pk", filter=queries.AGREES), oldest=Min("at")
    )
    return render(
        request,
        "overview/reconciliation.html",
        {
            "title": "汇总对账",
            "page": page,
            "lines": [(tenant, by_owner.get(tenant.schema_name, [])) for tenant in page],
            "outcomes": counted["all"],
            "broken": counted["all"] - counted["agree"],
            "oldest": counted["oldest"],
        },
    )


@require_POST
@requires(Permission.OVERVIEW_VIEW)
def reconcile(request: SignedInRequest) -> HttpResponse:
    return _sent(
        request,
        lambda: reconcile_all.apply_async(headers={HEADER: "public"}),
        "reconcile",
        "发起全市汇总对账",
        "对账已经开始，各地依次核对，稍后刷新本页看结果。",
    )


@require_POST
@requires(Permission.OVERVIEW_VIEW)
def repair(request: SignedInRequest, slug: str) -> HttpResponse:
    """Derive one tenant's rows anew from its ledgers."""
    tenant = get_object_or_404(Tenant, slug=slug, ready=True)
    return _sent(
        request,
        lambda: repair_one.apply_async(headers={HEADER: tenant.schema_name}),
        "repair",
        f"按台账重推{tenant.name}的汇总",
        f"已开始按台账重推{tenant.name}的汇总，稍后刷新本页看结果。",
    )


def _sent(
    request: SignedInRequest, send: Callable[[], object], name: str, summary: str, said: str
) -> HttpResponse:
    try:
        send()
    except BrokerDown:
        messages.warning(request, "后台队列暂时连不上，没有开始；请稍后再点一次。")
        return redirect("overview:reconciliation")
    record(actor=actor_of(request), action=f"overview.{name}", subject="汇总对账", summary=summary)
    messages.success(request, said)
    return redirect("overview:reconciliation")
