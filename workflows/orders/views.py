"""Pages of orders: drawn up, previewed, issued."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.once.sending import once
from kernel.refusal import Refused
from kernel.trail import record_refusal
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from workflows.mechanism.models import Order
from workflows.orders import actions
from workflows.orders.changes import VERBS, words_of
from workflows.orders.forms import FORMS, DraftForm, HeadForm
from workflows.orders.models import Draft


@require_http_methods(["GET", "POST"])
@requires(Permission.MECHANISM_CHANGE)
@once
def listing(request: SignedInRequest) -> HttpResponse:
    form = DraftForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.draw_up(
                **form.cleaned_data,
                on=timezone.localdate(),
                at=timezone.now(),
                actor=actor_of(request),
            )
        except Refused as refusal:
            _keep(request, form, refusal, "draw_up", form.cleaned_data["title"])
        else:
            return redirect("orders:draft", made.pk)
    drafts = Draft.objects.select_related("issued", "basis").defer("issued__paper")
    return render(
        request,
        "orders/list.html",
        {
            "title": "调整文件",
            "crumbs": [("组织机构", reverse("mechanism:chart")), ("调整文件", "")],
            "page": Paginator(drafts.order_by("-pk"), 30).get_page(request.GET.get("page")),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@require_safe
@requires(Permission.MECHANISM_CHANGE)
def draft(request: SignedInRequest, pk: int) -> HttpResponse:
    return _draft(request, pk)


def _draft(
    request: SignedInRequest, pk: int, failed: tuple[str, forms.Form] | None = None
) -> HttpResponse:
    found = get_object_or_404(Draft.objects.select_related("issued", "basis"), pk=pk)
    is_open = found.state == Draft.State.OPEN
    today = timezone.localdate()
    outcome, stuck = None, ""
    if is_open:
        try:
            outcome = actions.preview(found, on=today, at=timezone.now(), actor=actor_of(request))
        except Refused as refusal:
            stuck = str(refusal)
    paper = None
    if found.basis is None:
        paper = found.issued.as_paper if found.issued else actions.paper_of(found, today)
    shown = dict([failed] if failed else [])
    head = shown.get("head") or HeadForm(
        initial={
            "version": found.version,
            "title": found.title,
            "reason": found.reason,
            "effective_on": found.effective_on,
        }
    )
    return render(
        request,
        "orders/draft.html",
        {
            "title": found.title,
            "crumbs": [("调整文件", reverse("orders:list")), (found.title, "")],
            "draft": found,
            "order": found.basis or Order.objects.filter(number=found.number).first(),
            "effective_on": found.effective_on or today,
            "today": today,
            "changes": [(VERBS[c["verb"]].label, words_of(c)) for c in found.changes],
            "paper": paper,
            "is_open": is_open,
            "outcome": outcome,
            "stuck": stuck,
            "head": head if is_open else None,
            "forms": [
                (
                    verb,
                    VERBS[verb].label,
                    shown.get(verb)
                    or form(initial={"version": found.version}, auto_id=f"id_{verb}_%s"),
                )
                for verb, form in FORMS.items()
            ]
            if is_open
            else [],
            "failed": failed[0] if failed else "",
        },
        status=422 if failed else 200,
    )


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def head(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another title, reason or day of effect."""
    found = get_object_or_404(Draft, pk=pk)
    form = HeadForm(request.POST)
    if form.is_valid():
        try:
            actions.rewrite(
                pk=pk, on=timezone.localdate(), actor=actor_of(request), **form.cleaned_data
            )
        except Refused as refusal:
            _keep(request, form, refusal, "rewrite", found.title)
        else:
            return redirect("orders:draft", pk)
    return _draft(request, pk, ("head", form))


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def add(request: SignedInRequest, pk: int, verb: str) -> HttpResponse:
    """Add a change to the draft."""
    found = get_object_or_404(Draft, pk=pk)
    if verb not in FORMS:
        raise Http404
    form = FORMS[verb](request.POST, auto_id=f"id_{verb}_%s")
    if form.is_valid():
        try:
            actions.add_change(
                pk=pk,
                version=form.cleaned_data["version"],
                change=form.change(verb),
                on=timezone.localdate(),
                at=timezone.now(),
                actor=actor_of(request),
            )
        except Refused as refusal:
            _keep(request, form, refusal, "add_change", found.title)
        else:
            return redirect("orders:draft", pk)
    return _draft(request, pk, (verb, form))


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def act(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """Take a change out, give the draft up, or issue it."""
    found = get_object_or_404(Draft, pk=pk)
    common: dict[str, Any] = {
        "pk": pk,
        "version": _number(request.POST.get("version")),
        "actor": actor_of(request),
    }
    verbs: dict[str, tuple[Any, str]] = {
        "drop-change": (
            lambda: actions.drop_change(place=_number(request.POST.get("place")), **common),
            "已删去。",
        ),
        "drop": (lambda: actions.drop(**common), "已放弃。"),
        "issue": (
            lambda: actions.issue_order(
                seen=request.POST.get("seen", ""),
                on=timezone.localdate(),
                at=timezone.now(),
                **common,
            ),
            "已办结，各项调整按生效日期执行。",
        ),
    }
    if name not in verbs:
        raise Http404
    do, said = verbs[name]
    try:
        do()
    except Refused as refusal:
        refuse(request, refusal, action=f"orders.{name}", subject=found.title)
    else:
        messages.success(request, said)
    return redirect("orders:draft", pk)


def _keep(
    request: SignedInRequest, form: forms.Form, refusal: Refused, name: str, subject: str
) -> None:
    """Say why on the form, and keep a line of it in the trail."""
    form.add_error(None, str(refusal))
    record_refusal(
        actor=actor_of(request), action=f"orders.{name}", subject=subject, summary=str(refusal)
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else -1
