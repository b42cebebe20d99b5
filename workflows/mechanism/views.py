"""Pages of the organisation (组织机构)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.papers.attaching import attached
from kernel.refusal import Refused
from kernel.trail import record_refusal
from kernel.web.downloads import attachment
from kernel.web.http import SignedInRequest, actor_of, requires
from kernel.web.parts import Fact
from kernel.web.templatetags.lianshen import full_day
from kernel.web.xlsx import Column, workbook_bytes
from workflows.mechanism import actions, forms, queries
from workflows.mechanism.history import History
from workflows.mechanism.models import Order, Seat, Unit
from workflows.mechanism.queries import Place

YEAR = timedelta(days=366)

# Looking ------------------------------------------------------------------------------------------


@require_safe
@requires(Permission.MECHANISM_VIEW)
def chart(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    form = forms.AsOf(request.GET or None, initial={"on": today})
    on = _day(form)
    history = History()
    organisation = history.on(on)
    changed = [day for day in history.days if day <= today][1:]
    facts = [
        Fact("成员单位", len(organisation.units), "个"),
        Fact("席位", len(organisation.places), f"其中空缺 {organisation.vacant} 个"),
        Fact("专项工作组", len(organisation.task_force), "人编制"),
        Fact("最近一次变更", full_day(changed[-1]) if changed else "建立以来没有变更"),
    ]
    return render(
        request,
        "mechanism/chart.html",
        {
            "title": "组织机构",
            "form": form,
            "on": on,
            "today": today,
            "before": history.day_before(on),
            "after": history.day_after(on),
            "organisation": organisation,
            "facts": facts,
            "lacks": organisation.lacks,
            "may_change": Permission.MECHANISM_CHANGE in request.permissions,
        },
    )


@require_safe
@requires(Permission.MECHANISM_VIEW)
def changes(request: SignedInRequest) -> HttpResponse:
    """What changed between two days: by default the last year and what is to come."""
    today = timezone.localdate()
    history = History()
    shown = {"since": today - YEAR, "on": max([today, *history.days])}
    form = forms.Between({name: request.GET.get(name) or day for name, day in shown.items()})
    form.is_valid()
    since, on = (form.cleaned_data.get(name, day) for name, day in shown.items())
    return render(
        request,
        "mechanism/changes.html",
        {
            "title": "机构变更",
            "crumbs": [("组织机构", reverse("mechanism:chart")), ("机构变更", "")],
            "form": form,
            "since": since,
            "on": on,
            "today": today,
            "days": [*history.changes(since, on)][::-1],
        },
    )


@require_safe
@requires(Permission.MECHANISM_VIEW)
def seats(request: SignedInRequest) -> HttpResponse:
    form, on, places = _seats(request)
    return render(
        request,
        "mechanism/seats.html",
        {
            "title": "成员单位和席位",
            "crumbs": [("组织机构", reverse("mechanism:chart")), ("成员单位和席位", "")],
            "form": form,
            "on": on,
            "page": Paginator(places, 50).get_page(request.GET.get("page")),
            "query": request.GET.urlencode(),
            "may_change": Permission.MECHANISM_CHANGE in request.permissions,
        },
    )


@require_safe
@requires(Permission.MECHANISM_VIEW)
def export(request: SignedInRequest) -> HttpResponse:
    _, on, places = _seats(request)
    content = workbook_bytes(
        f"{request.tenant.name}重点项目联审联批工作机制组织机构",
        [
            Column("席位", 18),
            Column("单位", 34),
            Column("由何职务担任", 34),
            Column("姓名", 16),
            Column("办公电话", 16),
            Column("席位自", 14),
            Column("任职自", 14),
            Column("依据文件", 28),
        ],
        (
            (
                place.kind.label,
                place.unit_name,
                place.seat.post,
                place.holder or "空缺",
                place.holding.office_phone if place.holding else "",
                place.seat.from_on,
                place.holding.from_on if place.holding else None,
                place.holding.document if place.holding else place.seat.document,
            )
            for place in places
        ),
        as_of=on,
    )
    return attachment(content, f"组织机构{on:%Y%m%d}.xlsx")


@require_safe
@requires(Permission.MECHANISM_VIEW)
def seat(request: SignedInRequest, number: int) -> HttpResponse:
    row = get_object_or_404(Seat, pk=number)
    today = timezone.localdate()
    of_units = Unit.objects.filter(department_code=row.department_code, voided=False)
    of_unit = of_units.order_by("-from_on").first()
    history = queries.history_of_seat(row)
    return render(
        request,
        "mechanism/seat.html",
        {
            "title": f"{of_unit.name} · {row.get_kind_display()}"
            if of_unit
            else row.get_kind_display(),
            "crumbs": [
                ("组织机构", reverse("mechanism:chart")),
                ("成员单位和席位", reverse("mechanism:seats")),
                (row.get_kind_display(), ""),
            ],
            "seat": row,
            "unit": of_unit,
            "holds": row.holds(today),
            "current": next((held for held in history if held.holds(today)), None),
            "history": [(held, held.holds(today)) for held in history],
            "may_change": Permission.MECHANISM_CHANGE in request.permissions,
        },
    )


@require_safe
@requires(Permission.MECHANISM_VIEW)
def unit(request: SignedInRequest, number: int) -> HttpResponse:
    row = get_object_or_404(Unit, pk=number)
    today = timezone.localdate()
    return render(
        request,
        "mechanism/unit.html",
        {
            "title": row.name,
            "crumbs": [
                ("组织机构", reverse("mechanism:chart")),
                ("成员单位和席位", reverse("mechanism:seats")),
                (row.name, ""),
            ],
            "unit": row,
            "holds": row.holds(today),
            "places": [
                place
                for place in queries.organisation(today).places
                if place.seat.department_code == row.department_code
            ],
            "history": [
                (past, past.holds(today)) for past in queries.history_of_unit(row.department_code)
            ],
            "may_change": Permission.MECHANISM_CHANGE in request.permissions,
        },
    )


@require_safe
@requires(Permission.MECHANISM_VIEW)
def orders(request: SignedInRequest) -> HttpResponse:
    """Documents on file."""
    return _orders_page(request)


@require_safe
@requires(Permission.MECHANISM_VIEW)
def order(request: SignedInRequest, number: int) -> HttpResponse:
    return _order_page(request, get_object_or_404(Order, pk=number))


# Filing -------------------------------------------------------------------------------------------


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def file_order(request: SignedInRequest) -> HttpResponse:
    """Put a document from outside on file."""
    form = forms.OrderForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        try:
            filed = actions.file_order(
                number=given["number"],
                title=given["title"],
                dated_on=given["dated_on"],
                scan=given["scan"][0],
                on=timezone.localdate(),
                at=timezone.now(),
                actor=actor_of(request),
            )
        except Refused as refusal:
            _refuse(request, form, refusal, given["number"])
        else:
            messages.success(
                request, "文件已登记。要按它调整机构和人员，请拟一份调整并选它作依据。"
            )
            return redirect("mechanism:order", filed.pk)
    return _orders_page(request, form=form)


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def add_scan(request: SignedInRequest, number: int) -> HttpResponse:
    """Keep the scan of a document that is on file."""
    row = get_object_or_404(Order, pk=number)
    form = forms.ScanForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            for scan in form.cleaned_data["scan"]:
                actions.add_scan(
                    order_pk=row.pk, scan=scan, at=timezone.now(), actor=actor_of(request)
                )
        except Refused as refusal:
            _refuse(request, form, refusal, row.number)
        else:
            messages.success(request, "扫描件已补存。")
            return redirect("mechanism:order", row.pk)
    return _order_page(request, row, form=form)


# Parts --------------------------------------------------------------------------------------------


def _orders_page(request: SignedInRequest, **bound: django_forms.Form) -> HttpResponse:
    found = Order.objects.order_by("-dated_on", "-pk")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    files: dict[str, list[Any]] = {}
    for file in attached("mechanism", *(row.key for row in page)):
        files.setdefault(file.key, []).append(file)
    return render(
        request,
        "mechanism/orders.html",
        {
            "title": "依据文件",
            "crumbs": [("组织机构", reverse("mechanism:chart")), ("依据文件", "")],
            "page": page,
            "rows": [(row, files.get(row.key, [])) for row in page],
            "reads_papers": _reads_papers(request),
            "may_change": Permission.MECHANISM_CHANGE in request.permissions,
            "form": forms.OrderForm(),
            **bound,
        },
        status=422 if bound else 200,
    )


def _reads_papers(request: SignedInRequest) -> bool:
    """An order is addressed to every member unit; who belongs to none needs the register."""
    return Permission.PAPERS_VIEW in request.permissions or bool(request.membership.department_code)


def _order_page(request: SignedInRequest, row: Order, **bound: django_forms.Form) -> HttpResponse:
    history = History()
    made = [
        (day, difference)
        for day, found in history.changes(date.min, date.max)
        for difference in found
        if difference.document == row.number
    ]
    return render(
        request,
        "mechanism/order.html",
        {
            "title": row.number,
            "crumbs": [
                ("组织机构", reverse("mechanism:chart")),
                ("依据文件", reverse("mechanism:orders")),
                (row.number, ""),
            ],
            "order": row,
            "reads_papers": _reads_papers(request),
            "made": made,
            "files": attached("mechanism", row.key),
            "may_change": Permission.MECHANISM_CHANGE in request.permissions,
            "form": forms.ScanForm(),
            **bound,
        },
        status=422 if bound else 200,
    )


def _refuse(
    request: SignedInRequest, form: django_forms.Form, refusal: Refused, subject: str
) -> None:
    form.add_error(None, str(refusal))
    record_refusal(
        actor=actor_of(request),
        action=Permission.MECHANISM_CHANGE,
        subject=subject,
        summary=str(refusal),
    )


def _seats(request: SignedInRequest) -> tuple[forms.SeatFilter, date, list[Place]]:
    organisation = queries.organisation(timezone.localdate())
    form = forms.SeatFilter(
        request.GET or None, units=organisation.units, initial={"on": organisation.on}
    )
    on = _day(form)
    if on != organisation.on:
        organisation = queries.organisation(on)
        form = forms.SeatFilter(request.GET or None, units=organisation.units)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return form, on, list(_chosen(organisation.places, chosen))


def _chosen(places: Iterable[Place], chosen: dict[str, Any]) -> Iterable[Place]:
    for place in places:
        if chosen.get("kind") and place.seat.kind != chosen["kind"]:
            continue
        if chosen.get("unit") and place.seat.department_code != chosen["unit"]:
            continue
        if chosen.get("held") and (place.holding is not None) != (chosen["held"] == "yes"):
            continue
        yield place


def _day(form: django_forms.Form) -> date:
    """The day asked for; today when none, or none that can be read, was given."""
    form.is_valid()
    asked = getattr(form, "cleaned_data", {}).get("on")
    return asked if isinstance(asked, date) else timezone.localdate()
