"""The wall for leaders (大屏), and where its tiles lie."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from kernel.authority.permissions import Permission
from kernel.web import charts
from kernel.web.http import SignedInRequest, actor_of, requires
from kernel.web.templatetags.lianshen import cn_day
from tenants.models import TILE_COLUMNS, TILE_ROWS, Tenant
from workflows.catalogue.queries import short_names
from workflows.overview import actions, queries
from workflows.overview.forms import SpotForm
from workflows.overview.views.breakdown import place_in
from workflows.overview.views.season import dress
from workflows.overview.wall import Tile, placed, wall


@require_safe
@requires(Permission.OVERVIEW_VIEW)
def page(request: SignedInRequest) -> HttpResponse:
    """Full screen; what htmx asks for anew is the content alone."""
    today, now = timezone.localdate(), timezone.now()
    place = place_in(request, request.GET.get("within", ""))
    year = queries.season_year(today)
    found = wall(place, year, today)
    names = short_names()
    slugs = queries.slugs_of(found.urgent)
    for row in found.urgent:
        dress(row, slugs, names)
    asked = {"confirmed": "1", "year": year or "", "within": place.schema_name}
    chart = charts.trend(
        [(cn_day(day), decided) for day, decided, _ in found.trend],
        title="办结进度（每半月累计）",
        measure="已办结",
        unit="件",
        of="截至",
        plan=[planned for _, _, planned in found.trend],
    )
    context: dict[str, Any] = {
        "title": f"{place.name}重点项目联审联批",
        "place": place,
        "line": [t for t in reversed(place.lineage()) if request.tenant in t.lineage()],
        "year": year,
        "wall": found,
        "tiles": [_shown(tile, year) for tile in found.tiles],
        "own": _shown(found.own, year) if found.own.procedures.total else None,
        "chart": chart if found.procedures.total else None,
        "lamps": [
            (lamp, charts.LAMPS[lamp], found.procedures.lamps.get(lamp, 0), _list(asked, lamp=lamp))
            for lamp in ("red", "yellow", "green", "paused", "none", "done")
        ],
        "projects_url": f"{reverse('overview:projects')}?{urlencode(asked)}",
        "late_url": _list(asked, late="1"),
        "may_place": Permission.OVERVIEW_CHANGE in request.permissions,
        "at": now,
        "today": today,
    }
    htmx = request.headers.get("HX-Request")
    return render(request, "overview/wall_content.html" if htmx else "overview/wall.html", context)


def _list(asked: dict[str, Any], **rest: str) -> str:
    return f"{reverse('overview:procedures')}?{urlencode(asked | rest)}"


def _shown(tile: Tile, year: int | None) -> dict[str, Any]:
    """A tile with where it leads: into its own places where it has some, else to its procedures."""
    schema = tile.tenant.schema_name
    within = {"within": schema}
    rows = _list({"confirmed": "1", "year": year or ""}, **within)
    return {
        "tile": tile,
        "url": f"?{urlencode(within)}" if tile.below else rows,
        "rows": rows,
        "below": [
            (small, _list({"confirmed": "1", "year": year or ""}, within=small.tenant.schema_name))
            for small in tile.below
        ],
    }


@require_http_methods(["GET", "POST"])
@requires(Permission.OVERVIEW_CHANGE)
def tiles(request: SignedInRequest) -> HttpResponse:
    """Where the tiles of the places directly under this one lie; empty is the arrangement shipped."""
    under = Tenant.objects.filter(parent=request.tenant, ready=True).order_by("order", "code")
    shown = Paginator(under, 40).get_page(request.GET.get("page"))
    data = request.POST or None
    forms = [
        SpotForm(
            data,
            prefix=tenant.schema_name,
            initial={"column": tenant.tile_column, "row": tenant.tile_row},
        )
        for tenant in shown
    ]
    refusal = ""
    right = [form.is_valid() for form in forms]  # each says what is wrong with it
    if data is not None and all(right):
        spots = {tenant.schema_name: form.spot for tenant, form in zip(shown, forms, strict=True)}
        try:
            moved = actions.place_tiles(under=request.tenant, spots=spots, actor=actor_of(request))
        except actions.TilesRefused as refused:
            refusal = str(refused)
        else:
            messages.success(request, f"已调整 {moved} 个磁贴。" if moved else "没有要调整的。")
            return redirect("overview:wall")
    now = placed(shown)
    return render(
        request,
        "overview/tiles.html",
        {
            "title": "大屏磁贴位置",
            "crumbs": [("大屏", reverse("overview:wall")), ("磁贴位置", "")],
            "page": shown,
            "rows": [
                (tenant, form, now[tenant.pk]) for tenant, form in zip(shown, forms, strict=True)
            ],
            "refusal": refusal,
            "columns": TILE_COLUMNS,
            "deep": TILE_ROWS,
        },
    )
