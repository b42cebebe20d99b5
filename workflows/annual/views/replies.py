"""Who has answered, and what the office made of it (意见回复、意见处理)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.authority.permissions import Permission, Role
from kernel.refusal import Refused
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.xlsx import Column
from workflows.annual import actions, queries, sheets
from workflows.annual.forms import CommentFilter, MatrixFilter
from workflows.annual.replies import UNANSWERED, Row, Word, lines_of, rows_of
from workflows.annual.views.cycles import crumbs_of, year_now
from workflows.catalogue.queries import departments
from workflows.projects.lifecycle import State
from workflows.projects.models import Opinion

PAGE = 50
_NARROWED: dict[str, Callable[[Row], bool]] = {
    "waiting": lambda row: row.has(UNANSWERED),
    "silent": lambda row: row.has({Word.SILENT}),
    "object": lambda row: row.has({Word.OBJECT}),
    "unhandled": lambda row: bool(row.unhandled),
}


@require_safe
@requires(Permission.PROJECTS_VIEW)
def matrix(request: SignedInRequest, year: int) -> HttpResponse:
    now = year_now(year)
    names = _names()
    own = _own(request)
    asked = [code for code in now.departments if own is None or code == own]
    form = MatrixFilter(request.GET or None, departments=[(c, names.get(c, c)) for c in asked])
    chosen = form.chosen() if form.is_bound else {}
    shown = [code for code in asked if code == chosen.get("department", code)]
    every = rows_of(now.standings, shown, now.on)
    rows = [row for row in every if any(cell.word is not Word.NOT_ASKED for cell in row.cells)]
    lines = lines_of(rows)
    if words := chosen.get("q"):
        rows = [row for row in rows if words in row.project.name or words in row.project.number]
    if standing := chosen.get("standing"):
        rows = [row for row in rows if _NARROWED[standing](row)]
    if request.GET.get("export"):
        heads = [Column(names.get(code, code), 18) for code in shown]
        return workbook(
            f"{request.tenant.name}{year}年度清单意见回复表",
            (*sheets.MATRIX_FIRST, *heads),
            sheets.matrix_cells(rows, now.calendar),
            as_of=now.on,
            notes=["逾期未回复不算同意。"],
        )
    owing = {one.department_code for one in now.owed}
    may_urge = Permission.PROJECTS_CHANGE in request.permissions
    return render(
        request,
        "annual/replies.html",
        {
            "title": f"{year}年度清单意见回复",
            "crumbs": crumbs_of(year, "意见回复"),
            "year": year,
            "form": form,
            "heads": [(code, names.get(code, code), lines.get(code)) for code in shown],
            "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
            "sent": bool(now.standings),
            "owing": [(code, names.get(code, code)) for code in shown if code in owing]
            if may_urge
            else [],
            "narrowed": bool(chosen),
            "as_of": timezone.now(),
        },
    )


@require_POST
@requires(Permission.PROJECTS_CHANGE)
def urge(request: SignedInRequest, year: int) -> HttpResponse:
    """Remind one department, or all that have not answered."""
    year_now(year)
    code = request.POST.get("department", "")
    try:
        told = actions.urge(
            year=year,
            codes=[code] if code else None,
            on=timezone.localdate(),
            at=timezone.now(),
            actor=actor_of(request),
        )
    except Refused as refusal:
        refuse(request, refusal, action="annual.urge", subject=f"{year}年度清单")
    else:
        names = _names()
        messages.success(request, f"已提醒：{'、'.join(names.get(c, c) for c in told)}。")
    return redirect("annual:replies", year)


@require_safe
@requires(Permission.PROJECTS_VIEW)
def comments(request: SignedInRequest, year: int) -> HttpResponse:
    """Every opinion of the year and what became of it, as one sheet."""
    now = year_now(year)
    names = _names()
    own = _own(request)
    form = CommentFilter(
        request.GET or None,
        departments=[(c, n) for c, n in names.items() if own is None or c == own],
    )
    chosen = form.chosen() if form.is_bound else {}
    found = _narrow(queries.comments(year), chosen, own)
    if request.GET.get("export"):
        return workbook(
            f"{request.tenant.name}{year}年度清单部门意见处理表",
            sheets.COMMENT_COLUMNS,
            sheets.comment_cells(found, names),
            as_of=now.on,
        )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "annual/comments.html",
        {
            "title": f"{year}年度清单部门意见",
            "crumbs": crumbs_of(year, "部门意见"),
            "year": year,
            "form": form,
            "page": page,
            "rows": [(c, names.get(c.department_code, c.department_code)) for c in page],
            "narrowed": bool(chosen),
            "as_of": timezone.now(),
        },
    )


def _narrow(found: Any, chosen: dict[str, Any], own: str | None) -> Any:
    if own is not None:
        found = found.filter(department_code=own)
    if code := chosen.get("department"):
        found = found.filter(department_code=code)
    if opinion := chosen.get("opinion"):
        found = found.filter(opinion=opinion)
    if words := chosen.get("q"):
        found = found.filter(
            Q(project__name__icontains=words) | Q(project__number__icontains=words)
        )
    match chosen.get("handled"):
        case "yes":
            found = found.exclude(verdict="")
        case "no":
            found = found.filter(counts=True, verdict="", project__state=State.COMMENTING)
            found = found.exclude(opinion=Opinion.AGREE)
    return found


def _own(request: SignedInRequest) -> str | None:
    """The one department whose answers the member sees; None for those who see all."""
    if Role(request.membership.role) in (Role.DEPARTMENT, Role.REPRESENTATIVE):
        return request.membership.department_code
    return None


def _names() -> dict[str, str]:
    return {code: department.short_name for code, department in departments().items()}
