"""Pages of the disclosure room (公开发布): the drafts, what to prepare, one draft as the public sees it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.calendars.queries import work_calendar
from kernel.refusal import Refused
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.xlsx import Column
from tenants.registry.models import DisclosureKind
from workflows.disclosure import actions, payloads, queries
from workflows.disclosure.comparing import changes, limit, same_content
from workflows.disclosure.forms import DraftFilter, ReasonForm
from workflows.disclosure.lifecycle import MOVES, State
from workflows.disclosure.models import Draft
from workflows.disclosure.showing import Imprint, shown

PER_PAGE = 50
COLUMNS = (
    Column("类别", 12),
    Column("标题", 36),
    Column("状态", 10),
    Column("拟稿人", 14),
    Column("拟稿时间", 18),
    Column("审核人", 14),
    Column("办理时间", 18),
    Column("发布版本", 10),
    Column("理由", 40),
    Column("摘要值", 66),
)


@require_safe
@requires(Permission.DISCLOSURE_VIEW)
def index(request: SignedInRequest) -> HttpResponse:
    form = DraftFilter(request.GET or None)
    rows = queries.drafts(form.chosen())
    if request.GET.get("export"):
        return _workbook(rows)
    tally = queries.tally()
    return render(
        request,
        "disclosure/index.html",
        {
            "title": "公开发布",
            "form": form,
            "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "as_of": timezone.now(),
            "any": bool(tally),
            "waiting": tally.get(State.PREPARED, 0),
            "tabs": [
                (label, f"?state={state}" if state else "?", tally.get(state, 0), chosen)
                for state, label in [("", "全部"), *State.choices]
                for chosen in [request.GET.get("state", "") == state]
            ],
            "may_release": Permission.DISCLOSURE_RELEASE in request.permissions,
            "export_query": urlencode({**request.GET.dict(), "export": 1}),
        },
    )


def _workbook(rows: Any) -> HttpResponse:
    lines = (
        (
            draft.get_kind_display(),
            draft.title,
            draft.get_state_display(),
            draft.prepared_by,
            f"{timezone.localtime(draft.prepared_at):%Y-%m-%d %H:%M}",
            draft.handled_by,
            f"{timezone.localtime(draft.handled_at):%Y-%m-%d %H:%M}" if draft.handled_at else "",
            draft.release_version,
            draft.reason,
            draft.digest,
        )
        for draft in rows.iterator(chunk_size=2000)
    )
    return workbook("公开发布", COLUMNS, lines, as_of=timezone.localdate())


# Prepare -----------------------------------------------------------------------------------------


@require_safe
@requires(Permission.DISCLOSURE_PREPARE)
def prepare(request: SignedInRequest) -> HttpResponse:
    on = timezone.localdate()
    kind = request.GET.get("kind", "")
    kind = kind if kind in DisclosureKind.values else DisclosureKind.MATTER.value
    current, waiting = queries.in_force(kind), queries.waiting_keys(kind)
    context: dict[str, Any] = {
        "title": "拟稿",
        "crumbs": [("公开发布", reverse("disclosure:index")), ("拟稿", "")],
        "kind": kind,
        "tabs": [
            (label, f"?kind={value}", value == kind) for value, label in DisclosureKind.choices
        ],
    }
    if kind == DisclosureKind.PROJECT:
        page = Paginator(queries.confirmed_projects(), PER_PAGE).get_page(request.GET.get("page"))
        contents = payloads.project_contents(page.object_list, on)
        context["page"] = page
    elif kind == DisclosureKind.MECHANISM:
        contents = [payloads.mechanism_content(on)]
    else:
        contents = payloads.matter_contents(on)
        context["promised"] = sum(bool(c.payload and c.payload["promised"]) for c in contents)
    context["rows"] = [
        {
            "content": content,
            "limit": limit(content.payload["promised"])
            if content.payload and kind == DisclosureKind.MATTER
            else "",
            "current": current.get(content.key),
            "waiting": waiting.get(content.key),
            "same": content.key in current
            and content.payload is not None
            and same_content(current[content.key].payload, content.payload),
        }
        for content in contents
    ]
    return render(request, "disclosure/prepare.html", context)


@require_POST
@requires(Permission.DISCLOSURE_PREPARE)
def prepare_matters(request: SignedInRequest) -> HttpResponse:
    codes = None if "all" in request.POST else request.POST.getlist("key")
    if codes == []:
        return _nothing_chosen(request, DisclosureKind.MATTER)
    outcome = actions.prepare_matters(codes=codes, on=timezone.localdate(), actor=actor_of(request))
    return _prepared(request, DisclosureKind.MATTER, outcome)


@require_POST
@requires(Permission.DISCLOSURE_PREPARE)
def prepare_projects(request: SignedInRequest) -> HttpResponse:
    numbers = request.POST.getlist("key")
    if not numbers:
        return _nothing_chosen(request, DisclosureKind.PROJECT)
    outcome = actions.prepare_projects(
        numbers=numbers, on=timezone.localdate(), actor=actor_of(request)
    )
    return _prepared(request, DisclosureKind.PROJECT, outcome)


@require_POST
@requires(Permission.DISCLOSURE_PREPARE)
def prepare_mechanism(request: SignedInRequest) -> HttpResponse:
    outcome = actions.prepare_mechanism(on=timezone.localdate(), actor=actor_of(request))
    return _prepared(request, DisclosureKind.MECHANISM, outcome)


def _nothing_chosen(request: HttpRequest, kind: DisclosureKind) -> HttpResponse:
    messages.warning(request, "没有勾选任何一项，请先勾选再拟稿。")
    return redirect(f"{reverse('disclosure:prepare')}?kind={kind}")


def _prepared(request: HttpRequest, kind: DisclosureKind, outcome: actions.Outcome) -> HttpResponse:
    if outcome.prepared:
        messages.success(request, f"已拟稿 {len(outcome.prepared)} 份，待另一人审核后发布。")
    if outcome.unchanged:
        messages.info(request, f"{len(outcome.unchanged)} 份与现行版本或待审稿一致，没有重复拟稿。")
    for sentence in outcome.refused:
        refuse(request, Refused(sentence), action="disclosure.prepare", subject=kind.label)
    if outcome.prepared and not outcome.refused:
        return redirect(f"{reverse('disclosure:index')}?state={State.PREPARED}&kind={kind}")
    return redirect(f"{reverse('disclosure:prepare')}?kind={kind}")


# One draft ---------------------------------------------------------------------------------------


@require_safe
@requires(Permission.DISCLOSURE_VIEW)
def draft(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Draft, pk=pk)
    return render(request, "disclosure/draft.html", _draft_page(request, found, ReasonForm()))


def _draft_page(request: SignedInRequest, found: Draft, form: ReasonForm) -> dict[str, Any]:
    current = queries.in_force_of(found)
    waits = found.state == State.PREPARED
    moves = {move.name: move for move in MOVES.open(found.state)}
    return {
        **_public_parts(found, current.version if current else 0),
        "title": found.title,
        "crumbs": [("公开发布", reverse("disclosure:index")), (found.title, "")],
        "draft": found,
        "current": current,
        "changes": changes(found.kind, current.payload if current else None, found.payload)
        if waits
        else [],
        "versions": queries.versions_of(found),
        "form": form,
        "moves": moves if Permission.DISCLOSURE_RELEASE in request.permissions else {},
        "own": found.prepared_by_id == request.user.pk,
    }


@require_safe
@requires(Permission.DISCLOSURE_VIEW)
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The page as the public will meet it, in the portal's own frame."""
    found = get_object_or_404(Draft, pk=pk)
    current = queries.in_force_of(found)
    parts = _public_parts(found, current.version if current else 0)
    return render(
        request,
        "disclosure/public/page.html",
        {
            **parts,
            "title": found.title,
            "description": parts["lead"],
            "place": request.tenant.name,
            "crumbs": [
                ("公开稿预览", reverse("disclosure:draft", args=[found.pk])),
                (found.title, ""),
            ],
        },
    )


