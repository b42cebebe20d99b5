"""One procedure: its ledger, how its dates come about, its moves and their corrections."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from kernel.authority.permissions import Permission
from kernel.clock import Kind
from kernel.once.sending import once
from kernel.plan import Strength
from kernel.trail import record_refusal
from kernel.trail.models import Outcome, TrailEntry
from kernel.web.http import READABLE, SignedInRequest, actor_of, requires
from kernel.web.parts import Event
from workflows.procedures import beside, queries
from workflows.procedures.actions import make_move
from workflows.procedures.clocks import LedgerLine, open_stops, standing, this_round
from workflows.procedures.corrections import correct, move_of
from workflows.procedures.explaining import as_json, explained, why_lit
from workflows.procedures.forms import CorrectionForm, KnownForm, MoveForm
from workflows.procedures.lifecycle import FINISHED, MOVES, Move, MoveRefused, State
from workflows.procedures.live import Live, live_of, neighbours
from workflows.procedures.models import Procedure
from workflows.procedures.pieces import five_dates

#: After silence has accepted, what was done on paper in time may still be written down.
LATE_ENTRIES = ("notify", "accept")


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
            "explained": explained(live, row)[:2],
            "why": why_lit(live, row),
            "before": before,
            "after": after,
            "waiting": _waiting(live, row.procedure, Strength.HARD),
            "lines": _told(live, number),
            "round_starts": _round_starts(standing(live.book.lines.get(number, []))),
            "events": _events(number),
            "panels": beside.rendered(request, row.procedure),
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def dates(request: SignedInRequest, number: str) -> HttpResponse:
    """这个日期怎么算的: each date derived line by line, today or as it was known at a moment."""
    procedure = _get(number)
    form = KnownForm(request.GET or None)
    live = live_of(procedure.project, timezone.localdate(), _known(form))
    row = live.row(number)
    return render(
        request,
        "procedures/dates.html",
        {
            "title": f"{row.procedure.name}：这个日期怎么算的",
            "crumbs": _crumbs(procedure, "日期怎么算的"),
            "row": row,
            "procedure": row.procedure,
            "project": procedure.project,
            "facts": five_dates(row),
            "explained": explained(live, row),
            "form": form,
            "known_at": live.book.known_at,
            "json_url": f"{reverse('procedures:dates_json', args=[number])}?{request.GET.urlencode()}",
            "now": timezone.now(),
        },
        status=400 if form.errors else 200,
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def dates_json(request: SignedInRequest, number: str) -> HttpResponse:
    """The same for another system."""
    procedure = _get(number)
    form = KnownForm(request.GET or None)
    if form.errors:
        return JsonResponse({"error": _faults(form)}, status=400, json_dumps_params=READABLE)
    live = live_of(procedure.project, timezone.localdate(), _known(form))
    return JsonResponse(as_json(live, live.row(number)), json_dumps_params=READABLE)


@require_http_methods(["GET", "POST"])
@requires(Permission.PROCEDURES_MOVE)
@once
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
            summary=_faults(form),
        )
    row = live.row(number)
    return render(
        request,
        "procedures/move.html",
        {
            "title": f"{chosen.label}：{procedure.name}",
            "crumbs": _crumbs(procedure, chosen.label),
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


@require_http_methods(["GET", "POST"])
@requires(Permission.PROCEDURES_MOVE)
def correct_entry(request: SignedInRequest, number: str, entry: int) -> HttpResponse:
    """更正: a line of the ledger put right, or the last one taken back."""
    procedure = _get(number)
    today = timezone.localdate()
    live = live_of(procedure.project, today)
    stands: list[Any] = list(standing(live.book.lines.get(number, [])))
    line = next((line for line in stands if line.pk == entry), None)
    if line is None:
        raise Http404
    move = move_of(line)
    form = CorrectionForm(
        request.POST if request.method == "POST" else None,
        line=line,
        last=line is stands[-1],
        move=move,
        terms=live.book.terms[number],
        version=live.book.procedure(number).version,
        today=today,
    )
    if request.method == "POST":
        try:
            if form.is_valid():
                correct(
                    procedure_number=number,
                    entry_id=entry,
                    actor=actor_of(request),
                    reach=_reach(request, today),
                    **form.cleaned_data,
                )
                messages.success(request, "已更正，原记录保留，各个日期已按台账重新读出。")
                return redirect("procedures:detail", number)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        record_refusal(
            actor=actor_of(request),
            action="procedures.correct",
            subject=number,
            summary=_faults(form),
        )
    row = live.row(number)
    return render(
        request,
        "procedures/correct.html",
        {
            "title": f"更正“{line.label}”：{procedure.name}",
            "crumbs": _crumbs(procedure, "更正"),
            "row": row,
            "procedure": row.procedure,
            "project": procedure.project,
            "line": line,
            "form": form,
            "facts": five_dates(row),
        },
        status=422 if form.errors else 200,
    )


# Inside ------------------------------------------------------------------------------------------


def _get(number: str) -> Procedure:
    return get_object_or_404(Procedure.objects.select_related("project"), number=number)


def _reach(request: SignedInRequest, today: date) -> frozenset[str] | None:
    return queries.reach_of(request.membership, today)


def _crumbs(procedure: Procedure, page: str = "") -> list[tuple[str, str]]:
    project, number = procedure.project, procedure.number
    here = [(number, reverse("procedures:detail", args=[number])), (page, "")]
    return [
        ("审批台账", reverse("procedures:list")),
        (project.name, reverse("projects:project", args=[project.number])),
        *(here if page else [(number, "")]),
    ]


def _faults(form: forms.Form) -> str:
    return "".join(str(words) for found in form.errors.values() for words in found)


def _known(form: KnownForm) -> datetime | None:
    return form.cleaned_data.get("known") if form.is_valid() else None


def _open(live: Live, number: str) -> list[Move]:
    clocks = live.clocks[number]
    moves = list(MOVES.open(clocks.state))
    if clocks.deemed and clocks.state is State.ACCEPTED:
        moves += [m for m in MOVES.open(State.RECEIVED) if m.name in LATE_ENTRIES]
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
    receipts = [line.pk for line in lines if line.kind in (Kind.RECEIVE, Kind.REDO)]
    return set(receipts[1:])


def _told(live: Live, number: str) -> list[tuple[Any, bool]]:
    """Every line ever written, by event, and whether it still stands."""
    lines: list[Any] = list(live.book.lines.get(number, []))
    stands = {line.pk for line in standing(lines)}
    roots: dict[int, int] = {}
    for line in lines:
        roots[line.pk] = roots[line.corrects_id] if line.corrects_id else line.pk
    return [(line, line.pk in stands) for line in sorted(lines, key=lambda x: (roots[x.pk], x.pk))]
