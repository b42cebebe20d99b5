"""Pages of the exchange tables: what is missing and whose it is, filling in, batches, scores, the standard."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.refusal import Refused
from kernel.web.downloads import attachment, workbook
from kernel.web.http import SignedInRequest, actor_of, refuse, requires, whole_number
from kernel.web.parts import Tile
from kernel.web.xlsx import Column as Head
from tenants.honesty import writing as honesty
from tenants.honesty.models import Score
from tenants.models import Tenant
from workflows.catalogue.queries import short_names
from workflows.interchange import actions, queries
from workflows.interchange.checking import Fault, Finding, Tally
from workflows.interchange.export import UNVERIFIED
from workflows.interchange.forms import LineFormSet, SeasonForm, SourceForm, SubjectForm
from workflows.interchange.mapping import OFFICE
from workflows.interchange.models import Batch, RefusedRow, Supplement
from workflows.interchange.queries import Report
from workflows.interchange.states import SAID
from workflows.interchange.tables import (
    BY_NAME,
    CODES,
    COLUMNS,
    FIRST,
    SECOND,
    STANDARD,
    SUPPLEMENTS,
    TABLES,
    Home,
    fields_of,
)

PAGE = 50
OFFICE_NAME = "机制办公室"
SCORES = (
    Head("单位", 26), Head("真实度", 12), Head("应有事实的格", 14), Head("有事实的格", 14),
    Head("没有填写", 12), Head("臆造值", 12), Head("前后矛盾", 12), Head("格式不符", 12),
    Head("可以上报的行", 14), Head("行数", 12), Head("检查时间", 20),
)  # fmt: skip


@require_safe
@requires(Permission.INTERCHANGE_VIEW)
def overview(request: SignedInRequest) -> HttpResponse:
    """The season as the ledgers are now: score, tables, and the gaps by column."""
    chosen = _Chosen(request)
    found = chosen.report()
    return render(
        request,
        "interchange/overview.html",
        {
            "title": "数据交换表",
            "form": chosen.form,
            "year": chosen.year,
            "query": chosen.query,
            "tiles": _tiles(found),
            "found": found,
            "groups": _ordered(found, chosen.names),
            "owners": _owners(found, chosen.names) if chosen.own is None else [],
            "prepares": Permission.INTERCHANGE_PREPARE in request.permissions,
            "oversees": Permission.INTERCHANGE_OVERSEE in request.permissions,
            "unverified": UNVERIFIED,
            "now": timezone.now(),
        },
    )


class _Chosen:
    """Season and unit of a request; a department has no choice of unit."""

    def __init__(self, request: SignedInRequest) -> None:
        self.own = queries.own_of(request)
        self.names = short_names()
        years = queries.seasons()
        self.form = SeasonForm(
            request.GET or None,
            years=years,
            units=self.names.items() if self.own is None else None,
        )
        said = self.form.chosen()
        newest = years[0] if years else timezone.localdate().year
        self.year = int(said.get("year") or newest)
        unit = said.get("unit") or ""
        self.owner = self.own if self.own is not None else _unit(unit)
        self.query = f"?year={self.year}" + (f"&unit={unit}" if unit else "")

    def report(self) -> Report:
        return queries.report(self.year, timezone.localdate(), self.owner)


def _unit(chosen: str) -> str | None:
    """A department's code, the office, or everybody."""
    return OFFICE if chosen == "office" else chosen or None


def percent(recorded: int, asked: int) -> str:
    """Cut, never rounded up: only a whole one is 100 %."""
    if not asked:
        return "—"
    tenths = recorded * 1000 // asked
    return f"{tenths // 10}.{tenths % 10}%"


def _tiles(found: Report) -> list[Tile]:
    whole: Tally = found.whole
    tiles = [
        Tile(
            "数据真实度",
            percent(whole.recorded, whole.asked),
            note=f"{whole.recorded} / {whole.asked} 格有事实",
        ),
        Tile("待补事实", found.tasks, "项", tone="yellow" if found.tasks else "green"),
    ]
    tiles += [
        Tile(
            fault.label,
            whole.faults[fault.value],
            "格",
            tone="red" if whole.faults[fault.value] else "",
        )
        for fault in Fault
    ]
    return [*tiles, Tile("可以上报", f"{whole.passed} / {whole.rows}", "行")]