def _public_parts(found: Draft, in_force: int) -> dict[str, Any]:
    return {
        **shown(
            found.kind,
            found.payload,
            on=timezone.localdate(),
            calendar=work_calendar(),
            url_of=lambda code: None,
        ),
        "imprint": Imprint(
            found.payload.get("place", "本机制"),
            found.release_version or in_force + 1,
            found.digest,
            found.handled_at if found.state == State.RELEASED else None,
        ),
    }


@require_POST
@requires(Permission.DISCLOSURE_RELEASE)
def release(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Draft.objects.defer("payload"), pk=pk)
    try:
        released = actions.release(number=pk, actor=actor_of(request))
    except Refused as refusal:
        refuse(request, refusal, action="disclosure.release", subject=found.title)
    else:
        messages.success(
            request, f"“{found.title}”第 {released.version} 版已发布，公众现在可以看到。"
        )
    return redirect("disclosure:draft", pk)


@require_POST
@requires(Permission.DISCLOSURE_RELEASE)
def release_many(request: SignedInRequest) -> HttpResponse:
    numbers = [int(number) for number in request.POST.getlist("draft") if number.isdecimal()]
    titles = dict(Draft.objects.filter(pk__in=numbers).order_by("pk").values_list("pk", "title"))
    released = 0
    for number, title in titles.items():
        try:
            actions.release(number=number, actor=actor_of(request))
            released += 1
        except Refused as refusal:
            refuse(request, refusal, action="disclosure.release", subject=title)
    if released:
        messages.success(request, f"已发布 {released} 份，公众现在可以看到。")
    if not titles:
        messages.warning(request, "没有勾选任何一份，请先勾选再发布。")
    return redirect("disclosure:index")


@require_POST
@requires(Permission.DISCLOSURE_RELEASE)
def reject(request: SignedInRequest, pk: int) -> HttpResponse:
    return _with_reason(request, pk, "reject", "不通过，理由已记在稿上，拟稿人可以修改后重拟。")


@require_POST
@requires(Permission.DISCLOSURE_RELEASE)
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    return _with_reason(request, pk, "withdraw", "已撤下，公众不再看到；记录保留。")


def _with_reason(request: SignedInRequest, pk: int, name: str, done: str) -> HttpResponse:
    found = get_object_or_404(Draft, pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return render(
            request, "disclosure/draft.html", _draft_page(request, found, form), status=422
        )
    act = {"reject": actions.reject, "withdraw": actions.withdraw}[name]
    try:
        act(number=pk, reason=form.cleaned_data["reason"], actor=actor_of(request))
    except Refused as refusal:
        refuse(request, refusal, action=f"disclosure.{name}", subject=found.title)
    else:
        messages.success(request, f"“{found.title}”{done}")
    return redirect("disclosure:draft", pk)
