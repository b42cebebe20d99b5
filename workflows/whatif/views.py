"""Pages of the what-if desk: one project, the whole list, what shortening a matter would bring.

Every view only reads. The address is the scenario: adding a change leads to the address that holds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from kernel.authority.permissions import Permission
from kernel.web import charts
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, requires
from workflows.overview.queries import rate
from workflows.projects.facts import industry_labels
from workflows.projects.queries import offered_first
from workflows.whatif import pieces, queries, sheets
from workflows.whatif.applying import plan
from workflows.whatif.cautions import cautions
from workflows.whatif.comparing import Answer, compare
from workflows.whatif.forms import ChangeForm, MovedFilter
from workflows.whatif.gains import Cut, ranking
from workflows.whatif.queries import Stand, Standing
from workflows.whatif.scenario import Change, Kind, Scenario, ScenarioRefused, read
from workflows.whatif.whole import Row, Whole, lay_over, names_of

PAGE = 50
#: The page, and its answer alone.
PROJECT_PAGE = ("whatif/project.html", "whatif/project_answer.html")
LIST_PAGE = ("whatif/list.html", "whatif/list_answer.html")
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for: the scenario, what is wrong with it, and the form as it was sent."""

    scenario: Scenario
    faults: tuple[str, ...]
    form: ChangeForm
    added: bool


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def project(request: SignedInRequest, number: str) -> HttpResponse:
    standing, stand = _project(number)
    done = {node.key for node in stand.graph.nodes if node.done_on}
    running = {node.key for node in stand.graph.nodes if node.started_on}
    matters = [
        (code, f"{code} {name}{'（在办）' if code in running else ''}")
        for code, name in sorted(stand.names.items())
        if code not in done
    ]
    asked = _asked(request, matters)
    url = f"{reverse('whatif:project', args=[number])}?"
    if asked.added:
        return redirect(f"{url}{asked.scenario.address}")
    faults, found = asked.faults, None
    if stand.plan and not faults:
        try:
            found = _answer(stand, asked.scenario, standing)
        except ScenarioRefused as refusal:
            faults = refusal.faults
    calendar = standing.calendar
    context: dict[str, Any] = {
        "title": f"推演：{stand.name}",
        "crumbs": [
            ("推演", reverse("whatif:list")),
            (stand.name, reverse("projects:project", args=[number])),
            ("推演", ""),
        ],
        "stand": stand,
        "form": asked.form,
        "faults": faults,
        "chosen": pieces.chosen(asked.scenario, stand.names, url),
        "own_url": url.rstrip("?"),
        "json_url": f"{reverse('whatif:answer', args=[number])}?{asked.scenario.address}",
        "before": stand.plan and pieces.plan_terms(stand.plan, calendar),
        "now": timezone.now(),
    }
    if found:
        context |= {
            "answer": found,
            "facts": pieces.answer_facts(found, calendar),
            "after": pieces.plan_terms(found.after, calendar),
            "moved": [(m, [pieces.shifted(s) for s in m.shifts]) for m in found.moved],
            "picture": pieces.picture(stand, found, standing),
            "cautions": cautions(asked.scenario, [stand]),
        }
    return _page(request, PROJECT_PAGE, context, f"{url}{asked.scenario.address}")


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def answer(request: SignedInRequest, number: str) -> HttpResponse:
    """The same as JSON, without a page around it."""
    standing, stand = _project(number)
    asked = read(_lists(request))
    if asked.faults or stand.plan is None:
        return _refused(asked.faults or ("这个项目还没有办件，没有计划可以推演。",))
    try:
        found = _answer(stand, asked.scenario, standing)
    except ScenarioRefused as refusal:
        return _refused(refusal.faults)
    notes = cautions(asked.scenario, [stand])
    return JsonResponse(sheets.project_json(stand, asked.scenario, found, standing, notes))


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def index(request: SignedInRequest) -> HttpResponse:
    years, year = _years(request)
    standing = queries.year_list(year, timezone.localdate())
    names = names_of(standing.projects)
    asked = _asked(request, [(code, f"{code} {name}") for code, name in names.items()])
    url = f"{reverse('whatif:list')}?year={year}&"
    address = f"{url}{asked.scenario.address}".rstrip("&")
    if asked.added:
        return redirect(address)
    faults, whole = _whole(asked.scenario, asked.faults, standing)
    query = f"?{_query(year, asked.scenario)}"
    context: dict[str, Any] = {
        "title": f"{year}年度清单推演",
        "years": years,
        "year": year,
        "projects": len(standing.projects),
        "form": asked.form,
        "faults": faults,
        "chosen": pieces.chosen(asked.scenario, names, url, whole and whole.reach),
        "own_url": url.rstrip("&"),
        "json_url": f"{reverse('whatif:list_answer')}{query}",
        "gains_url": f"{reverse('whatif:gains')}{query}",
        "now": timezone.now(),
    }
    if whole:
        labels = industry_labels()
        narrow = MovedFilter(request.GET or None)
        rows = _narrowed(whole, narrow.chosen if narrow.is_bound else {})
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        context |= {
            "whole": whole,
            "calendar": standing.calendar,
            "facts": pieces.whole_facts(whole),
            "chart": pieces.by_industry(whole),
            "narrow": narrow,
            "narrowed": bool(narrow.is_bound and narrow.chosen),
            "pairs": asked.scenario.pairs,
            "clear_url": address,
            "page": page,
            "rows": [
                (row, labels.get(row.stand.industry, ""), pieces.shifted(row.finish))
                for row in page
                if row.finish
            ],
            "export_url": f"{reverse('whatif:export')}?{_query(year, asked.scenario, _chosen(request))}",
            "cautions": cautions(asked.scenario, standing.projects),
        }
    return _page(request, LIST_PAGE, context, address)


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def whole_answer(request: SignedInRequest) -> HttpResponse:
    """The list's answer as JSON."""
    _, year = _years(request)
    standing = queries.year_list(year, timezone.localdate())
    asked = read(_lists(request))
    faults, whole = _whole(asked.scenario, asked.faults, standing)
    if whole is None:
        return _refused(faults)
    notes = cautions(asked.scenario, standing.projects)
    return JsonResponse(sheets.whole_json(year, asked.scenario, whole, standing, notes))


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def export(request: SignedInRequest) -> HttpResponse:
    """The projects that move, as the page with the same address lists them, on all its pages."""
    _, year = _years(request)
    today = timezone.localdate()
    standing = queries.year_list(year, today)
    asked = read(_lists(request))
    faults, whole = _whole(asked.scenario, asked.faults, standing)
    if whole is None:
        return _refused(faults)
    rows = _narrowed(whole, MovedFilter(request.GET).chosen)
    names = names_of(standing.projects)
    said = "；".join(change.said(names) for change in asked.scenario.changes) or "没有改动"
    totals = (
        f"按期率：现在 {whole.hits_before}/{whole.total}，推演后 {whole.hits_after}/{whole.total}。"
    )
    return workbook(
        f"{request.tenant.name}{year}年度清单推演",
        sheets.COLUMNS,
        (sheets.row_cells(row, standing.calendar) for row in rows),
        as_of=today,
        notes=(f"方案：{said}。", totals, *sheets.NOTES),
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def gains(request: SignedInRequest) -> HttpResponse:
    """敏感性: which matter, shortened, would turn most projects to a hit."""
    _, year = _years(request)
    standing = queries.year_list(year, timezone.localdate())
    asked = read(_lists(request))
    faults, whole = _whole(asked.scenario, asked.faults, standing)
    cut = next((c for c in Cut if c == request.GET.get("cut")), Cut.HALF)
    url = f"{reverse('whatif:list')}?year={year}&"
    names = names_of(standing.projects)
    context: dict[str, Any] = {
        "title": "压缩哪个事项最见效",
        "crumbs": [
            ("推演", f"{url}{asked.scenario.address}".rstrip("&")),
            (f"{year}年度", f"{url}{asked.scenario.address}".rstrip("&")),
            ("压缩哪个事项最见效", ""),
        ],
        "year": year,
        "faults": faults,
        "cut": cut,
        "cuts": [(c, f"?{_query(year, asked.scenario, [('cut', c.value)])}") for c in Cut],
        "said": [change.said(names) for change in asked.scenario.changes],
        "now": timezone.now(),
    }
    if whole:
        ranked = ranking(whole, standing.calendar, cut)
        context |= {
            "whole": whole,
            "ranked": ranked,
            "rows": [
                (
                    gain,
                    rate(whole.hits_after + gain.won, whole.total),
                    f"{url}{asked.scenario.adding(Change(Kind.DAYS, gain.code, gain.cut_days, gain.unit)).address}",
                )
                for gain in ranked.gains
            ],
            "chart": charts.bars(
                [(gain.label, gain.won) for gain in ranked.gains if gain.won],
                title=f"用时{cut.label}后转为按期的项目",
                measure="转为按期（个）",
                of="事项",
                unit="个",
            ),
        }
    return render(request, "whatif/gains.html", context, status=UNPROCESSABLE if faults else 200)


# Inside ------------------------------------------------------------------------------------------


def _project(number: str) -> tuple[Standing, Stand]:
    """The project on the list of this number; 404 for any other."""
    standing = queries.project(number, timezone.localdate())
    if not standing.projects:
        raise Http404
    return standing, standing.projects[0]


def _answer(stand: Stand, scenario: Scenario, standing: Standing) -> Answer:
    """Raises ScenarioRefused. ``stand`` has a plan."""
    before = stand.plan
    if before is None:
        raise Http404
    after = plan(scenario, stand.graph, standing.calendar) if scenario else before
    return compare(before, after, standing.calendar)


def _whole(
    scenario: Scenario, faults: tuple[str, ...], standing: Standing
) -> tuple[tuple[str, ...], Whole | None]:
    if faults:
        return faults, None
    try:
        return (), lay_over(scenario, standing)
    except ScenarioRefused as refusal:
        return refusal.faults, None


def _lists(request: SignedInRequest) -> Mapping[str, Sequence[str]]:
    return dict(request.GET.lists())


def _asked(request: SignedInRequest, matters: list[tuple[str, str]]) -> Asked:
    """The scenario of the address, with the change that the form adds to it."""
    address = read(_lists(request))
    part = request.GET.get("add", "")
    form = ChangeForm(request.GET if part else None, matters=matters)
    if not part:
        return Asked(address.scenario, address.faults, form, added=False)
    try:
        change = form.change(part)
    except ScenarioRefused as refusal:
        return Asked(address.scenario, (*address.faults, *refusal.faults), form, added=False)
    return Asked(address.scenario.adding(change), address.faults, form, added=not address.faults)


def _page(
    request: SignedInRequest, templates: tuple[str, str], context: dict[str, Any], address: str
) -> HttpResponse:
    """The whole page, or for htmx its answer alone, under the address that holds the scenario."""
    part = bool(request.htmx) and not request.htmx.history_restore_request
    refused = bool(context["faults"]) and not part
    response = render(request, templates[part], context, status=UNPROCESSABLE if refused else 200)
    patch_vary_headers(response, ["HX-Request"])
    if part:
        address = address.rstrip("?&")
        here = request.htmx.current_url_abs_path == address  # what was refused leads nowhere
        response["HX-Push-Url"] = "false" if here else address
    return response


def _refused(faults: Sequence[str]) -> JsonResponse:
    return JsonResponse({"faults": list(faults)}, status=UNPROCESSABLE)


def _years(request: SignedInRequest) -> tuple[list[int], int]:
    """The years with confirmed projects, and the one asked for, or the one under way."""
    known = queries.years()
    asked = request.GET.get("year", "")
    if asked and not (asked.isascii() and asked.isdecimal() and len(asked) == 4):
        raise Http404
    today = timezone.localdate()
    year = int(asked) if asked else offered_first(known, today) or today.year
    return sorted({*known, year}, reverse=True), year


def _narrowed(whole: Whole, chosen: Mapping[str, Any]) -> list[Row]:
    words = str(chosen.get("q", "")).strip().lower()
    return [
        row
        for row in whole.moved
        if chosen.get("turn", row.turn) == row.turn
        and chosen.get("industry", row.stand.industry) == row.stand.industry
        and words in f"{row.stand.number} {row.stand.name} {row.stand.owner}".lower()
    ]


def _query(year: int, scenario: Scenario, more: Sequence[tuple[str, str]] = ()) -> str:
    """Year, scenario and whatever else as a query without its question mark."""
    return urlencode([("year", year), *scenario.pairs, *more], safe=":")


def _chosen(request: SignedInRequest) -> list[tuple[str, str]]:
    """The filter of the address, for what shows the same rows in another form."""
    names = ("q", "turn", "industry")
    return [(name, value) for name in names if (value := request.GET.get(name))]
