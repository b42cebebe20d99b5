"""Versions of a list: issue the next, read one, compare two, and what happened since (清单版本)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from kernel.authority.permissions import Permission
from kernel.refusal import Refused
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.parts import Fact
from kernel.web.templatetags.lianshen import wan
from workflows.annual import actions, queries, sheets
from workflows.annual.comparing import Comparison
from workflows.annual.comparing import compare as compare_lists
from workflows.annual.forms import NOW, ChangeFilter, CompareForm, IssueForm
from workflows.annual.freezing import Entry
from workflows.annual.lifecycle import MOVES
from workflows.annual.models import ListVersion
from workflows.annual.views.cycles import crumbs_of, year_now
from workflows.issuing.queries import may_read
from workflows.projects.facts import RULE_LABELS, shown

PAGE = 50


@require_http_methods(["GET", "POST"])
@requires(Permission.PROJECTS_CONFIRM)
def issue(request: SignedInRequest, year: int) -> HttpResponse:
    """Show what the next version would hold and change, then issue it."""
    now = year_now(year)
    step = next((move for move in MOVES.open(now.cycle.state) if move.issues), None)
    draft = queries.next_version(now.cycle)
    first = {"on": now.on, "version": now.cycle.version, "digest": draft.digest}
    form = IssueForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.issue_version(
                year=year,
                on=form.cleaned_data["on"],
                note=form.cleaned_data["note"],
                digest=form.cleaned_data["digest"],
                version=form.cleaned_data["version"],
                at=timezone.now(),
                actor=actor_of(request),
            )
        except Refused as refusal:
            refuse(request, refusal, action="annual.issue", subject=f"{year}年度清单")
            return redirect("annual:year", year)
        messages.success(request, f"第{made.number}版已印发，文号{made.issued.number}。")
        return redirect("annual:version", year, made.number)
    if step is None:
        state = now.cycle.get_state_display()
        messages.info(request, f"{year}年度编制现为“{state}”，还不能印发清单。")
        return redirect("annual:year", year)
    return render(
        request,
        "annual/issue.html",
        {
            "title": f"{step.label}：第{draft.number}版",
            "crumbs": crumbs_of(year, step.label),
            "year": year,
            "move": step,
            "draft": draft,
            "counts": now.counts,
            "left": now.counts.projects - now.counts.confirmed,
            "facts": _facts(draft.since) if draft.since else [],
            "page": Paginator(_rows(draft.entries), PAGE).get_page(request.GET.get("page")),
            "form": form,
            "may_issue": bool(draft.entries) and not draft.changes_nothing,
        },
        status=422 if form.errors else 200,
    )


@require_safe
@requires(Permission.PROJECTS_VIEW)
def version(request: SignedInRequest, year: int, number: int) -> HttpResponse:
    found = get_object_or_404(
        ListVersion.objects.select_related("issued", "cycle"), cycle__year=year, number=number
    )
    entries = queries.entries_of(found)
    title = f"{request.tenant.name}{year}年度重点项目清单第{number}版"
    if request.GET.get("export"):
        return workbook(
            title,
            sheets.LIST_COLUMNS,
            sheets.list_cells(entries),
            as_of=found.issued_on,
            notes=[f"文号：{found.issued.number}", f"摘要值：{found.digest}"],
        )
    return render(
        request,
        "annual/version.html",
        {
            "title": f"{year}年度清单第{number}版",
            "crumbs": crumbs_of(year, f"第{number}版"),
            "year": year,
            "version": found,
            "reads_paper": may_read(request, found.issued),
            "whole": queries.is_whole(found),
            "page": Paginator(_rows(entries), PAGE).get_page(request.GET.get("page")),
        },
    )


@require_safe
@requires(Permission.PROJECTS_VIEW)
def compare(request: SignedInRequest, year: int) -> HttpResponse:
    """Two versions, or a version and the list as it is now; the last against now unless told."""
    now = year_now(year)
    known = now.versions
    form = CompareForm(request.GET or None, versions=known)
    chosen = form.chosen() if form.is_bound else {}
    if not known:
        comparison, words = None, ""
    else:
        before = chosen.get("before") or str(known[0].number)
        after = chosen.get("after") or NOW
        comparison = compare_lists(_list(now, before), _list(now, after))
        words = f"{_said(before)}→{_said(after)}"
        form.initial = {"before": before, "after": after}
    if comparison and request.GET.get("export"):
        return workbook(
            f"{request.tenant.name}{year}年度清单比较",
            sheets.COMPARE_COLUMNS,
            sheets.compare_cells(comparison),
            as_of=now.on,
            notes=[f"{words}。{_total_words(comparison)}"],
        )
    return render(
        request,
        "annual/compare.html",
        {
            "title": f"{year}年度清单比较",
            "crumbs": crumbs_of(year, "清单比较"),
            "year": year,
            "form": form,
            "words": words,
            "comparison": comparison,
            "facts": _facts(comparison) if comparison else [],
            "added": _rows(comparison.added) if comparison else [],
            "removed": _rows(comparison.removed) if comparison else [],
            "as_of": timezone.now(),
        },
    )


@require_safe
@requires(Permission.PROJECTS_VIEW)
def changes(request: SignedInRequest, year: int) -> HttpResponse:
    """What came onto the list, changed or left it since the last version, and why."""
    now = year_now(year)
    form = ChangeFilter(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    found = queries.changes(year) if chosen.get("scope") else queries.pending(year)
    if kind := chosen.get("kind"):
        found = found.filter(kind=kind)
    if words := chosen.get("q"):
        found = found.filter(
            Q(project__name__icontains=words) | Q(project__number__icontains=words)
        )
    if request.GET.get("export"):
        return workbook(
            f"{request.tenant.name}{year}年度清单变动",
            sheets.CHANGE_COLUMNS,
            sheets.change_cells(found),
            as_of=now.on,
        )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    last = now.versions[0] if now.versions else None
    return render(
        request,
        "annual/changes.html",
        {
            "title": f"{year}年度清单第{last.number}版以后的变动"
            if last
            else f"{year}年度清单变动",
            "crumbs": crumbs_of(year, "清单变动"),
            "year": year,
            "last": last,
            "form": form,
            "page": page,
            "rows": [(change, RULE_LABELS.get(change.rule, change.rule)) for change in page],
            "narrowed": bool(chosen),
            "may_issue": Permission.PROJECTS_CONFIRM in request.permissions
            and any(move.name == "update" for move in MOVES.open(now.cycle.state)),
            "as_of": timezone.now(),
        },
    )


def _list(now: queries.Year, name: str) -> list[Entry]:
    if name == NOW:
        entries: list[Entry] = queries.list_now(now.cycle.year)["projects"]
        return entries
    return queries.entries_of(ListVersion.objects.get(cycle=now.cycle, number=int(name)))


def _total_words(comparison: Comparison) -> str:
    return (
        f"项目{comparison.count_before}→{comparison.count_after}个，"
        f"总投资{wan(comparison.wan_before)}→{wan(comparison.wan_after)}。"
    )


def _said(name: str) -> str:
    return "现在" if name == NOW else f"第{name}版"


def _facts(comparison: Comparison) -> list[Fact]:
    difference = comparison.wan_difference
    sign = "增加" if difference > 0 else "减少"
    return [
        Fact("入列", len(comparison.added), f"投资 {wan(comparison.wan_added)}"),
        Fact("移出", len(comparison.removed), f"投资 {wan(comparison.wan_removed)}"),
        Fact("变更", len(comparison.changed), f"投资增减 {wan(comparison.wan_changed)}"),
        Fact("项目", f"{comparison.count_before} → {comparison.count_after}", "个"),
        Fact(
            "总投资",
            f"{wan(comparison.wan_before)} → {wan(comparison.wan_after)}",
            f"{sign} {wan(abs(difference))}" if difference else "不变",
        ),
    ]


def _rows(entries: tuple[Entry, ...] | list[Entry]) -> list[dict[str, str]]:
    """Entries as tables show them."""
    return [
        {
            "number": entry["number"],
            "name": entry["name"],
            "owner_name": entry["owner_name"],
            "industry": shown("industry", entry["industry"]),
            "wan": wan(entry["investment_wan"]),
            "planned_start_on": shown("planned_start_on", entry["planned_start_on"]),
            "target_on": shown("target_on", entry["target_on"]),
            "rule": shown("admission_rule", entry["admission_rule"]),
            "reason": entry["admission_reason"],
        }
        for entry in entries
    ]
