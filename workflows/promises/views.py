"""Pages of this tenant's promises (承诺时限)."""

from collections.abc import Callable

from django import forms as django_forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.refusal import Refused
from kernel.trail import record_refusal
from kernel.web.downloads import attachment
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.parts import Tile
from kernel.web.xlsx import Column, workbook_bytes
from workflows.catalogue import queries as catalogue
from workflows.promises import actions, forms, queries
from workflows.promises.actions import most_days
from workflows.promises.models import Party
from workflows.promises.queries import Terms


@require_safe
@requires(Permission.CATALOGUE_VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    form, every, rows = _rows(request)
    return render(
        request,
        "promises/listing.html",
        {
            "title": "承诺时限",
            "tiles": [
                Tile("事项", len(every), "项"),
                *(
                    Tile(
                        f"还缺{word}",
                        sum(word in row.missing for row in every),
                        "项",
                        url=f"?missing={word}",
                    )
                    for word in ("时限", "窗口", "审批人员", "帮办代办")
                ),
            ],
            "form": form,
            "page": Paginator(rows, 50).get_page(request.GET.get("page")),
            "query": request.GET.urlencode(),
            "may_change": Permission.PROMISES_CHANGE in request.permissions,
        },
    )


@require_safe
@requires(Permission.CATALOGUE_VIEW)
def export(request: SignedInRequest) -> HttpResponse:
    _, _, rows = _rows(request)
    today = timezone.localdate()
    content = workbook_bytes(
        f"{request.tenant.name}重点项目审批承诺时限",
        [
            Column("代码", 8),
            Column("事项", 34),
            Column("责任单位", 16),
            Column("法定时限", 16),
            Column("承诺时限", 16),
            Column("受理窗口", 30),
            Column("收件截止", 10),
            Column("咨询电话", 16),
            Column("审批人员", 24),
            Column("首席代表", 24),
            Column("帮办代办", 24),
            Column("还缺", 24),
            Column("法定时限核实", 14),
        ],
        (
            (
                row.line.fact.code,
                row.line.fact.name,
                row.line.department,
                row.limit,
                row.promised,
                row.promise.window if row.promise else "",
                f"{row.promise.cut_off:%H:%M}" if row.promise and row.promise.cut_off else "",
                row.promise.office_phone if row.promise else "",
                row.approvers,
                row.representatives,
                row.helpers,
                "、".join(row.missing),
                "已核实" if row.line.fact.verified else "未核实",
            )
            for row in rows
        ),
        as_of=today,
    )
    return attachment(content, f"承诺时限{today:%Y%m%d}.xlsx")


@require_safe
@requires(Permission.PROMISES_CHANGE)
def edit(request: SignedInRequest, code: str) -> HttpResponse:
    return _edit_page(request, code)


@require_POST
@requires(Permission.PROMISES_CHANGE)
def save(request: SignedInRequest, code: str) -> HttpResponse:
    _terms(code)
    form = forms.PromiseForm(request.POST)

    def act() -> None:
        actions.save(
            code=code, on=timezone.localdate(), actor=actor_of(request), **form.cleaned_data
        )

    return _done(request, form, act, code, "承诺已保存。") or _edit_page(request, code, form=form)


@require_POST
@requires(Permission.PROMISES_CHANGE)
def add_party(request: SignedInRequest, code: str) -> HttpResponse:
    _terms(code)
    form = forms.PartyForm(request.POST, prefix="party")

    def act() -> None:
        actions.add_party(
            code=code, on=timezone.localdate(), actor=actor_of(request), **form.cleaned_data
        )

    return _done(request, form, act, code, "人员已增加。") or _edit_page(
        request, code, party_form=form
    )


@require_POST
@requires(Permission.PROMISES_CHANGE)
def remove_party(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    party = get_object_or_404(Party, pk=number, promise__matter_code=code)
    seen = request.POST.get("version", "")
    try:
        actions.remove_party(
            code=code,
            party_number=party.pk,
            version=int(seen) if seen.isdecimal() else -1,
            actor=actor_of(request),
        )
    except Refused as refusal:
        refuse(request, refusal, action=Permission.PROMISES_CHANGE, subject=f"事项 {code}")
    else:
        messages.success(request, f"已去掉{party.name}。")
    return redirect("promises:edit", code)


# Parts --------------------------------------------------------------------------------------------


def _rows(request: SignedInRequest) -> tuple[forms.PromiseFilter, list[Terms], list[Terms]]:
    every = queries.terms(timezone.localdate())
    form = forms.PromiseFilter(request.GET or None, departments=catalogue.departments())
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    missing = asked.get("missing", "")
    fitting = {
        line.fact.code
        for line in catalogue.chosen(
            [row.line for row in every],
            q=asked.get("q", ""),
            department=asked.get("department", ""),
        )
    }
    rows = [
        row
        for row in every
        if row.line.fact.code in fitting
        and (not missing or (row.missing if missing == "any" else missing in row.missing))
    ]
    return form, every, rows


def _terms(code: str) -> Terms:
    for terms in queries.terms(timezone.localdate()):
        if terms.line.fact.code == code:
            return terms
    raise Http404


def _done(
    request: SignedInRequest,
    form: django_forms.Form,
    act: Callable[[], None],
    code: str,
    said: str,
) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        act()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        record_refusal(
            actor=actor_of(request),
            action=Permission.PROMISES_CHANGE,
            subject=f"事项 {code}",
            summary=str(refusal),
        )
        return None
    messages.success(request, said)
    return redirect("promises:edit", code)


def _edit_page(request: SignedInRequest, code: str, **bound: django_forms.Form) -> HttpResponse:
    terms = _terms(code)
    promise, fact = terms.promise, terms.line.fact
    version = promise.version if promise else 0
    return render(
        request,
        "promises/edit.html",
        {
            "title": fact.name,
            "crumbs": [
                ("承诺时限", reverse("promises:listing")),
                (f"{code} {fact.short_name}", ""),
            ],
            "terms": terms,
            "fact": fact,
            "promise": promise,
            "most": most_days(fact),
            "version": version,
            "form": forms.PromiseForm(
                initial={
                    "promised_days": promise.promised_days if promise else None,
                    "window": promise.window if promise else "",
                    "office_phone": promise.office_phone if promise else "",
                    "handled_here": promise.handled_here if promise else True,
                    "version": version,
                }
            ),
            "party_form": forms.PartyForm(prefix="party", initial={"version": version}),
            **bound,
        },
        status=422 if bound else 200,
    )
