"""Pages of the hundred days: the list, one project day by day, the counting rule."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from kernel.authority.permissions import Permission
from kernel.calendars.queries import work_calendar
from kernel.trail import queries as trail
from kernel.trail import record_refusal
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, requires
from kernel.web.parts import Fact
from workflows.meter import pieces, queries
from workflows.meter.actions import SUBJECT, RuleRefused, adopt, check_terms
from workflows.meter.counting import Count
from workflows.meter.forms import MeterFilter, RuleForm
from workflows.meter.models import RuleVersion
from workflows.overview.headings import headings
from workflows.procedures.models import Procedure
from workflows.procedures.queries import book_of
from workflows.projects.queries import offered_first

PAGE = 50
SHOWN_CHANGES = 50  # projects a preview lists, those that change most first


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    form, year, counts = _chosen(request)
    sort = form.chosen().get("sort") or "-official"
    return render(
        request,
        "meter/list.html",
        {
            "title": f"{year}年百日计时" if year else "百日计时",
            "form": form,
            "facts": _facts(counts, year),
            "worst": pieces.worst(counts),
            "page": Paginator(queries.ordered(counts, sort), PAGE).get_page(
                request.GET.get("page")
            ),
            "headings": headings(request.GET, sort, pieces.HEADS),
            "rule": queries.rule_in_force(timezone.localdate()),
            "export_url": f"{reverse('meter:export')}?{request.GET.urlencode()}",
            "filtered": bool(request.GET.get("q") or request.GET.get("over")),
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def export(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    form, _, counts = _chosen(request)
    rule = queries.rule_in_force(today)
    sort = form.chosen().get("sort") or "-official"
    return workbook(
        f"{request.tenant.name}百日计时",
        pieces.COLUMNS,
        (pieces.cells(count) for count in queries.ordered(counts, sort)),
        as_of=today,
        notes=[
            "五方的自然日相加等于自然日合计；官方天数只计口径列明的各方。",
            *(f"{label}：{words}" for label, words in pieces.rule_terms(rule)),
            *([] if rule.verified else ["以上口径未核实。"]),
        ],
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def project(request: SignedInRequest, number: str) -> HttpResponse:
    """Whose each day was and why: every segment with the procedures that held it."""
    count, procedures = _one(number)
    meter = count.meter
    return render(
        request,
        "meter/project.html",
        {
            "title": f"百日计时：{count.project.name}",
            "crumbs": [
                ("百日计时", f"{reverse('meter:list')}?year={count.project.year}"),
                (count.project.name, reverse("projects:project", args=[number])),
                (number, ""),
            ],
            "count": count,
            "project": count.project,
            "rule": count.rule,
            "facts": pieces.facts(count),
            "strip": pieces.strip(count, procedures),
            "rows": pieces.segment_rows(meter, procedures) if meter else [],
            "terms": pieces.rule_terms(count.rule),
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def as_json(request: SignedInRequest, number: str) -> HttpResponse:
    return JsonResponse(
        pieces.plain(*_one(number)), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def rules(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    versions = list(queries.rules())
    current = queries.rule_in_force(today)
    return render(
        request,
        "meter/rules.html",
        {
            "title": "百日计时口径",
            "crumbs": [("百日计时", reverse("meter:list")), ("口径", "")],
            "rule": current,
            "terms": pieces.rule_terms(current),
            "versions": [
                (version, _standing(version, current), _changes(version, versions))
                for version in versions
            ],
            "events": trail.events(trail.of(SUBJECT)[:20]),
            "may_change": Permission.METER_CHANGE in request.permissions,
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.METER_CHANGE)
def change(request: SignedInRequest) -> HttpResponse:
    """A new version: first what it would change, then its adoption."""
    today = timezone.localdate()
    newest = queries.rules()[:1].get()
    form = RuleForm(
        request.POST if request.method == "POST" else None,
        rule=newest,
        initial={"effective_on": today},
    )
    preview = None
    if form.is_bound:
        try:
            if form.is_valid():
                draft = form.draft()
                check_terms(draft)
                if "adopt" in request.POST and request.POST.get("previewed") == form.digest:
                    adopted = adopt(**form.facts(), on=today, actor=actor_of(request))
                    messages.success(request, f"{adopted}口径已确定，旧的版本保留。")
                    return redirect("meter:rules")
                if "adopt" in request.POST:
                    messages.warning(request, "内容有改动，请看过新的对照再确定。")
                preview = _preview(draft)
        except RuleRefused as refusal:
            form.add_error(None, str(refusal))
            record_refusal(
                actor=actor_of(request),
                action=Permission.METER_CHANGE,
                subject=SUBJECT,
                summary=str(refusal),
            )
    return render(
        request,
        "meter/change.html",
        {
            "title": "修改百日计时口径",
            "crumbs": [
                ("百日计时", reverse("meter:list")),
                ("口径", reverse("meter:rules")),
                ("修改", ""),
            ],
            "form": form,
            "newest": newest,
            "preview": preview,
        },
        status=422 if form.errors else 200,
    )


# Inside ------------------------------------------------------------------------------------------


def _chosen(request: SignedInRequest) -> tuple[MeterFilter, int | None, list[Count]]:
    """The filter, the year it asks for, and the meters of its projects by number."""
    today = timezone.localdate()
    years = queries.years()
    first = offered_first(years, today)
    form = MeterFilter({"year": first, **request.GET.dict()}, years=years)
    chosen = form.chosen()
    year = chosen.get("year") or first
    projects = queries.listed(year)
    if words := chosen.get("q"):
        projects = queries.named(projects, words)
    counts = list(queries.meters(today, projects).values())
    return form, year, [count for count in counts if queries.is_over(count, chosen.get("over"))]


def _one(number: str) -> tuple[Count, dict[str, Procedure]]:
    today = timezone.localdate()
    found = get_object_or_404(queries.listed(), number=number)
    book = book_of(found)
    count = queries.meter_of(
        book, on=today, rule=queries.rule_in_force(today), calendar=work_calendar()
    )
    return count, {p.number: p for p in book.procedures}


def _facts(counts: list[Count], year: int | None) -> list[Fact]:
    running = [count for count in counts if count.meter]
    over = [count for count in running if count.over_days]
    near = [count for count in running if count.tone == "yellow"]
    done = [count for count in running if count.done_on]
    kept = sum(not count.over_days for count in done)
    return [
        Fact("项目", len(counts), f"个，已起算 {len(running)} 个"),
        Fact("已办齐", len(done), f"个，{kept} 个在上限之内"),
        Fact(
            "超过上限",
            len(over),
            "个",
            tone="red" if over else "",
            url=f"?year={year}&over=100" if over else "",
        ),
        Fact("接近上限", len(near), "个，80 天以上还没有办齐", tone="yellow" if near else ""),
    ]


def _standing(version: RuleVersion, current: RuleVersion) -> tuple[str, str]:
    """What a version is today: its word and its tone."""
    if version == current:
        return "适用中", "green"
    return ("未到日期", "blue") if version.version > current.version else ("已被替代", "")


def _changes(version: RuleVersion, versions: list[RuleVersion]) -> list[tuple[str, str, str]]:
    before = next((v for v in versions if v.version == version.version - 1), None)
    return pieces.differences(before, version) if before else []


def _preview(draft: RuleVersion) -> dict[str, Any]:
    """Official counts of the projects of the year under way today, under the rule in force and the draft."""
    today = timezone.localdate()
    years = queries.years()
    year = offered_first(years, today)
    current = queries.rule_in_force(today)
    before, after = queries.many(today, queries.listed(year), current, draft)
    pairs = [(before[number], after[number]) for number in before]
    moved = [
        (old, new, new.official_days - old.official_days)
        for old, new in pairs
        if (old.official_days, old.elapsed_days, bool(old.over_days))
        != (new.official_days, new.elapsed_days, bool(new.over_days))
    ]
    return {
        "year": year,
        "current": current,
        "draft": draft,
        "differences": pieces.differences(current, draft),
        "total": len(pairs),
        "moved": sorted(moved, key=lambda row: -abs(row[2]))[:SHOWN_CHANGES],
        "moved_count": len(moved),
        "over_before": sum(bool(old.over_days) for old, _ in pairs),
        "over_after": sum(bool(new.over_days) for _, new in pairs),
    }
