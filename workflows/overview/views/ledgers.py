"""Ledgers as their rooms declared them (`tenants.rollup.ledgers`), and the hundred days of every place."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from kernel.authority.permissions import Permission
from kernel.calendars.queries import work_calendar
from kernel.clock import WorkCalendar
from kernel.clock.meter import Party
from kernel.web import charts
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, requires
from kernel.web.templatetags.lianshen import day
from kernel.web.xlsx import Column, Value
from tenants.rollup.days import NEAR
from tenants.rollup.ledgers import Shown, paged
from tenants.rollup.models import DaysRow
from tenants.rollup.queries import years_of
from workflows.catalogue.queries import short_names
from workflows.overview import queries
from workflows.overview.forms import DaysFilter, PageFilter
from workflows.overview.headings import headings
from workflows.overview.views.season import guessed, written

#: Word and tone of a row's standing.
STANDINGS = {
    "done": ("按期办结", "green"),
    "late": ("逾期办结", "red"),
    "overdue": ("逾期未办", "red"),
    "open": ("在办", "blue"),
    "cancelled": ("不再办理", ""),
}
STANDING_SERIES = {
    "green": "按期办结",
    "red": "逾期办结",
    "yellow": "逾期未办",
    "paused": "在办未到期",
}

DRAWN, PLACES = 12, 60  # places in the picture and in the table


@require_safe
@requires(Permission.OVERVIEW_VIEW)
def ledger(request: SignedInRequest, slug: str) -> HttpResponse:
    """A declared ledger: how each place does, then the rows, filtered, sorted, exported."""
    found = paged().get(slug)
    if found is None or found.page is None:
        raise Http404
    page, title, today = found.page, f"全市{found.name}", timezone.localdate()
    names = short_names()
    form = PageFilter(
        request.GET or None,
        page=page,
        years=years_of(found.model._default_manager.all(), page.year_of),
        departments=list(names.items()),
    )
    rows = queries.page_rows(page, form.chosen(), today)
    kept = queries.kept_by_place(rows, request.tenant)
    sorts = {"tenant": "owner_name", "written": "written_at"} | {
        c.field: c.field for c in page.columns
    }
    sort = request.GET.get("sort", page.due)
    rows = queries.ordered(rows, sort, sorts, page.due)
    calendar = work_calendar()
    if request.GET.get("export"):
        columns = [Column("单位", 18), *(Column(c.label, c.wide) for c in page.columns)]
        return workbook(
            title,
            [*columns, Column("办理", 12), Column("截至", 18)],
            (_cells(row, page.columns, names, calendar) for row in rows.iterator(chunk_size=1000)),
            as_of=today,
        )
    first, *others = (column for column in page.columns if not column.book)
    beneath = [column for column in others if column.beneath]
    rest = [column for column in others if not column.beneath]
    shown = Paginator(rows, 50).get_page(request.GET.get("page"))
    slugs = queries.slugs_of(shown)
    return render(
        request,
        "overview/ledger.html",
        {
            "title": title,
            "lead": page.lead,
            "unit": page.unit,
            "none": f"还没有{found.name}汇上来",
            "why": page.empty,
            "form": form,
            "narrowing": queries.narrowing(form.chosen(), {}),
            "headings": headings(
                request.GET,
                sort,
                [(first.label, first.field), ("单位", "tenant"), *((c.label, c.field) for c in rest),
                 ("办理", ""), ("截至", "written")],
            ),
            "page": shown,
            "rows": [
                {
                    "name": getattr(row, first.field),
                    "beneath": [_cell(row, c, names, calendar, slugs) for c in beneath],
                    "owner": row.owner_name,
                    "cells": [(c.label, _cell(row, c, names, calendar, slugs)) for c in rest],
                    "standing": STANDINGS[row.standing],
                    "written_at": row.written_at,
                }
                for row in shown
            ],
            "kept": kept[:PLACES],
            "more": len(kept[PLACES:]),
            "chart": charts.stacked_bars(
                [
                    charts.Row(
                        each.name,
                        {
                            "green": each.done,
                            "red": each.late,
                            "yellow": each.overdue,
                            "paused": each.open,
                        },
                        f"?{each.asked}",
                    )
                    for each in kept[:DRAWN]
                ],
                title=f"各地{found.name}办理",
                series=STANDING_SERIES,
                unit=page.unit,
            ),
            "newest": queries.newest(rows),
        },
    )  # fmt: skip


def _cell(
    row: Any, column: Shown, names: dict[str, str], calendar: WorkCalendar, slugs: dict[str, str]
) -> Any:
    value = _said(row, column, names)
    if isinstance(value, date) or value is None:
        return day(value, provisional=calendar)
    if column.field == "project_number" and value and row.owner in slugs:
        url = reverse("overview:project", args=[slugs[row.owner], value])
        return format_html('<a href="{}">{}</a>', url, value)
    return value


def _cells(
    row: Any, columns: Iterable[Shown], names: dict[str, str], calendar: WorkCalendar
) -> Sequence[Value]:
    told = [_said(row, column, names) for column in columns]
    cells = [guessed(value, calendar) if isinstance(value, date) else value for value in told]
    return (row.owner_name, *cells, STANDINGS[row.standing][0], written(row))


def _said(row: Any, column: Shown, names: dict[str, str]) -> Any:
    value = getattr(row, column.field)
    if column.words is not None:
        return column.words.get(value, value)
    return names.get(value, value) if column.field == "department_code" else value


DAYS_HEADS = (
    ("项目", "project"), ("单位", "tenant"), ("起算", "begin"), ("办齐", ""), ("#官方天数", "official"),
    ("#自然日", "elapsed"), *((f"#{party.label}", party.value) for party in Party), ("截至", "written"),
)  # fmt: skip


@require_safe
@requires(Permission.OVERVIEW_VIEW)
def days(request: SignedInRequest) -> HttpResponse:
    """The hundred days of every project, worked out for today (B1)."""
    today, calendar = timezone.localdate(), work_calendar()
    own_years = list(DaysRow.objects.order_by("-year").values_list("year", flat=True).distinct())
    form = DaysFilter(request.GET or None, years=own_years)
    sort = request.GET.get("sort", "-official")
    rows: Any = queries.ordered(
        queries.days_narrowed(form.chosen(), today, calendar), sort, queries.DAYS_SORTS, "official"
    )
    if request.GET.get("export"):
        return workbook(
            "全市百日计时",
            [
                Column("单位", 18), Column("编号", 18), Column("项目名称", 40), Column("起算", 12),
                Column("办齐", 12), Column("上限", 8), Column("官方天数", 10), Column("自然日", 10),
                *(Column(party.label, 12) for party in Party), Column("截至", 18),
            ],
            (
                (
                    row.owner_name, row.number, row.project_name, row.begin_on, row.days_done_on,
                    row.allowance, row.official_days, row.days.get("elapsed", 0), *_by_party(row), written(row),
                )
                for row in rows.iterator(chunk_size=1000)
            ),
            as_of=today,
        )  # fmt: skip
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    slugs = queries.slugs_of(page)
    return render(
        request,
        "overview/days.html",
        {
            "title": "全市百日计时",
            "form": form,
            "headings": headings(request.GET, sort, DAYS_HEADS),
            "page": page,
            "rows": [(row, slugs.get(row.owner, "x"), _by_party(row)) for row in page],
            "parties": [party.label for party in Party],
            "chart": charts.stacked_bars(
                [
                    charts.Row(
                        f"{row.project_name}",
                        dict(zip(charts.PARTIES, _by_party(row), strict=True)),
                    )
                    for row in page.object_list[:10]
                ],
                title="本页前十个项目的日子归在谁头上（自然日）",
                series=charts.PARTIES,
                of="项目",
                unit="天",
            ),
            "newest": queries.newest(rows),
            "near": NEAR,
        },
    )


def _by_party(row: Any) -> list[int]:
    return [row.days.get(party.value, 0) for party in Party]
