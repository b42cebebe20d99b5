"""Pages for filing with the city or with one's own office, and for answering."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.once.sending import once
from kernel.papers.paper import Paper
from kernel.refusal import Refused
from kernel.trail.queries import events, of
from kernel.web.downloads import paper_file, private_file, workbook
from kernel.web.http import SignedInRequest, actor_of, calendar_of, refuse, requires
from kernel.web.parts import Event
from kernel.web.xlsx import Column, Value
from tenants.registry.freezing import digest_of
from tenants.registry.models import Filing, FilingFile, FilingKind, FilingState
from workflows.filings import actions, duties, queries
from workflows.filings.contents import CONTENTS, OF_THE_OFFICE
from workflows.filings.contents.base import Content, Snapshot, Term, Written, same_content
from workflows.filings.forms import CalendarFilter, FilingFilter, ReturnForm, SendForm
from workflows.filings.models import Draft

TONES = {
    FilingState.SENT: "blue",
    FilingState.ACKNOWLEDGED: "green",
    FilingState.RETURNED: "red",
    FilingState.SUPERSEDED: "",
}
TENANTS_A_PAGE = 30
COLUMNS = (
    Column("报备号", 24), Column("报送单位", 22), Column("报送部门", 22), Column("接收单位", 22),
    Column("类别", 14), Column("内容", 40), Column("年度", 8), Column("状态", 12),
    Column("报送时间", 18), Column("报送人", 12), Column("办理时间", 18), Column("办理人", 12),
    Column("回执号或退回理由", 40), Column("摘要值", 70),
)  # fmt: skip
DUTIES = (
    Column("单位", 22), Column("报备内容", 30), Column("期限", 14), Column("报备号", 26),
    Column("报送日期", 14), Column("状态", 12), Column("逾期工作日", 12),
)  # fmt: skip


# The register -------------------------------------------------------------------------------------


@require_safe
@requires(Permission.FILINGS_VIEW)
def register(request: SignedInRequest) -> HttpResponse:
    """What was sent and received (收发登记)."""
    filings = queries.filings_for(request)
    filings = filings.defer(
        *(
            f"{which}{heavy}"
            for which in ("", "supersedes__", "superseded_by__")
            for heavy in queries.HEAVY
        )
    )
    form = FilingFilter(request.GET or None, tenant=request.tenant)
    filings = queries.narrowed(filings, form.chosen(), request.tenant)
    if request.GET.get("export"):
        return workbook(
            "报备收发登记",
            COLUMNS,
            map(_exported, filings.iterator(chunk_size=1000)),
            as_of=timezone.localdate(),
        )
    may, today = request.permissions, timezone.localdate()
    receives = Permission.FILINGS_RECEIVE in may
    waiting = _waiting(request) if receives else []
    return render(
        request,
        "filings/list.html",
        {
            "title": "报备",
            "offices": Permission.FILINGS_SEND in may,
            "departments": Permission.FILINGS_MEASURES in may,
            "kinds": [CONTENTS[kind].kind for kind in OF_THE_OFFICE],
            "form": form,
            "page": Paginator(filings, 50).get_page(request.GET.get("page")),
            "own": request.tenant.schema_name,
            "waiting": len(waiting),
            "late": sum(line.late for line in waiting),
            "duties": duties.near(
                request.tenant, today, calendar_of(request), duties.filed(today, [request.tenant])
            )
            if Permission.FILINGS_SEND in may
            else [],
        },
    )


def _waiting(request: SignedInRequest) -> list[queries.Waiting]:
    return queries.waiting(request.tenant, timezone.localdate(), calendar_of(request))


def _exported(filing: Filing) -> list[str | int]:
    def said(moment: object) -> str:
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""  # type: ignore[arg-type]

    return [
        filing.number, filing.sender_name, filing.unit_name, filing.receiver_name,
        filing.get_kind_display(), filing.title, filing.year, filing.get_state_display(),
        said(filing.sent_at), filing.sent_by, said(filing.handled_at), filing.handled_by,
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
@requires(Permission.PAPERS_VIEW)
def calendar(request: SignedInRequest) -> HttpResponse:
    """By when is filed what, and who is late: of every tenant for the city, of one's own elsewhere."""
    today, work = timezone.localdate(), calendar_of(request)
    form = CalendarFilter(request.GET or None) if request.tenant.is_city else None
    chosen = form.chosen() if form else {}
    tenants = queries.filing_tenants(request.tenant, chosen.get("q", ""))
    exported, lates = "export" in request.GET, bool(chosen.get("late"))
    page: Page[Any] = Paginator(tenants, TENANTS_A_PAGE).get_page(request.GET.get("page"))
    # Who is late is known when everybody has been looked at.
    shown = list(tenants if exported or lates else page)
    found = duties.filed(today, shown)
    rows = [(tenant, duties.duties_of(tenant, today, work, found)) for tenant in shown]
    if lates:
        rows = [(tenant, owed) for tenant, owed in rows if any(map(_is_open_late, owed))]
    if exported:
        lines = (_duty_line(tenant.name, duty) for tenant, owed in rows for duty in owed)
        return workbook("报备日历", DUTIES, lines, as_of=today)
    if lates:
        page = Paginator(rows, TENANTS_A_PAGE).get_page(request.GET.get("page"))
        rows = list(page)
    heads = _heads(rows)
    return render(
        request,
        "filings/calendar.html",
        {
            "title": "报备日历",
            "crumbs": [("报备", reverse("filings:list")), ("报备日历", "")],
            "form": form,
            "page": page,
            "heads": [words for _, words in heads],
            "rows": [
                (tenant, [(words, _at(owed, key)) for key, words in heads]) for tenant, owed in rows
            ],
            "late": [
                (tenant, duty) for tenant, owed in rows for duty in owed if _is_open_late(duty)
            ],
            "own": request.tenant,
            "rule": duties,
        },
    )


