"""Pages of the approval ledger: the list, one procedure, how its dates come about, its moves."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from kernel.authority.permissions import Permission
from kernel.calendars.queries import work_calendar
from kernel.clock import Kind
from kernel.plan import Strength
from kernel.trail import record_refusal
from kernel.trail.models import Outcome, TrailEntry
from kernel.web.downloads import attachment
from kernel.web.http import SignedInRequest, actor_of, requires
from kernel.web.lamps import Lamp
from kernel.web.parts import Event
from workflows.catalogue.queries import departments
from workflows.procedures import queries
from workflows.procedures.actions import make_move
from workflows.procedures.clocks import LedgerLine, open_stops, standing, this_round
from workflows.procedures.forms import LedgerFilter, MoveForm
from workflows.procedures.ledger import rows
from workflows.procedures.lifecycle import FINISHED, MOVES, Move, MoveRefused, State, open_moves
from workflows.procedures.live import Live, live_of, neighbours
from workflows.procedures.models import Procedure
from workflows.procedures.pieces import HEADS, five_dates, reading_tables
from workflows.procedures.sheets import ledger_workbook

PAGE = 50
#: After silence has accepted, what was done on paper in time may still be written down.
LATE_ENTRIES = ("notify", "accept")


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
    content = ledger_workbook(f"{request.tenant.name}审批台账", rows(found, today), as_of=today)
    return attachment(content, f"审批台账-{today:%Y%m%d}.xlsx")


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def detail(request: SignedInRequest, number: str) -> HttpResponse:
    procedure = _get(number)
    today = timezone.localdate()
    live = live_of(procedure.project, today)
    row = live.row(number)
    reach = _reach(request, today)
    mine = reach is None or procedure.department_code in reach
    moves = _open(live, number) if mine else []
    before, after = neighbours(live.book, row.procedure)
    return render(
        request,
        "procedures/detail.html",
        {
            "title": row.procedure.name,
            "crumbs": _crumbs(procedure),
            "row": row,
            "calendar": live.calendar,
            "procedure": row.procedure,
            "project": procedure.project,
            "facts": five_dates(row),
            "moves": [(m, _form(m, live, number, today)) for m in moves],
            "may_move": Permission.PROCEDURES_MOVE in request.permissions,
            "mine": mine,
            "tables": reading_tables(row),
            "before": before,
            "after": after,
            "waiting": _waiting(live, row.procedure, Strength.HARD),
            "lines": live.book.lines.get(number, []),
            "round_starts": _round_starts(live.book.lines.get(number, [])),
            "events": _events(number),
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def dates(request: SignedInRequest, number: str) -> HttpResponse:
    """这个日期怎么算的: each of the five dates derived line by line."""
    procedure = _get(number)
    live = live_of(procedure.project, timezone.localdate())
    row = live.row(number)
    before, after = neighbours(live.book, row.procedure)
    return render(
        request,
        "procedures/dates.html",
        {
            "title": f"{row.procedure.name}：这个日期怎么算的",
            "crumbs": [
                *_crumbs(procedure)[:-1],
                (number, reverse("procedures:detail", args=[number])),
                ("日期怎么算的", ""),
            ],
            "row": row,
            "calendar": live.calendar,
            "procedure": row.procedure,
            "project": procedure.project,
            "facts": five_dates(row),
            "tables": reading_tables(row),
            "before": before,
            "after": after,
            "slot": live.plan.slot(row.procedure.matter_code),
            "plan_limit": row.terms.planned,
            "now": timezone.now(),
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.PROCEDURES_MOVE)
def move(request: SignedInRequest, number: str, name: str) -> HttpResponse:
    procedure = _get(number)
    chosen = next((m for m in MOVES if m.name == name), None)
    if chosen is None:
        raise Http404
    today = timezone.localdate()
    live = live_of(procedure.project, today)
    form = _form(chosen, live, number, today, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            if form.is_valid():
                make_move(
                    procedure_number=number,
                    name=name,
                    actor=actor_of(request),
                    reach=_reach(request, today),
                    **form.cleaned_data,
                )
                _tell(request, live, procedure, chosen)
                return redirect("procedures:detail", number)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        record_refusal(
            actor=actor_of(request),
            action=f"procedures.{name}",
            subject=number,
            summary="".join(str(words) for found in form.errors.values() for words in found),
        )
    row = live.row(number)
    return render(
        request,
        "procedures/move.html",
        {
            "title": f"{chosen.label}：{procedure.name}",
            "crumbs": [
                *_crumbs(procedure)[:-1],
                (number, reverse("procedures:detail", args=[number])),
                (chosen.label, ""),
            ],
            "row": row,
            "procedure": row.procedure,
            "project": procedure.project,
            "move": chosen,
            "form": form,
            "facts": five_dates(row),
            "waiting": _waiting(live, row.procedure, Strength.HARD),
        },
        status=422 if form.errors else 200,
    )


# Inside ------------------------------------------------------------------------------------------


def _get(number: str) -> Procedure:
    return get_object_or_404(Procedure.objects.select_related("project"), number=number)


def _reach(request: SignedInRequest, today: date) -> frozenset[str] | None:
    return queries.reach_of(request.membership, today)


def _crumbs(procedure: Procedure) -> list[tuple[str, str]]:
    project = procedure.project
    return [
        ("审批台账", reverse("procedures:list")),
        (project.name, reverse("projects:project", args=[project.number])),
        (procedure.number, ""),
    ]


def _open(live: Live, number: str) -> list[Move]:
    clocks = live.clocks[number]
    moves = list(open_moves(clocks.state))
    if clocks.deemed and clocks.state is State.ACCEPTED:
        moves += [m for m in open_moves(State.RECEIVED) if m.name in LATE_ENTRIES]
    terms = live.book.terms[number]
    hidden = set()
    if terms.extension_days is None:
        hidden.add("extend")
    if not terms.handed_up:
        hidden.add("hand_up")
    return [m for m in moves if m.name not in hidden]


def _form(move: Move, live: Live, number: str, today: date, data: Any = None) -> MoveForm:
    return MoveForm(
        data,
        move=move,
        terms=live.book.terms[number],
        version=live.book.procedure(number).version,
        today=today,
        open_stops=[line.reason for line in open_stops(_round(live, number))],
    )


def _round(live: Live, number: str) -> Sequence[LedgerLine]:
    return this_round(standing(live.book.lines.get(number, [])))


def _waiting(live: Live, procedure: Procedure, *strengths: Strength) -> list[Procedure]:
    if live.clocks[procedure.number].state in FINISHED:
        return []
    return [
        p
        for p in live.book.before(procedure, *strengths)
        if live.clocks[p.number].state not in FINISHED
    ]


def _tell(request: SignedInRequest, live: Live, procedure: Procedure, move: Move) -> None:
    messages.success(request, f"已登记“{move.label}”，各个日期已按台账重新读出。")
    if move.name == "accept" and (soft := _waiting(live, procedure, Strength.SOFT)):
        names = "、".join(p.short_name for p in soft)
        messages.warning(request, f"宜先办结而尚未办结：{names}。不影响受理，请留意。")


def _events(number: str) -> list[Event]:
    return [
        Event(
            what=entry.summary,
            at=entry.at,
            who=f"{entry.actor_name}{f'（{entry.actor_role}）' if entry.actor_role else ''}",
            detail="未办成" if entry.outcome == Outcome.REFUSED else "",
            tone="red" if entry.outcome == Outcome.REFUSED else "",
        )
        for entry in TrailEntry.objects.filter(subject=number).order_by("-number")[:50]
    ]


def _round_starts(lines: Iterable[Any]) -> set[int]:
    """Keys of the lines that open a second or later application."""
    receipts = [line.pk for line in lines if line.kind == Kind.RECEIVE]
    return set(receipts[1:])


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
            {
                "label": label,
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
