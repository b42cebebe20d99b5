"""Pages for filing with the city and for answering."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.papers.paper import Paper
from kernel.refusal import Refused
from kernel.trail.queries import events, of
from kernel.web.downloads import paper_file, workbook
from kernel.web.http import SignedInRequest, actor_of, calendar_of, refuse, requires
from kernel.web.parts import Event
from kernel.web.xlsx import Column
from tenants.registry.freezing import digest_of
from tenants.registry.models import Filing, FilingKind, FilingState
from workflows.filings import actions, documents, queries
from workflows.filings.forms import FilingFilter, ReturnForm, SendForm

TONES = {
    FilingState.SENT: "blue",
    FilingState.ACKNOWLEDGED: "green",
    FilingState.RETURNED: "red",
    FilingState.SUPERSEDED: "",
}
HEAVY = ("snapshot", "letter")  # what a list has no use for
COLUMNS = (
    Column("报备号", 24), Column("报送单位", 22), Column("类别", 14), Column("年度", 8),
    Column("状态", 12), Column("报送时间", 18), Column("报送人", 12), Column("办理时间", 18),
    Column("回执号或退回理由", 40), Column("摘要值", 70),
)  # fmt: skip


@require_safe
@requires(Permission.FILINGS_VIEW)
def register(request: SignedInRequest) -> HttpResponse:
    """Below the city what was sent, in the city what was received."""
    in_city = request.tenant.is_city
    filings = queries.received(request.tenant) if in_city else queries.sent(request.tenant)
    filings = filings.defer(
        *(f"{which}{heavy}" for which in ("", "supersedes__", "superseded_by__") for heavy in HEAVY)
    )
    senders = dict(filings.order_by("sender").values_list("sender", "sender_name").distinct())
    form = FilingFilter(request.GET or None, senders=senders if in_city else {})
    filings = queries.narrowed(filings, form.chosen())
    if request.GET.get("export"):
        return workbook(
            "报备",
            COLUMNS,
            map(_exported, filings.iterator(chunk_size=1000)),
            as_of=timezone.localdate(),
        )
    waiting = _waiting(request) if in_city else []
    return render(
        request,
        "filings/list.html",
        {
            "title": "报备",
            "in_city": in_city,
            "may_send": Permission.FILINGS_SEND in request.permissions,
            "kinds": FilingKind,
            "form": form,
            "page": Paginator(filings, 50).get_page(request.GET.get("page")),
            "tones": TONES,
            "waiting": len(waiting),
            "late": sum(line.late for line in waiting),
        },
    )


def _waiting(request: SignedInRequest) -> list[queries.Waiting]:
    return queries.waiting(request.tenant, timezone.localdate(), calendar_of(request))


def _exported(filing: Filing) -> list[str | int]:
    def said(moment: object) -> str:
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""  # type: ignore[arg-type]

    return [
        filing.number, filing.sender_name, filing.get_kind_display(), filing.year,
        filing.get_state_display(), said(filing.sent_at), filing.sent_by, said(filing.handled_at),
        filing.receipt_number or filing.return_reason, filing.digest,
    ]  # fmt: skip


@require_safe
@requires(Permission.FILINGS_RECEIVE)
def inbox(request: SignedInRequest) -> HttpResponse:
    waiting = _waiting(request)
    return render(
        request,
        "filings/inbox.html",
        {
            "title": "报备收件",
            "page": Paginator(waiting, 50).get_page(request.GET.get("page")),
            "late": sum(line.late for line in waiting),
            "within": queries.ANSWER_WITHIN,
        },
    )


@require_safe
@requires(Permission.FILINGS_SEND)
def new(request: SignedInRequest, kind: str) -> HttpResponse:
    """Exactly what would be sent, beside the city's model and the filing before."""
    if kind not in FilingKind.values:
        raise Http404
    today = timezone.localdate()
    years = queries.years_to_file(kind, today)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else years[0]
    snapshot = queries.draft(kind, year, today)
    previous = queries.last_sent(request.tenant, kind, year)
    digest = digest_of(
        documents.sealed(kind=kind, year=year, sender=request.tenant.schema_name, snapshot=snapshot)
    )
    unchanged = previous is not None and documents.same_content(previous.snapshot, snapshot)
    return render(
        request,
        "filings/new.html",
        {
            "title": f"报备{documents.of_year(kind, year)}",
            "what": documents.of_year(kind, year),
            "crumbs": [("报备", reverse("filings:list")), (FilingKind(kind).label, "")],
            "kind": FilingKind(kind),
            "year": year,
            "years": years,
            "receiver": request.tenant.lineage()[-1],
            "digest": digest,
            "form": SendForm(initial={"year": year, "digest": digest}),
            "previous": previous,
            "previous_tone": TONES[FilingState(previous.state)] if previous else "",
            "unchanged": unchanged,
            "empty": documents.is_empty(kind, snapshot),
            "changes": documents.changes(kind, previous.snapshot, snapshot) if previous else [],
            **_content(kind, snapshot),
        },
    )