def _is_open_late(duty: duties.Duty) -> bool:
    return bool(duty.late_days and duty.open)


def _heads(rows: list[tuple[Any, list[duties.Duty]]]) -> list[tuple[tuple[str, Any], str]]:
    """The columns: a mechanism is one, whatever the year it was set up in."""
    found: dict[tuple[str, Any], str] = {}
    for _, owed in rows:
        for duty in owed:
            found.setdefault(_column(duty), _named(duty))
    order = list(CONTENTS)
    return sorted(found.items(), key=lambda head: (order.index(head[0][0]), str(head[0][1])))


def _column(duty: duties.Duty) -> tuple[str, Any]:
    return duty.kind, "" if duty.kind == FilingKind.MECHANISM else (
        duty.term.year,
        duty.term.period,
    )


def _named(duty: duties.Duty) -> str:
    return FilingKind(duty.kind).label if duty.kind == FilingKind.MECHANISM else duty.words


def _at(owed: list[duties.Duty], key: tuple[str, Any]) -> duties.Duty | None:
    return next((duty for duty in owed if _column(duty) == key), None)


def _duty_line(name: str, duty: duties.Duty) -> list[Value]:
    filing = duty.filing
    return [
        name,
        duty.words,
        duty.due_on,
        filing.number if filing else "",
        timezone.localtime(filing.sent_at).date() if filing else None,
        filing.get_state_display() if filing else "未报",
        duty.late_days or None,
    ]


# Filing -------------------------------------------------------------------------------------------


@require_safe
@requires(Permission.FILINGS_SEND)
def new(request: SignedInRequest, kind: str) -> HttpResponse:
    """Exactly what would be sent, beside the city's model and the filing before."""
    content = _of_the_office(kind)
    terms = queries.terms_to_file(kind, timezone.localdate())
    asked = (request.GET.get("year", ""), request.GET.get("period", ""))
    term = next((one for one in terms if (str(one.year), one.period) == asked), terms[0])
    draft = queries.draft_for(kind, term) if content.form else None
    return _new(request, content, term, draft, terms=terms)


def _of_the_office(kind: str) -> Content:
    if kind not in OF_THE_OFFICE:
        raise Http404
    return CONTENTS[kind]


def _term(request: SignedInRequest, kind: str) -> Term:
    """The term that is posted, if it is one of those offered; else 404."""
    given = (request.POST.get("year", ""), request.POST.get("period", ""))
    for term in queries.terms_to_file(kind, timezone.localdate()):
        if (str(term.year), term.period) == given:
            return term
    raise Http404


