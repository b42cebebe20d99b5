"""The list of a year, its export, and moves of the whole list (清单、导出、整单办理)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from kombu.exceptions import OperationalError as BrokerDown

from kernel.authority.permissions import Permission
from kernel.refusal import Refused
from kernel.web.downloads import attachment
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.parts import Fact
from kernel.web.templatetags.lianshen import thousands, wan
from workflows.projects import batches, queries
from workflows.projects.facts import REGION_NAMES, industry_labels
from workflows.projects.forms import BatchForm, FilterForm
from workflows.projects.lifecycle import MOVES, State
from workflows.projects.models import Batch, Outcome
from workflows.projects.paper import list_bytes
from workflows.projects.tasks import work_through_batch

PAGE = 50
_BATCH_MOVES = {move.name: move for move in MOVES if move.name in {"send_for_comment", "confirm"}}


@require_safe
@requires(Permission.PROJECTS_VIEW)
def index(request: SignedInRequest) -> HttpResponse:
    known, year = _years(request)
    form = FilterForm(request.GET or None)
    chosen = form.chosen if form.is_bound else {}
    projects = queries.narrowed(queries.listed(year), chosen)
    page = Paginator(projects, PAGE).get_page(request.GET.get("page"))
    standings = queries.standings(p for p in page if p.state == State.COMMENTING)
    pictures = queries.pictures(
        (p for p in page if p.state == State.CONFIRMED), timezone.localdate()
    )
    tally = queries.tally(year)
    return render(
        request,
        "projects/index.html",
        {
            "title": f"{year}年度重点项目清单",
            "years": known,
            "year": year,
            "form": form,
            "page": page,
            "rows": [
                (
                    project,
                    REGION_NAMES.get(project.region_code, ""),
                    industry_labels().get(project.industry, ""),
                    standings.get(project.pk),
                    pictures.get(project.number),
                )
                for project in page
            ],
            "facts": _facts(tally, year),
            "tally": tally,
            "narrowed": bool(chosen),
            "sum_wan": queries.investment_wan(projects) if chosen else tally.investment_wan,
            "drafts": tally.of(State.DRAFT),
            "commenting": tally.of(State.COMMENTING),
            "open_batches": queries.open_batches(year),
            "query": request.GET.urlencode(),
            "as_of": timezone.localtime(),
        },
    )


@require_safe
@requires(Permission.PROJECTS_VIEW)
def export(request: SignedInRequest) -> HttpResponse:
    """Exactly what the list shows with the same address, all pages, as a list to import again."""
    _, year = _years(request)
    form = FilterForm(request.GET or None)
    chosen = form.chosen if form.is_bound else {}
    title = f"{request.tenant.name}{year}年度重点项目清单"
    projects = queries.narrowed(queries.listed(year), chosen).iterator(chunk_size=1000)
    content = list_bytes(projects, title=title, as_of=timezone.localdate())
    return attachment(content, f"{title}.xlsx")


@require_http_methods(["GET", "POST"])
@requires(Permission.PROJECTS_CHANGE)
def send_all(request: SignedInRequest, year: int) -> HttpResponse:
    return _whole_list(request, year, "send_for_comment")


@require_http_methods(["GET", "POST"])
@requires(Permission.PROJECTS_CONFIRM)
def confirm_all(request: SignedInRequest, year: int) -> HttpResponse:
    return _whole_list(request, year, "confirm")


def _whole_list(request: SignedInRequest, year: int, name: str) -> HttpResponse:
    """Show what the move takes along and what it leaves, then begin it."""
    move = _BATCH_MOVES[name]
    form = BatchForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            batch = batches.begin(
                move=name, year=year, on=form.cleaned_data["on"], actor=actor_of(request)
            )
        except Refused as refusal:
            refuse(request, refusal, action=f"projects.batch.{name}", subject=str(year))
            return redirect("projects:index")
        _work(request, batch)
        return redirect("projects:batch", batch.pk)
    candidates = queries.candidates(name, year)
    page = Paginator(candidates, PAGE).get_page(request.GET.get("page"))
    commenting = queries.listed(year).filter(state=State.COMMENTING)
    disputed = (
        list(commenting.filter(pk__in=queries.objected(commenting))) if name == "confirm" else []
    )
    standings = queries.standings(candidates) if name == "confirm" else {}
    return render(
        request,
        "projects/whole_list.html",
        {
            "title": f"整单{move.label}",
            "move": move,
            "year": year,
            "form": form,
            "page": page,
            "rows": [(project, standings.get(project.pk)) for project in page],
            "disputed": disputed,
            "unanswered": sum(bool(stands.outstanding) for stands in standings.values()),
            "crumbs": [("项目清单", list_url(year)), (f"整单{move.label}", "")],
        },
    )


@require_safe
@requires(Permission.PROJECTS_VIEW)
def batch(request: SignedInRequest, pk: int) -> HttpResponse:
    """A move of the whole list: how far it is and what could not be done. Polls itself."""
    batch = get_object_or_404(Batch, pk=pk)
    context = {
        "batch": batch,
        "move": _BATCH_MOVES[batch.move],
        "progress": queries.progress(batch),
    }
    if request.htmx:
        if batch.finished_at:  # the whole page has more to say then
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "projects/batch_progress.html", context)
    refused = batch.items.filter(outcome=Outcome.REFUSED).select_related("project").order_by("pk")
    return render(
        request,
        "projects/batch.html",
        context
        | {
            "title": f"{batch.year}年清单整单{_BATCH_MOVES[batch.move].label}",
            "refused": refused,
            "crumbs": [("项目清单", list_url(batch.year)), ("整单办理", "")],
        },
    )


@require_POST
@requires(Permission.PROJECTS_CHANGE)
def resume(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take up a batch whose worker went away; harmless when it did not."""
    batch = get_object_or_404(Batch, pk=pk)
    if batch.finished_at is None:
        _work(request, batch)
    return redirect("projects:batch", pk)


def _work(request: SignedInRequest, batch: Batch) -> None:
    if queries.progress(batch).total <= batches.AT_ONCE:
        batches.work_through(batch)
        return
    try:
        work_through_batch.delay(batch.pk)
    except BrokerDown:
        messages.warning(request, "后台队列暂时连不上，项目都还在等待；请稍后点“继续办理”。")


def _years(request: SignedInRequest) -> tuple[list[int], int]:
    """The years that have projects, and the one asked for: the newest when none is named."""
    known = queries.years()
    asked = request.GET.get("year", "")
    if asked and not (asked.isascii() and asked.isdecimal() and len(asked) == 4):
        raise Http404
    year = int(asked) if asked else (known[0] if known else timezone.localdate().year + 1)
    return sorted({*known, year}, reverse=True), year


def _facts(tally: queries.Tally, year: int) -> list[Fact]:
    def state(of: State, note: str = "", tone: str = "") -> Fact:
        url = f"{list_url(year)}&state={of.value}" if tally.of(of) else ""
        return Fact(str(of.label), thousands(tally.of(of)), note, tone, url)

    return [
        Fact("项目", thousands(tally.total), "个"),
        Fact("总投资", wan(tally.investment_wan)),
        state(State.DRAFT),
        state(State.COMMENTING),
        state(State.CONFIRMED, f"投资 {wan(tally.confirmed_wan)}"),
        state(State.REMOVED),
    ]


def list_url(year: int) -> str:
    return f"{reverse('projects:index')}?year={year}"