def _ordered(found: Report, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The columns with gaps, the most subjects first."""
    groups = sorted(
        found.groups.values(), key=lambda group: (-len(group.subjects), group.column.name)
    )
    return [
        {
            "group": group,
            "count": len(group.subjects),
            "faults": "、".join(f"{label} {n}" for label, n in group.faults.most_common()),
            "owners": "、".join(_called(owner, names) for owner in group.owners[:4])
            + (f"等 {len(group.owners)} 个单位" if len(group.owners) > 4 else ""),
        }
        for group in groups
    ]


def _owners(found: Report, names: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """What each owner has to fill in: its value in the filter, its name, how much."""
    rows = [
        (owner or "office", _called(owner, names), count) for owner, count in found.owners.items()
    ]
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def _called(owner: str, names: Mapping[str, str]) -> str:
    return names.get(owner, owner) or OFFICE_NAME


@require_POST
@requires(Permission.INTERCHANGE_PREPARE)
def check(request: SignedInRequest) -> HttpResponse:
    """The nightly check, now."""
    actions.check_all(on=timezone.localdate(), at=timezone.now())
    messages.success(request, "已重新检查，数据真实度已更新。")
    return redirect("interchange:overview")


# Filling in -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires(Permission.INTERCHANGE_VIEW)
def gaps(request: SignedInRequest, home: str, column: str) -> HttpResponse:
    """The gaps of one column, each a sentence, and a line to fill in where it is the member's."""
    place, chosen = _home(home), _Chosen(request)
    group = chosen.report().groups.get((place, column))
    unit = queries.fills_for(request)
    fills = place in SUPPLEMENTS and Permission.INTERCHANGE_FILL in request.permissions
    found = [] if group is None else sorted(group.subjects.items())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    mine = [key for (owner, key), _ in shown if fills and owner == unit]
    source = formset = None
    if request.method == "POST" and not fills:
        raise PermissionDenied("这一项不由您填写。")
    if column not in (fields_of(place) if place in SUPPLEMENTS else COLUMNS):
        raise Http404
    told = group.column if group else COLUMNS[column]
    if fills:
        source = SourceForm(request.POST or None)
        kept = queries.supplements(place, mine)
        formset = LineFormSet(
            request.POST or None,
            initial=[
                {"key": key, "version": kept[key].version if key in kept else 0} for key in mine
            ],
            form_kwargs={"column": fields_of(place)[column], "processes": queries.processes()},
        )
        if request.method == "POST" and source.is_valid() and formset.is_valid():
            lines = [
                (line["key"], line["version"], {column: line["value"]})
                for line in formset.cleaned_data
                if line.get("value")
            ]
            try:
                if not lines:
                    raise Refused("没有填写任何一行。请至少填一行再保存。")
                done = actions.fill(
                    home=place, lines=lines, source=source.cleaned_data["source"], unit=unit,
                    on=timezone.localdate(), at=timezone.now(), actor=actor_of(request),
                )  # fmt: skip
            except Refused as refusal:
                source.add_error(None, str(refusal))
                refuse(request, refusal, action="interchange.fill", subject=column)
            else:
                _look_again(unit)
                messages.success(request, f"已记录 {done} 项，清单里随即减少。")
                return redirect(f"{request.path}{chosen.query}")
    forms = {form["key"].value(): form for form in formset or ()}
    called = queries.named(place, [key for (_, key), _ in shown])
    return render(
        request,
        "interchange/gaps.html",
        {
            "title": told.label,
            "crumbs": [
                ("数据交换表", reverse("interchange:overview") + chosen.query),
                (told.label, ""),
            ],
            "group": group,
            "home": place,
            "page": page,
            "rows": [_line(key, owner, each, forms, called, chosen.names)
                     for (owner, key), each in shown],
            "source": source if mine else None,
            "formset": formset,
        },
        status=422 if source is not None and source.errors else 200,
    )  # fmt: skip


def _line(
    key: str,
    owner: str,
    finding: Finding,
    forms: Mapping[str, Any],
    called: Mapping[str, str],
    names: Mapping[str, str],
) -> dict[str, Any]:
    return {
        "key": key,
        "name": called.get(key, "" if finding.subject else finding.name),
        "owner": _called(owner, names),
        "finding": finding,
        "form": forms.get(key),
        "url": queries.page_of(finding),
    }


def _home(value: str) -> Home:
    try:
        return Home(value)
    except ValueError:
        raise Http404 from None


@require_http_methods(["GET", "POST"])
@requires(Permission.INTERCHANGE_VIEW)
def subject(request: SignedInRequest, home: str, key: str) -> HttpResponse:
    """All that is asked of one subject: filled in by its owner, read by the office."""
    place, unit = _home(home), queries.fills_for(request)
    owned = place in SUPPLEMENTS and queries.owned_by(place, key, unit)
    if not owned and (queries.own_of(request) is not None or not queries.known(place, key)):
        raise Http404
    fills = owned and Permission.INTERCHANGE_FILL in request.permissions
    if request.method == "POST" and not fills:
        raise PermissionDenied("这一项不由您填写。")
    row = Supplement.objects.filter(kind=place.value, key=key).first()
    columns = fields_of(place)
    called = queries.named(place, [key]).get(key, "")
    given = row.given if row else {}
    form = SubjectForm(
        request.POST or None,
        columns=columns.values(),
        processes=queries.processes(),
        initial={"version": row.version if row else 0}
        | {name: each["value"] for name, each in given.items()},
    )
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in columns}
        if _filled(request, form, place, key, values, unit):
            messages.success(request, "已记录。")
            return redirect("interchange:subject", home, key)
    return render(
        request,
        "interchange/subject.html",
        {
            "title": f"{place.label} {called if place is Home.DEPARTMENT else key}",
            "crumbs": [("数据交换表", reverse("interchange:overview")), (place.label, "")],
            "name": called,
            "form": form if fills else None,
            "row": row,
            "lines": [
                (column, each := given.get(name), column.means(each["value"]) if each else "")
                for name, column in columns.items()
            ],
        },
        status=422 if form.errors else 200,
    )