def _new(
    request: SignedInRequest,
    content: Content,
    term: Term,
    draft: Draft | None,
    *,
    terms: list[Term] | None = None,
    form: Written | None = None,
) -> HttpResponse:
    """The page on which something is written, compared with the model and the one before, and sent."""
    today, tenant, kind = timezone.localdate(), request.tenant, content.kind.value
    unit = draft.unit_code if draft else ""
    snapshot = queries.preview(kind, term, today, draft)
    previous = queries.last_sent(tenant, kind, term, unit)
    digest = digest_of(
        queries.sealed(
            kind=kind, term=term, unit_code=unit, sender=tenant.schema_name, snapshot=snapshot
        )
    )
    if content.form and form is None:
        form = content.form(initial=(draft.given | {"version": draft.version}) if draft else None)
    receiver = tenant if kind == FilingKind.MEASURE else tenant.lineage()[-1]
    what = content.words(term)
    return render(
        request,
        "filings/new.html",
        {
            "title": f"报备{what}",
            "what": what,
            "crumbs": [("报备", reverse("filings:list")), (content.kind.label, "")],
            "kind": content.kind,
            "term": term,
            "terms": [(one, content.words(one)) for one in terms or ()],
            "receiver": receiver,
            "digest": digest,
            "form": form,
            "draft": draft,
            "files": queries.files_of(draft) if draft else [],
            "send_form": SendForm(
                initial={"year": term.year, "period": term.period, "digest": digest}
            ),
            "send_url": reverse("filings:send_measure", args=[draft.pk])
            if draft and kind == FilingKind.MEASURE
            else reverse("filings:send", args=[kind]),
            "previous": previous,
            "before": previous,
            "unchanged": previous is not None and same_content(previous.snapshot, snapshot),
            "empty": content.is_empty(snapshot),
            "made_at": content.made_at,
            "changes": content.changes(previous.snapshot, snapshot) if previous else [],
            **_content(content, snapshot),
        },
        status=422 if form is not None and form.errors else 200,
    )


def _content(content: Content, snapshot: Snapshot) -> dict[str, object]:
    return {
        "figures": content.figures(snapshot),
        "texts": content.texts(snapshot),
        "sections": content.sections(snapshot),
        "lacks": content.lacks(snapshot),
        "model": content.model,
    }


@require_POST
@requires(Permission.FILINGS_SEND)
@once
def write(request: SignedInRequest, kind: str) -> HttpResponse:
    """Keep the words of what the office files."""
    content = _of_the_office(kind)
    if content.form is None:
        raise Http404
    term = _term(request, kind)
    draft = queries.draft_for(kind, term)
    form = content.form(request.POST, request.FILES)
    if form.is_valid() and (kept := _write(request, content, term, draft, form)):
        messages.success(request, "已保存，报送之前随时可改。")
        return redirect(_new_url(kept))
    terms = queries.terms_to_file(kind, timezone.localdate())
    return _new(request, content, term, draft, terms=terms, form=form)


def _new_url(draft: Draft) -> str:
    return f"{reverse('filings:new', args=[draft.kind])}?{Term(draft.year, draft.period).query}"


