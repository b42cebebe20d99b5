"""The approval ledger: the list, its filters and its workbook."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.authority.permissions import Permission
from kernel.calendars.queries import work_calendar
from kernel.web.downloads import attachment
from kernel.web.http import SignedInRequest, requires
from kernel.web.lamps import Lamp
from workflows.catalogue.queries import departments
from workflows.procedures import queries
from workflows.procedures.forms import LedgerFilter
from workflows.procedures.ledger import rows, rows_in_turn
from workflows.procedures.models import Procedure
from workflows.procedures.pieces import HEADS, head
from workflows.procedures.sheets import ledger_workbook

PAGE = 50


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def ledger(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    form, found, narrowed = _filtered(request, today)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "procedures/ledger.html",
        {
            "title": "审批台账",
            "form": form,
            "page": page,
            "rows": rows(page.object_list, today),
            "chips": _chips(request, narrowed, today),
            "headings": _headings(request),
            "show_project": True,
            "export_url": f"{reverse('procedures:export')}?{request.GET.urlencode()}",
            "filtered": bool(request.GET),
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def export(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    _, found, _ = _filtered(request, today)
    lines = rows_in_turn(found.iterator(chunk_size=1000), today)
    content = ledger_workbook(f"{request.tenant.name}审批台账", lines, as_of=today)
    return attachment(content, f"审批台账-{today:%Y%m%d}.xlsx")


# Inside ------------------------------------------------------------------------------------------


def _filtered(
    request: SignedInRequest, today: date
) -> tuple[LedgerFilter, QuerySet[Procedure], QuerySet[Procedure]]:
    """The form, what it asks for, and the same under any lamp (for the counts)."""
    own = request.membership.department_code
    names = departments()
    present = (
        Procedure.objects.order_by("matter_code")
        .values_list("matter_code", "short_name")
        .distinct("matter_code")
    )
    form = LedgerFilter(
        request.GET or None,
        departments=[(d.code, d.short_name) for d in names.values()],
        matters=[(code, f"{code} {name}") for code, name in present],
        own=bool(own),
    )
    chosen = form.cleaned_data if form.is_valid() else {}
    found = queries.ledger()
    if own and chosen.get("scope") != "all":
        found = found.filter(department_code=own)
    if words := chosen.get("q"):
        found = found.filter(
            Q(project__name__icontains=words)
            | Q(project__number__icontains=words)
            | Q(number__icontains=words)
            | Q(name__icontains=words)
        )
    for field, column in (
        ("state", "state"),
        ("ball", "ball"),
        ("department", "department_code"),
        ("stage", "stage"),
        ("matter", "matter_code"),
    ):
        if value := chosen.get(field):
            found = found.filter(**{column: value})
    if chosen.get("soon"):
        until = work_calendar().add(today, queries.DUE_SOON_DAYS)
        found = found.filter(queries.due_soon(today, until))
    narrowed = found
    if lamp := chosen.get("lamp"):
        found = found.filter(queries.under_lamp(lamp, today))
    return form, found.order_by(*_order(chosen.get("sort") or "red")), narrowed


def _order(sort: str) -> list[Any]:
    backwards = sort.startswith("-")
    first, *rest = queries.SORTS[sort.lstrip("-")]
    column = F(first)
    head = column.desc(nulls_last=True) if backwards else column.asc(nulls_last=True)
    # What is decided has no lamp to turn: it stands last, newest first.
    ties = ["-decided_on"] if first == "red_on" else []
    return [head, *rest, *ties, "project__number", "order"]


def _chips(
    request: SignedInRequest, found: QuerySet[Procedure], today: date
) -> list[dict[str, Any]]:
    counts = found.order_by().aggregate(
        **{lamp.value: Count("pk", filter=queries.under_lamp(lamp, today)) for lamp in Lamp}
    )
    chosen = request.GET.get("lamp", "")
    chips = [{"label": "全部", "count": sum(counts.values()), "lamp": ""}]
    chips += [
        {"label": lamp.word, "count": counts[lamp.value], "lamp": lamp.value}
        for lamp in (Lamp.RED, Lamp.YELLOW, Lamp.GREEN, Lamp.PAUSED, Lamp.NONE, Lamp.DONE)
        if counts[lamp.value] or chosen == lamp.value
    ]
    for chip in chips:
        chip["url"] = _address(request, lamp=chip["lamp"])
        chip["current"] = chip["lamp"] == chosen
    return chips


def _headings(request: SignedInRequest) -> list[dict[str, str]]:
    """Column heads of the list with their sort links."""
    sort = request.GET.get("sort") or "red"
    heads = []
    for label, key in HEADS:
        current = key and sort.lstrip("-") == key
        direction = "descending" if sort.startswith("-") else "ascending"
        turned = f"-{key}" if current and not sort.startswith("-") else key
        heads.append(
            head(label)
            | {
                "url": _address(request, sort=turned) if key else "",
                "sorted": direction if current else "",
            }
        )
    return heads


def _address(request: SignedInRequest, **changes: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for key, value in changes.items():
        if value:
            query[key] = value
        else:
            query.pop(key, None)
    return f"?{query.urlencode()}"
