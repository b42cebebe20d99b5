"""Pages of the meetings."""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.once.sending import once
from kernel.papers.attaching import attached
from kernel.papers.characters import seen
from kernel.papers.pdf import pdf_bytes
from kernel.refusal import Refused
from kernel.trail.queries import events, of
from kernel.web.downloads import PDF, attachment, workbook
from kernel.web.fields import WEEKDAYS
from kernel.web.http import SignedInRequest, actor_of, refuse, refuse_form, requires, whole_number
from kernel.web.xlsx import Column
from workflows.catalogue.queries import short_names
from workflows.issuing.queries import may_read
from workflows.meetings import actions, calling, queries, showing
from workflows.meetings.calendars import calendar_file, month_of
from workflows.meetings.candidates import candidates
from workflows.meetings.forms import (
    AgainForm,
    InviteesForm,
    MeetingFilter,
    MeetingForm,
    OwnItemForm,
    PaperConsentForm,
    RecordForm,
    ReplyForm,
    ResolutionForm,
    StepForm,
)
from workflows.meetings.holding import minutes_of
from workflows.meetings.lifecycle import (
    BEFORE,
    Kind,
    MeetingRefused,
    SixStep,
    State,
    fixed,
    open_moves,
)
from workflows.meetings.models import Invitee, Item, Meeting

PAGE = 30
DRAFT = "送审稿"
COLUMNS = (
    Column("会议", 40, "会议"), Column("类别", 20, "会议"), Column("日期", 12, "会议"),
    Column("主持", 16, "会议"), Column("状态", 12, "会议"), Column("议题", 40, "议题"),
    Column("已解决", 8, "议题"), Column("议定事项", 44, "议定"), Column("牵头", 14, "议定"),
    Column("期限", 12, "议定"), Column("交办单", 26, "议定"), Column("办结", 12, "议定"),
    Column("说明", 30, "议定"),
)  # fmt: skip