def _write(
    request: SignedInRequest,
    content: Content,
    term: Term,
    draft: Draft | None,
    form: Written,
    unit_code: str = "",
) -> Draft | None:
    """The draft as it is kept now; None with the reason on the form."""
    try:
        return actions.write(
            kind=content.kind.value,
            term=term,
            pk=draft.pk if draft else None,
            version=form.cleaned_data["version"] or 0,
            unit_code=unit_code,
            given=form.given,
            files=form.cleaned_data["attachments"],
            left_out=request.POST.getlist("left_out"),
            at=timezone.now(),
            actor=actor_of(request),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        refuse(request, refusal, action="filings.write", subject=content.words(term))
    return None


@require_POST
@requires(Permission.FILINGS_SEND)
@once
def send(request: SignedInRequest, kind: str) -> HttpResponse:
    content, term = _of_the_office(kind), _term(request, kind)
    return _send(request, content, term, f"{reverse('filings:new', args=[kind])}")


def _send(
    request: SignedInRequest, content: Content, term: Term, back: str, unit_code: str = ""
) -> HttpResponse:
    form = SendForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        filing = actions.send(
            kind=content.kind.value,
            year=term.year,
            period=term.period,
            unit_code=unit_code,
            on=timezone.localdate(),
            actor=actor_of(request),
            seen_digest=form.cleaned_data["digest"],
        )
    except Refused as refusal:
        refuse(request, refusal, action="filings.send", subject=content.words(term))
        return redirect(f"{back}?{term.query}")
    messages.success(
        request, f"已报送，编号{filing.number}。{filing.receiver_name}办理后这里会出现回执。"
    )
    return redirect("filings:detail", pk=filing.pk)


# Measures -----------------------------------------------------------------------------------------


@require_safe
@requires(Permission.FILINGS_MEASURES)
def measures(request: SignedInRequest) -> HttpResponse:
    """The department's own measures, each with what became of it."""
    drafts = queries.measures_for(request)
    sent: dict[tuple[int, str], Filing] = {}
    own = queries.filings_for(request).filter(kind=FilingKind.MEASURE).defer(*queries.HEAVY)
    for filing in own.exclude(state=FilingState.SUPERSEDED):
        sent.setdefault((filing.year, filing.period), filing)
    page = Paginator(drafts, 50).get_page(request.GET.get("page"))
    return render(
        request,
        "filings/measures.html",
        {
            "title": "政策措施",
            "crumbs": [("报备", reverse("filings:list")), ("政策措施", "")],
            "page": page,
            "rows": [(draft, sent.get((draft.year, draft.period))) for draft in page],
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.FILINGS_MEASURES)
@once
def new_measure(request: SignedInRequest) -> HttpResponse:
    return _measure(request, None)


@require_http_methods(["GET", "POST"])
@requires(Permission.FILINGS_MEASURES)
@once
def measure(request: SignedInRequest, pk: int) -> HttpResponse:
    return _measure(request, get_object_or_404(queries.measures_for(request), pk=pk))


def _measure(request: SignedInRequest, draft: Draft | None) -> HttpResponse:
    content = CONTENTS[FilingKind.MEASURE]
    assert content.form  # noqa: S101 -- a measure is written
    term = Term(draft.year, draft.period) if draft else Term(timezone.localdate().year)
    if request.method != "POST":
        return _new(request, content, term, draft)
    form = content.form(request.POST, request.FILES)
    code = request.membership.department_code
    if not code:
        form.add_error(None, "您的账号没有写明所在单位，不能报备措施。请机制办公室补登记。")
    elif form.is_valid():
        given = form.cleaned_data
        wanted = Term(given["dated_on"].year, given["document"])
        if kept := _write(request, content, wanted, draft, form, code):
            messages.success(request, "已保存，报送之前随时可改。")
            return redirect("filings:measure", kept.pk)
    return _new(request, content, term, draft, form=form)


@require_POST
@requires(Permission.FILINGS_MEASURES)
@once
def send_measure(request: SignedInRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(queries.measures_for(request), pk=pk)
    term, back = Term(draft.year, draft.period), reverse("filings:measure", args=[pk])
    return _send(request, CONTENTS[FilingKind.MEASURE], term, back, draft.unit_code)


# Answering ----------------------------------------------------------------------------------------


@require_safe
@requires(Permission.FILINGS_VIEW)
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _detail(request, pk, ReturnForm())


@require_safe
@requires(Permission.FILINGS_VIEW)
def letter(request: SignedInRequest, pk: int, form: str) -> HttpResponse:
    """The letter as its sender wrote it; filings from before there were letters have none."""
    filing = get_object_or_404(queries.filings_for(request), pk=pk)
    if filing.letter is None:
        raise Http404
    return paper_file(Paper.read(filing.letter), form, f"{filing.title}报备函")


@require_safe
@requires(Permission.FILINGS_VIEW)
def file(request: SignedInRequest, pk: int, token: str) -> HttpResponse:
    """A file that came along, to whoever may see the filing."""
    filing = get_object_or_404(queries.filings_for(request).defer(*queries.HEAVY), pk=pk)
    found = get_object_or_404(FilingFile, filing_id=filing.pk, token=token)
    return private_file(bytes(found.content), found.name, found.media_type)


def _detail(request: SignedInRequest, pk: int, form: ReturnForm) -> HttpResponse:
    filing = get_object_or_404(queries.filings_for(request), pk=pk)
    received = filing.receiver == request.tenant.schema_name
    may, content = request.permissions, CONTENTS[filing.kind]
    resends = (
        Permission.FILINGS_MEASURES
        if filing.kind == FilingKind.MEASURE
        else Permission.FILINGS_SEND
    )
    before = filing.supersedes
    return render(
        request,
        "filings/detail.html",
        {
            "title": filing.title,
            "crumbs": [("报备", reverse("filings:list")), (filing.number, "")],
            "filing": filing,
            "tone": TONES[FilingState(filing.state)],
            "holds": queries.digest_holds(filing),
            "files": filing.files.defer("content"),
            "deadline": queries.with_deadlines(
                [filing], timezone.localdate(), calendar_of(request)
            )[0],
            "may_answer": received
            and filing.state == FilingState.SENT
            and Permission.FILINGS_RECEIVE in may,
            "again_url": queries.again_url(filing)
            if resends in may and filing.state == FilingState.RETURNED
            else "",
            "form": form,
            "before": before,
            "changes": content.changes(before.snapshot, filing.snapshot) if before else [],
            "history": _history(filing),
            "own_trail": events(of(filing.number)[:20]) if Permission.TRAIL_VIEW in may else [],
            **_content(content, filing.snapshot),
        },
        status=400 if form.errors else 200,
    )


def _history(filing: Filing) -> list[Event]:
    who = f"{filing.unit_name or filing.sender_name} {filing.sent_by}"
    lines = [Event("报送", filing.sent_at, who, filing.number)]
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
@once
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
@once
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