def _content(kind: str, snapshot: documents.Snapshot) -> dict[str, object]:
    return {
        "figures": documents.figures(kind, snapshot),
        "sections": documents.sections(kind, snapshot),
        "has_model": kind == FilingKind.MECHANISM,
        "lacks": documents.lacks(kind, snapshot),
        "model": documents.model_figures(),
    }


@require_POST
@requires(Permission.FILINGS_SEND)
def send(request: SignedInRequest, kind: str) -> HttpResponse:
    form = SendForm(request.POST)
    if kind not in FilingKind.values or not form.is_valid():
        raise Http404
    year, today = form.cleaned_data["year"], timezone.localdate()
    if year not in queries.years_to_file(kind, today):
        raise Http404
    try:
        filing = actions.send(
            kind=kind,
            year=year,
            on=today,
            actor=actor_of(request),
            seen_digest=form.cleaned_data["digest"],
        )
    except Refused as refusal:
        refuse(request, refusal, action="filings.send", subject=documents.of_year(kind, year))
        return redirect("filings:new", kind=kind)
    messages.success(request, f"已报送，编号{filing.number}。市级办理后这里会出现回执。")
    return redirect("filings:detail", pk=filing.pk)


@require_safe
@requires(Permission.FILINGS_VIEW)
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _detail(request, pk, ReturnForm())


@require_safe
@requires(Permission.FILINGS_VIEW)
def letter(request: SignedInRequest, pk: int, form: str) -> HttpResponse:
    """The letter as its sender wrote it; filings from before there were letters have none."""
    filing = get_object_or_404(Filing, pk=pk)
    if filing.letter is None:
        raise Http404
    return paper_file(Paper.read(filing.letter), form, f"{filing.title}报备函")


def _detail(request: SignedInRequest, pk: int, form: ReturnForm) -> HttpResponse:
    filing = get_object_or_404(Filing.objects.select_related("supersedes", "superseded_by"), pk=pk)
    received = filing.receiver == request.tenant.schema_name
    before = filing.supersedes
    return render(
        request,
        "filings/detail.html",
        {
            "title": filing.title,
            "crumbs": [("报备", reverse("filings:list")), (filing.number, "")],
            "filing": filing,
            "tone": TONES[FilingState(filing.state)],
            "received": received,
            "holds": queries.digest_holds(filing),
            "deadline": queries.with_deadlines(
                [filing], timezone.localdate(), calendar_of(request)
            )[0],
            "may_answer": received
            and filing.state == FilingState.SENT
            and Permission.FILINGS_RECEIVE in request.permissions,
            "may_resend": Permission.FILINGS_SEND in request.permissions
            and filing.state == FilingState.RETURNED,
            "form": form,
            "before": before,
            "changes": documents.changes(filing.kind, before.snapshot, filing.snapshot)
            if before
            else [],
            "history": _history(filing),
            "own_trail": events(of(filing.number)[:20]),
            **_content(filing.kind, filing.snapshot),
        },
        status=400 if form.errors else 200,
    )


def _history(filing: Filing) -> list[Event]:
    lines = [Event("报送", filing.sent_at, f"{filing.sender_name} {filing.sent_by}", filing.number)]
    if filing.handled_at:
        who = f"{filing.receiver_name} {filing.handled_by}"
        if filing.receipt_number:
            lines.append(Event("备案", filing.handled_at, who, filing.receipt_number))
        else:
            lines.append(Event("退回", filing.handled_at, who, filing.return_reason, "red"))
    if filing.state == FilingState.SUPERSEDED:
        newer = filing.superseded_by
        lines.append(Event("被替代", newer.sent_at, newer.sender_name, newer.number, "yellow"))
    return lines[::-1]


@require_POST
@requires(Permission.FILINGS_RECEIVE)
def acknowledge(request: SignedInRequest, pk: int) -> HttpResponse:
    filing = get_object_or_404(Filing, pk=pk, receiver=request.tenant.schema_name)
    try:
        filing = actions.acknowledge(pk=pk, on=timezone.localdate(), actor=actor_of(request))
    except actions.FilingRefused as refusal:
        refuse(request, refusal, action="filings.acknowledge", subject=filing.number)
    else:
        messages.success(request, f"已备案，回执号{filing.receipt_number}。")
    return redirect("filings:detail", pk=pk)


@require_POST
@requires(Permission.FILINGS_RECEIVE)
def return_(request: SignedInRequest, pk: int) -> HttpResponse:
    filing = get_object_or_404(Filing, pk=pk, receiver=request.tenant.schema_name)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _detail(request, pk, form)
    try:
        actions.return_(pk=pk, reason=form.cleaned_data["reason"], actor=actor_of(request))
    except actions.FilingRefused as refusal:
        refuse(request, refusal, action="filings.return", subject=filing.number)
    else:
        messages.success(request, "已退回，报送单位会看到理由。")
    return redirect("filings:detail", pk=pk)