def _filled(
    request: SignedInRequest,
    form: SubjectForm,
    home: Home,
    key: str,
    values: Mapping[str, str],
    unit: str,
) -> bool:
    """Record a form's values; a refusal is told on the form."""
    try:
        actions.fill(
            home=home,
            lines=[(key, form.cleaned_data["version"], values)],
            source=form.cleaned_data["source"],
            unit=unit,
            on=timezone.localdate(),
            at=timezone.now(),
            actor=actor_of(request),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        refuse(request, refusal, action="interchange.fill", subject=f"{home.label} {key}")
        return False
    _look_again(unit)
    return True


def _look_again(unit: str) -> None:
    """The desk of the unit that recorded something."""
    for year in queries.seasons()[: queries.SEASONS]:
        actions.look_again(year=year, unit=unit, on=timezone.localdate(), at=timezone.now())


@require_safe
@requires(Permission.INTERCHANGE_VIEW)
def processes(request: SignedInRequest) -> HttpResponse:
    """Processes on file, which projects are led by."""
    found = Supplement.objects.filter(kind=Home.PROCESS.value).order_by("key")
    kinds = CODES["process"].values
    return render(
        request,
        "interchange/processes.html",
        {
            "title": "审批流程",
            "crumbs": [("数据交换表", reverse("interchange:overview")), ("审批流程", "")],
            "rows": [
                {
                    "code": row.key,
                    "given": {name: each["value"] for name, each in row.given.items()},
                    "kind": kinds.get(row.given.get("SPLCLX", {}).get("value", ""), ""),
                }
                for row in found
            ],
            "opens": queries.own_of(request) is None,
            "prepares": Permission.INTERCHANGE_PREPARE in request.permissions,
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.INTERCHANGE_PREPARE)
def new_process(request: SignedInRequest) -> HttpResponse:
    columns = fields_of(Home.PROCESS)
    form = SubjectForm(
        request.POST or None,
        columns=columns.values(),
        processes={},
        coded=True,
        initial={"version": 0},
    )
    form.order_fields(["code"])
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in columns}
        code = form.cleaned_data["code"].strip()
        if _filled(request, form, Home.PROCESS, code, values, OFFICE):
            messages.success(request, "审批流程已登记，项目可以选用。")
            return redirect("interchange:processes")
    return render(
        request,
        "interchange/new_process.html",
        {
            "title": "登记审批流程",
            "crumbs": [("审批流程", reverse("interchange:processes")), ("登记", "")],
            "form": form,
        },
        status=422 if form.errors else 200,
    )


# The standard ---------------------------------------------------------------------------------------


@require_safe
@requires(Permission.INTERCHANGE_VIEW)
def standard(request: SignedInRequest) -> HttpResponse:
    """Tables, columns, code lists and states with their sources: what somebody can check."""
    return render(
        request,
        "interchange/standard.html",
        {
            "title": "字段与代码对照",
            "crumbs": [("数据交换表", reverse("interchange:overview")), ("对照", "")],
            "standard": STANDARD,
            "unverified": UNVERIFIED,
            "tables": TABLES,
            "codes": [
                (codes, [(code, label) for code, label in codes.values.items()])
                for codes in CODES.values()
                if codes.values
            ],
            "said": SAID,
            "sources": [source.split("：", 1) for source in (FIRST, SECOND)],
        },
    )


# Batches ----------------------------------------------------------------------------------------------


@require_safe
@requires(Permission.INTERCHANGE_OVERSEE)
def batches(request: SignedInRequest) -> HttpResponse:
    page = Paginator(queries.batches(), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "interchange/batches.html",
        {
            "title": "导出记录",
            "crumbs": [("数据交换表", reverse("interchange:overview")), ("导出记录", "")],
            "page": page,
            "years": queries.seasons()[: queries.SEASONS],
            "prepares": Permission.INTERCHANGE_PREPARE in request.permissions,
        },
    )


@require_POST
@requires(Permission.INTERCHANGE_PREPARE)
def prepare(request: SignedInRequest) -> HttpResponse:
    year, today, now = whole_number(request.POST.get("year")), timezone.localdate(), timezone.now()
    try:
        if year not in queries.seasons():
            raise Refused(
                f"“{request.POST.get('year', '')}”年没有已确认的项目。请选择有项目的年度。"
            )
        made = actions.prepare(year=year, on=today, at=now, actor=actor_of(request))
    except Refused as refusal:
        refuse(request, refusal, action="interchange.prepare", subject=str(year))
        return redirect("interchange:batches")
    actions.check_season(year=year, on=today, at=now)
    messages.success(
        request, f"已导出 {made.number}：上报 {made.passed} 行，拒绝 {made.refused} 行。"
    )
    return redirect("interchange:batch", made.pk)


@require_safe
@requires(Permission.INTERCHANGE_OVERSEE)
def batch(request: SignedInRequest, pk: int) -> HttpResponse:
    """What went out, what was refused and why, and whether the file still is what was made."""
    found = get_object_or_404(Batch, pk=pk)
    page = Paginator(found.refusals.order_by("pk"), PAGE).get_page(request.GET.get("page"))
    names = short_names()
    return render(
        request,
        "interchange/batch.html",
        {
            "title": found.number,
            "crumbs": [("导出记录", reverse("interchange:batches")), (found.number, "")],
            "batch": found,
            "whole": hashlib.sha256(bytes(found.content)).hexdigest() == found.digest,
            "size": len(found.content),
            "page": page,
            "rows": [_refused(row, names) for row in page],
        },
    )  # fmt: skip


def _refused(row: RefusedRow, names: Mapping[str, str]) -> dict[str, Any]:
    """A row left out; its reasons without the table and the row, which stand beside them."""
    table = BY_NAME[row.table].label if row.table in BY_NAME else row.table
    return {
        "name": row.name,
        "table": table,
        "owner": _called(row.department_code, names),
        "reasons": [reason.removeprefix(f"{table}，{row.name}：") for reason in row.reasons],
    }


@require_safe
@requires(Permission.INTERCHANGE_OVERSEE)
def batch_file(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Batch, pk=pk)
    answer = attachment(bytes(found.content), f"{found.number}.zip", "application/zip")
    answer["Cache-Control"] = "private, no-store"
    return answer


# Scores -----------------------------------------------------------------------------------------------


@require_safe
@requires(Permission.INTERCHANGE_OVERSEE)
def places(request: SignedInRequest) -> HttpResponse:
    """The scores of this tenant and those below it; the walls leave out the others."""
    years = honesty.years()
    form = SeasonForm(request.GET or None, years=years)
    year = int(form.chosen().get("year") or (years[0] if years else timezone.localdate().year))
    ranked = honesty.ranked(request.tenant, year)
    if request.GET.get("export"):
        return workbook(
            f"{year}年数据真实度", SCORES, _score_lines(_scored(ranked, year)), as_of=timezone.localdate(),
            notes=["真实度＝有事实的格÷应有事实的格，向下取到千分位；应有哪些格未核实。"],
        )  # fmt: skip
    page = Paginator(ranked, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "interchange/places.html",
        {
            "title": "各地数据真实度",
            "crumbs": [("数据交换表", reverse("interchange:overview")), ("各地", "")],
            "form": form,
            "year": year,
            "page": page,
            "rows": [
                (tenant, score, percent(score.recorded, score.asked) if score else "—")
                for tenant, score in _scored(page, year)
            ],
        },
    )


def _scored(tenants: Iterable[Tenant], year: int) -> list[tuple[Tenant, Score | None]]:
    tenants = list(tenants)
    schemas = [tenant.schema_name for tenant in tenants]
    found = {score.owner: score for score in honesty.scores(year).filter(owner__in=schemas)}
    return [(tenant, found.get(tenant.schema_name)) for tenant in tenants]


def _score_lines(rows: Iterable[tuple[Tenant, Score | None]]) -> Iterable[list[Any]]:
    for tenant, s in rows:
        if s is None:
            yield [tenant.name, "还没有检查", *[None] * (len(SCORES) - 2)]
            continue
        yield [
            tenant.name, percent(s.recorded, s.asked), s.asked, s.recorded, s.missing, s.invented, s.contrary,
            s.misshapen, s.passed, s.rows, f"{timezone.localtime(s.at):%Y-%m-%d %H:%M}",
        ]  # fmt: skip
