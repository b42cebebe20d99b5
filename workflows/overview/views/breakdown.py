"""The breakdown (多维汇总) by place, department, stage, matter, investment and industry."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.authority.permissions import Permission
from kernel.web import charts
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, requires
from kernel.web.lamps import Lamp
from kernel.web.xlsx import Column
from tenants.models import Tenant
from tenants.rollup.queries import years
from workflows.catalogue.queries import short_names, standard_in_force
from workflows.overview import queries
from workflows.overview.breaking_down import Line, breakdown, ordered
from workflows.overview.forms import BreakdownFilter
from workflows.overview.grouping import DIMENSIONS
from workflows.overview.headings import headings
from workflows.projects.facts import industry_labels

DRAWN = 12  # bars in the picture; the table has all


@require_safe
@requires(Permission.OVERVIEW_VIEW)
def page(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    first = queries.season_year(today)
    form = BreakdownFilter({"year": first, **request.GET.dict()}, years=years())
    chosen = form.chosen()
    by = chosen.get("by") or "place"
    year = chosen.get("year") or first
    seen_from = place_in(request, chosen.get("within", ""))
    asked = {"year": year, "half": chosen.get("half", "")}
    if seen_from != request.tenant:
        asked["within"] = seen_from.schema_name
    found = breakdown(by, asked, _names(by, today), seen_from, today)
    sort = request.GET.get("sort", "")
    lines = ordered(found.lines, sort)
    dimension = next(each for each in DIMENSIONS if each.key == by)
    if request.GET.get("export"):
        rows = [*lines, found.whole]
        return workbook(
            f"多维汇总（按{dimension.label}）",
            _columns(dimension.label),
            [_cells(line) for line in rows],
            as_of=today,
            notes=NOTES,
        )
    shown = Paginator(lines, 50).get_page(request.GET.get("page"))
    drawn = largest(shown.object_list)
    few = f"，办件最多的 {DRAWN} 组" if len(drawn) < len(shown.object_list) else ""
    heads = [(dimension.label, "")]
    if dimension.of_project:
        heads += [("#项目", "projects"), ("#总投资", "investment"), ("#预计按期", "")]
    heads += [
        ("#办件", "total"), ("#已办结", "done"), ("#黄灯", "yellow"), ("#红灯", "red"),
        ("#逾期", "late"), ("#用时中位数", "median"), ("#按期率", "share"), ("#区间", ""),
    ]  # fmt: skip
    return render(
        request,
        "overview/breakdown.html",
        {
            "title": "多维汇总",
            "crumbs": _crumbs(seen_from, request.tenant),
            "form": form,
            "dimension": dimension,
            "headings": headings(request.GET, sort, heads),
            "page": shown,
            "found": found,
            "chart": charts.stacked_bars(
                [charts.Row(line.label, line.procedures.lamps, line.urls["all"]) for line in drawn],
                title=f"办件红黄绿灯（按{dimension.label}）" + few,
                series=charts.LAMPS,
                of=dimension.label,
                unit="件",
            ),
            "notes": NOTES,
        },
    )


def largest(lines: Iterable[Line]) -> list[Line]:
    """Those that the picture has room for, in the order of the table."""
    lines = list(lines)
    ranked = sorted(lines, key=lambda line: -line.procedures.total)[:DRAWN]
    return [line for line in lines if line in ranked]


NOTES = (
    "只计已确认入列的项目和它们的办件；每个数字点开就是汇总台账里的那些行。",
    "按期率：在承诺期限和法定期限中较早的一个以内办结的，占有期限而已办结或者已逾期的。",
    "少于 5 件的不评价；区间是 95% 可信区间，重叠的不分高下。",
    "用时中位数：从受理到办结的自然日，含停表的日子；括号里是件数，少于 5 件的不列。",
    "跨地区项目按国家项目代码认定，合计只计一次，各地各计一次；总投资不一的取大者。",
)


def place_in(request: SignedInRequest, schema_name: str) -> Tenant:
    """The place whose tree is asked for: the city itself, or one that stands under it; else 404."""
    if not schema_name or schema_name == request.tenant.schema_name:
        return request.tenant
    found = Tenant.objects.filter(schema_name=schema_name, ready=True).first()
    if found is None or request.tenant not in found.lineage():
        raise Http404
    return found


def _crumbs(seen_from: Tenant, own: Tenant) -> list[tuple[str, str]]:
    line = [t for t in reversed(seen_from.lineage()) if own in t.lineage()]
    if len(line) == 1:
        return []
    return [
        *((t.name, f"?{urlencode({'by': 'place', 'within': t.schema_name})}") for t in line[:-1]),
        (line[-1].name, ""),
    ]


def _names(by: str, on: date) -> dict[str, str]:
    if by == "department_code":
        return short_names()
    if by == "industry":
        return industry_labels()
    if by == "matter_code":
        return {fact.code: fact.name for fact in standard_in_force(on).matters}
    return {}


def _columns(label: str) -> list[Column]:
    return [
        Column(label, 30), Column("项目", 8), Column("跨地区项目", 10), Column("总投资（万元）", 14),
        Column("预计按期项目", 12), Column("办件", 8), *(Column(lamp.word, 8) for lamp in Lamp),
        Column("逾期", 8), Column("按期办结", 10), Column("已到期限", 10), Column("按期率", 16),
        Column("区间", 20), Column("用时中位数（天）", 14), Column("计入用时的件数", 14),
    ]  # fmt: skip


def _cells(line: Line) -> list[Any]:
    projects, procedures = line.projects, line.procedures
    share = procedures.share
    return [
        line.label,
        *((projects.count, projects.shared, projects.investment_wan, projects.hits) if projects else (None,) * 4),
        procedures.total,
        *(procedures.lamps.get(lamp.value, 0) for lamp in Lamp),
        procedures.late, procedures.kept, procedures.judged, share.words, share.interval_words,
        procedures.median if procedures.timed >= 5 else None, procedures.timed,
    ]  # fmt: skip