@require_safe
@requires(Permission.MEETINGS_VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    form = MeetingFilter(request.GET or None)
    chosen = form.chosen()
    meetings = queries.counted(queries.narrowed(queries.meetings_for(request), chosen))
    meetings = meetings.order_by("-on", "-at", "-pk")
    if request.GET.get("export"):
        return workbook("会议与议定事项", COLUMNS, _exported(meetings), as_of=timezone.localdate())
    return render(
        request,
        "meetings/list.html",
        {
            "title": "会议",
            "form": form,
            "page": Paginator(meetings, PAGE).get_page(request.GET.get("page")),
            "may_change": Permission.MEETINGS_CHANGE in request.permissions,
            "filtered": any(chosen.values()),
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.MEETINGS_VIEW)
def month(request: SignedInRequest) -> HttpResponse:
    """The meetings of a month on their days."""
    first = _month(request.GET.get("m", "")) or timezone.localdate().replace(day=1)
    before, after = first - timedelta(days=1), (first + timedelta(days=31)).replace(day=1)
    meetings = queries.meetings_for(request).filter(
        on__range=(first - timedelta(days=6), after + timedelta(days=6))
    )
    found = list(meetings.order_by("on", "at", "pk"))
    return render(
        request,
        "meetings/month.html",
        {
            "title": f"{first.year}年{first.month}月的会议",
            "crumbs": [("会议", reverse("meetings:list")), ("月历", "")],
            "weeks": month_of(first, found),
            "weekdays": WEEKDAYS,
            "count": sum(first <= each.on < after for each in found),
            "before": f"{before:%Y-%m}",
            "after": f"{after:%Y-%m}",
            "today": timezone.localdate(),
        },
    )


def _month(text: str) -> date | None:
    """The first day of "2026-01", or nothing."""
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        return date(int(text[:4]), int(text[5:]), 1)
    return None


def _exported(meetings: Any) -> Any:
    called = short_names()
    whole = meetings.prefetch_related("items__resolutions__sheet")
    for meeting in whole.iterator(chunk_size=200):
        said = (
            meeting.title,
            meeting.get_kind_display(),
            meeting.on,
            meeting.chair,
            meeting.get_state_display(),
        )
        for item in meeting.items.all():
            for resolution in item.resolutions.all() or [None]:
                yield (
                    *said,
                    item.title,
                    item.settled,
                    resolution.demand if resolution else "",
                    called.get(resolution.lead_code, "") if resolution else "",
                    resolution.due_on if resolution else None,
                    resolution.sheet.number if resolution and resolution.sheet else "",
                    resolution.closed_on if resolution else None,
                    resolution.note if resolution else "",
                )


@require_safe
@requires(Permission.MEETINGS_VIEW)
def meeting(request: SignedInRequest, pk: int) -> HttpResponse:
    return _meeting(request, pk)


def _meeting(
    request: SignedInRequest, pk: int, failed: tuple[str, Any] | None = None
) -> HttpResponse:
    found = get_object_or_404(queries.meetings_for(request), pk=pk)
    called = short_names()
    office = Permission.MEETINGS_CHANGE in request.permissions
    leads = Permission.MEETINGS_CONSENT in request.permissions
    items = queries.whole(found)
    invitees = list(found.invitees.order_by("pk"))
    own = queries.invited_as(request.membership, found.invitees.all()).first()
    writable = office and found.state == State.HELD
    left_over = list(queries.open_resolutions(request, found)[:20])
    version = {"version": found.version}
    forms: dict[str, Any] = {
        "own_item": OwnItemForm(initial=version, auto_id="id_own_%s"),
        "invitees": _invitees_form(
            found,
            invitees,
            called,
            leaders=queries.leader_posts(request, timezone.localdate()) if office else (),
        ),
        "step": StepForm(initial=version, auto_id="id_step_%s"),
        "paper": PaperConsentForm(initial=version, auto_id="id_paper_%s"),
        "again": AgainForm(auto_id=False),
        "reply": ReplyForm(initial={"reply": own.reply, "text": own.reply_text} if own else None),
    }
    if failed and failed[0] in forms:
        forms[failed[0]] = failed[1]
    return render(
        request,
        "meetings/meeting.html",
        {
            "title": found.title,
            "crumbs": [("会议", reverse("meetings:list")), (found.title, "")],
            "meeting": found,
            "items": [
                (
                    item,
                    [(step, [s for s in item.said.all() if s.step == step]) for step in SixStep],
                    queries.lacking(item),
                    _record_form(item, failed) if writable else None,
                    _resolution_form(item, called, failed) if writable else None,
                    [
                        (
                            r,
                            called.get(r.lead_code, r.lead_code),
                            "、".join(called.get(c, c) for c in r.support_codes),
                        )
                        for r in item.resolutions.all()
                    ],
                )
                for item in items
            ],
            "invitees": [
                (i, called.get(i.department_code, i.department_code) or i.post) for i in invitees
            ],
            "own": own,
            "moves": {m.name for m in open_moves(found.state, found.kind)},
            "office": office,
            "leads": leads,
            "before": found.state in BEFORE,
            "on_calendar": queries.on_calendar(found),
            "changeable": found.state in BEFORE and not fixed(found.state, found.kind),
            "reads_invitation": found.invitation is not None
            and may_read(request, found.invitation),
            "reads_minutes": found.minutes is not None and may_read(request, found.minutes),
            "writable": writable,
            "candidates": candidates(timezone.localdate())[:30]
            if office and found.state in BEFORE and not fixed(found.state, found.kind)
            else [],
            "on_agenda": {item.key for item in items},
            "sheets": queries.sheets_seen(request, items),
            "left_over": left_over,
            "seen": queries.seen(request, (r.item.meeting_id for r in left_over)),
            "may_issue": office and found.submitted_by_id != request.user.pk,
            "files": attached(calling.ROOM, f"meeting:{found.pk}")
            if showing.reads_consents(request)
            else [],
            "history": events(of(f"会议 {found.pk}")[:40]) if office else [],
            "forms": forms,
            "failed": failed[0] if failed else "",
        },
        status=422 if failed else 200,
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.MEETINGS_CHANGE)
@once
def new(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    form = MeetingForm(
        request.POST if request.method == "POST" else None,
        initial={"kind": request.GET.get("kind", Kind.CONSULTATION), "at": "15:00"},
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given.pop("version")
        try:
            made = actions.prepare(
                **given, today=today, now=timezone.now(), actor=actor_of(request)
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "会议已立项，请选议题和参会单位。")
            return redirect("meetings:meeting", made.pk)
    return _form_page(request, form, "筹备会议")


@require_http_methods(["GET", "POST"])
@requires(Permission.MEETINGS_CHANGE)
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a meeting; one that was called is moved, and everybody told."""
    found = get_object_or_404(queries.meetings_for(request), pk=pk)
    fields = ("version", "kind", "title", "on", "at", "place", "chair", "ground", "ground_text")
    form = MeetingForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(found, name) for name in fields},
    )
    for name in ("kind", "ground", "ground_text"):
        del form.fields[name]
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            actions.change(
                meeting_id=pk,
                **given | {"version": given["version"] or 0},
                today=timezone.localdate(),
                now=timezone.now(),
                actor=actor_of(request),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已修改。")
            return redirect("meetings:meeting", pk)
    return _form_page(request, form, "改期" if found.state == State.INVITED else "修改会议")


def _form_page(request: SignedInRequest, form: MeetingForm, title: str) -> HttpResponse:
    return render(
        request,
        "meetings/edit.html",
        {"title": title, "crumbs": [("会议", reverse("meetings:list")), (title, "")], "form": form},
        status=422 if form.errors else 200,
    )


@require_POST
@requires(Permission.MEETINGS_CHANGE)
def agenda(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take candidates up, drop an item, or move one up."""
    found = get_object_or_404(queries.meetings_for(request), pk=pk)
    common: dict[str, Any] = {
        "meeting_id": pk,
        "version": whole_number(request.POST.get("version")),
        "actor": actor_of(request),
    }
    now = timezone.now()

    def act() -> None:
        if drop := request.POST.get("drop"):
            actions.drop_item(item_id=whole_number(drop), now=now, **common)
        elif up := request.POST.get("up"):
            actions.raise_item(item_id=whole_number(up), **common)
        else:
            chosen = set(request.POST.getlist("candidate"))
            offered = [c for c in candidates(timezone.localdate()) if c.key in chosen]
            if not offered:
                raise MeetingRefused("请先勾选要上会的候选。已经解决的，候选里不再列出。")
            actions.add_items(candidates=offered, now=now, **common)

    return _done(request, found, act, "议程已更新。", "meetings.agenda")


@require_POST
@requires(Permission.MEETINGS_CHANGE)
@once
def own_item(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.meetings_for(request), pk=pk)
    form = OwnItemForm(request.POST, auto_id="id_own_%s")
    if not form.is_valid():
        return _meeting(request, pk, ("own_item", form))
    return _done(
        request,
        found,
        lambda: actions.add_item(
            meeting_id=pk, now=timezone.now(), actor=actor_of(request), **form.cleaned_data
        ),
        "议题已加入。",
        "meetings.agenda",
    )


@require_POST
@requires(Permission.MEETINGS_CHANGE)
def invitees(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.meetings_for(request), pk=pk)
    form = _invitees_form(found, [], short_names(), request.POST)
    if not form.is_valid():
        return _meeting(request, pk, ("invitees", form))
    given = form.cleaned_data
    return _done(
        request,
        found,
        lambda: actions.set_invitees(
            meeting_id=pk,
            version=given["version"],
            departments=given["departments"],
            posts=given["posts"].splitlines(),
            now=timezone.now(),
            actor=actor_of(request),
        ),
        "参会单位已更新。",
        "meetings.invitees",
    )


@require_POST
@requires(Permission.MEETINGS_CHANGE)
def step(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """What the office does with a meeting as a whole."""
    found = get_object_or_404(queries.meetings_for(request), pk=pk)
    form = StepForm(request.POST, auto_id="id_step_%s")
    if not form.is_valid():
        refuse_form(request, form, action=f"meetings.{name}", subject=f"会议 {pk}")
        return _meeting(request, pk, ("step", form))
    today, now = timezone.localdate(), timezone.now()
    common: dict[str, Any] = {
        "meeting_id": pk,
        "version": form.cleaned_data["version"],
        "actor": actor_of(request),
    }
    text = form.cleaned_data["text"]
    came = {
        whole_number(key.removeprefix("came-")): seen(
            request.POST.get(f"who-{key.removeprefix('came-')}", "")
        )
        for key in request.POST
        if key.startswith("came-")
    }
    verbs: dict[str, tuple[Callable[[], object], str]] = {
        "ask": (lambda: actions.ask(now=now, **common), "已报请召集人同意。"),
        "rework": (lambda: actions.rework(**common), "已退回筹备。"),
        "withdraw": (
            lambda: actions.withdraw(why=text, now=now, **common),
            "已撤回，可以修改；改好后重新报请同意。",
        ),
        "invite": (
            lambda: actions.invite(today=today, now=now, **common),
            "通知已编号印发，参会单位已收到通知。",
        ),
        "hold": (
            lambda: actions.hold(came=came, today=today, now=now, **common),
            "已登记召开，各议题的对账已按台账写好。",
        ),
        "submit": (
            lambda: actions.submit(today=today, now=now, **common),
            "纪要已送审，请另一人审核。",
        ),
        "send_back": (lambda: actions.send_back(why=text, **common), "已退回修改。"),
        "issue": (
            lambda: actions.issue_minutes(today=today, now=now, **common),
            "纪要已印发，议定事项已逐件交办。",
        ),
        "cancel": (lambda: actions.cancel(why=text, now=now, **common), "会议已取消。"),
    }
    if name not in verbs:
        raise Http404
    act, said = verbs[name]
    return _done(request, found, act, said, f"meetings.{name}")


@require_POST
@requires(Permission.MEETINGS_CONSENT)
def consent(request: SignedInRequest, pk: int) -> HttpResponse:
    """A convener's own answer."""
    found = get_object_or_404(queries.meetings_for(request), pk=pk)
    form = StepForm(request.POST, auto_id="id_step_%s")
    if form.is_valid() and request.POST.get("answer") not in ("agree", "refuse"):
        form.add_error(None, "请点“同意召开”或者“不同意”。")
    if form.errors:
        refuse_form(request, form, action="meetings.consent", subject=f"会议 {pk}")
        return _meeting(request, pk, ("step", form))
    today = timezone.localdate()
    post = request.membership.post or request.membership.role_label
    return _done(
        request,
        found,
        lambda: actions.consent(
            meeting_id=pk,
            version=form.cleaned_data["version"],
            agreed=request.POST.get("answer") == "agree",
            text=form.cleaned_data["text"],
            by=post,
            on=today,
            today=today,
            now=timezone.now(),
            actor=actor_of(request),
        ),
        "已答复，机制办公室已收到通知。",
        "meetings.consent",
    )


@require_POST
@requires(Permission.MEETINGS_CHANGE)
def paper_consent(request: SignedInRequest, pk: int) -> HttpResponse:
    """A consent given on paper, put down with its scan."""
    get_object_or_404(queries.meetings_for(request), pk=pk)
    form = PaperConsentForm(request.POST, request.FILES, auto_id="id_paper_%s")
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.consent(
                meeting_id=pk,
                version=given["version"],
                agreed=True,
                text=given["text"],
                by=given["by"],
                on=given["on"],
                paper=given["paper"],
                files=given["attachments"],
                today=timezone.localdate(),
                now=timezone.now(),
                actor=actor_of(request),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "批示已登记。")
            return redirect("meetings:meeting", pk)
    refuse_form(request, form, action="meetings.consent", subject=f"会议 {pk}")
    return _meeting(request, pk, ("paper", form))


@require_POST
@requires(Permission.MEETINGS_VIEW)
def reply(request: SignedInRequest, pk: int) -> HttpResponse:
    """The answer of a unit or a leader to the invitation."""
    found = get_object_or_404(queries.meetings_for(request), pk=pk)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _meeting(request, pk, ("reply", form))
    own = queries.invited_as(request.membership, found.invitees.all()).first()
    return _done(
        request,
        found,
        lambda: actions.answer(
            meeting_id=pk,
            code=own.department_code if own else request.membership.department_code,
            post=own.post if own else request.membership.post,
            reply=form.cleaned_data["reply"],
            text=form.cleaned_data["text"],
            actor=actor_of(request),
        ),
        "已回复。",
        "meetings.answer",
    )


@require_POST
@requires(Permission.MEETINGS_CHANGE)
def record(request: SignedInRequest, pk: int, item: int) -> HttpResponse:
    """The six steps of an item; refused, the page keeps what was typed."""
    found = get_object_or_404(queries.meetings_for(request), pk=pk)
    current = get_object_or_404(found.items, pk=item)
    drawn = current.said.filter(by_ledger=True).exists()
    form = RecordForm(request.POST, drawn=drawn, auto_id=f"id_{item}_%s")
    if not form.is_valid():
        return _meeting(request, pk, (f"record-{item}", form))
    given = form.cleaned_data
    try:
        actions.write_down(
            meeting_id=pk,
            item_id=item,
            version=given["version"],
            said={step.value: given[step.value] for step in SixStep},
            cause=given["cause"],
            settled=given["settled"],
            not_discussed=given["not_discussed"],
            now=timezone.now(),
            actor=actor_of(request),
        )
    except Refused as refusal:
        refuse(request, refusal, action="meetings.write_down", subject=f"会议 {pk}")
        current.refresh_from_db()
        form.renew(current.version, queries.written(current))
        return _meeting(request, pk, (f"record-{item}", form))
    messages.success(request, "已记录。")
    return redirect(f"{reverse('meetings:meeting', args=[pk])}#item-{item}")


@require_POST
@requires(Permission.MEETINGS_CHANGE)
@once
def resolve(request: SignedInRequest, pk: int, item: int) -> HttpResponse:
    found = get_object_or_404(queries.meetings_for(request), pk=pk)
    if strike := request.POST.get("strike"):
        return _done(
            request,
            found,
            lambda: actions.unresolve(
                meeting_id=pk, resolution_id=whole_number(strike), actor=actor_of(request)
            ),
            "已删去。",
            "meetings.unresolve",
            f"#item-{item}",
        )
    form = ResolutionForm(
        request.POST, departments=short_names().items(), auto_id=f"id_{item}_r_%s"
    )
    if not form.is_valid():
        return _meeting(request, pk, (f"resolve-{item}", form))
    return _done(
        request,
        found,
        lambda: actions.resolve(
            meeting_id=pk, item_id=item, actor=actor_of(request), **form.cleaned_data
        ),
        "议定事项已记下，纪要印发时逐件交办。",
        "meetings.resolve",
        f"#item-{item}",
    )


@require_POST
@requires(Permission.MEETINGS_CHANGE)
def unsheeted(request: SignedInRequest, pk: int, resolution: int) -> HttpResponse:
    """A resolution whose sheet was cancelled is handed over anew, or not done any more."""
    found = get_object_or_404(queries.meetings_for(request), pk=pk)
    common: dict[str, Any] = {
        "meeting_id": pk,
        "resolution_id": resolution,
        "today": timezone.localdate(),
        "actor": actor_of(request),
    }
    if "drop" in request.POST:
        why = seen(request.POST.get("why", ""))
        return _done(
            request,
            found,
            lambda: actions.drop_resolution(why=why, **common),
            "已登记不再办理。",
            "meetings.drop_resolution",
        )
    form = AgainForm(request.POST)

    def again() -> None:
        if not form.is_valid():
            raise Refused("".join(map(str, form.errors["due_on"])))
        actions.hand_over_again(due_on=form.cleaned_data["due_on"], **common)

    return _done(request, found, again, "已重新交办。", "meetings.hand_over_again")


@require_safe
@requires(Permission.MEETINGS_CHANGE)
def draft(request: SignedInRequest, pk: int) -> HttpResponse:
    """The minutes as they would be issued, marked as a draft, for who reviews them (送审稿)."""
    found = get_object_or_404(queries.meetings_for(request), pk=pk)
    if found.state not in (State.HELD, State.REVIEW):
        raise Http404
    try:
        content = pdf_bytes(minutes_of(found, timezone.localdate()), stamp=DRAFT)
    except Refused as refusal:
        refuse(request, refusal, action="meetings.draft", subject=f"会议 {pk}")
        return redirect("meetings:meeting", pk)
    return attachment(content, f"{found.title}纪要（{DRAFT}）.pdf", PDF)


@require_safe
@requires(Permission.MEETINGS_VIEW)
def calendar(request: SignedInRequest, pk: int) -> HttpResponse:
    """The meeting for a calendar."""
    found = get_object_or_404(queries.meetings_for(request), pk=pk)
    if not queries.on_calendar(found):
        raise Http404
    url = request.build_absolute_uri(reverse("meetings:meeting", args=[pk]))
    content = calendar_file(found, url, timezone.now())
    return attachment(content, f"{found.title}.ics", "text/calendar; charset=utf-8")


# Inside ---------------------------------------------------------------------------------------------


def _done(
    request: SignedInRequest,
    found: Meeting,
    act: Callable[[], object],
    said: str,
    action: str,
    where: str = "",
) -> HttpResponse:
    """Do it, or say why not, and go back to the meeting."""
    try:
        act()
    except Refused as refusal:
        refuse(request, refusal, action=action, subject=f"会议 {found.pk}")
    else:
        messages.success(request, said)
    return redirect(f"{reverse('meetings:meeting', args=[found.pk])}{where}")


def _invitees_form(
    found: Meeting,
    invited: Sequence[Invitee],
    called: dict[str, str],
    data: Any = None,
    leaders: Sequence[str] = (),
) -> InviteesForm:
    return InviteesForm(
        data,
        departments=called.items(),
        leaders=leaders,
        initial={
            "version": found.version,
            "departments": [i.department_code for i in invited if i.department_code],
            "posts": "\n".join(i.post for i in invited if i.post),
        },
        auto_id="id_invitees_%s",
    )


def _record_form(item: Item, failed: tuple[str, Any] | None) -> RecordForm:
    if failed and failed[0] == f"record-{item.pk}":
        form: RecordForm = failed[1]
        return form
    ended = {"cause": item.cause, "settled": item.settled, "not_discussed": item.not_discussed}
    return RecordForm(
        initial=queries.written(item) | ended | {"version": item.version},
        drawn=any(said.by_ledger for said in item.said.all()),
        auto_id=f"id_{item.pk}_%s",
    )


def _resolution_form(
    item: Item, called: dict[str, str], failed: tuple[str, Any] | None
) -> ResolutionForm:
    if failed and failed[0] == f"resolve-{item.pk}":
        form: ResolutionForm = failed[1]
        return form
    leading = item.procedure.department_code if item.procedure else ""
    return ResolutionForm(
        departments=called.items(),
        initial={"lead_code": leading},
        auto_id=f"id_{item.pk}_r_%s",
    )
