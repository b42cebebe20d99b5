"""Pages of the organisation (组织机构)."""

from collections.abc import Callable, Iterable
from datetime import date
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
from kernel.web.xlsx import Column, workbook_bytes
from workflows.mechanism import actions, forms, queries
from workflows.mechanism.models import Order, Seat, Unit
from workflows.mechanism.queries import Place

# Looking ------------------------------------------------------------------------------------------


@require_safe
@requires(Permission.MECHANISM_VIEW)
def chart(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    form = forms.AsOf(request.GET or None, initial={"on": today})
    on = _day(form)
    organisation = queries.organisation(on)
    host = organisation.host
    facts = [
        Fact("成员单位", len(organisation.units), "个"),
        Fact("席位", len(organisation.places), f"其中空缺 {organisation.vacant} 个"),
        Fact("专项工作组", len(organisation.task_force), "人编制"),
        Fact("最近一次变更", _told(queries.last_change()) or "建立以来没有变更"),
    ]
    lacks = queries.missing(
        {unit.department_code for unit in organisation.units},
        [(place.kind, place.seat.department_code) for place in organisation.places],
        has_host=host is not None,
    )
    return render(
        request,
        "mechanism/chart.html",
        {
            "title": "组织机构",
            "form": form,
            "on": on,
            "is_today": on == today,
            "organisation": organisation,
            "facts": facts,
            "lacks": lacks,
            "may_change": Permission.MECHANISM_CHANGE in request.permissions,
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
    return _seat_page(request, get_object_or_404(Seat, pk=number))


@require_safe
@requires(Permission.MECHANISM_VIEW)
def unit(request: SignedInRequest, number: int) -> HttpResponse:
    return _unit_page(request, get_object_or_404(Unit, pk=number))


@require_safe
@requires(Permission.MECHANISM_CHANGE)
def add(request: SignedInRequest) -> HttpResponse:
    return _add_page(request)


@require_safe
@requires(Permission.MECHANISM_VIEW)
def orders(request: SignedInRequest) -> HttpResponse:
    """Documents on file."""
    return _orders_page(request)


# Changing -----------------------------------------------------------------------------------------


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def appoint(request: SignedInRequest, number: int) -> HttpResponse:
    row = get_object_or_404(Seat, pk=number)
    form = forms.AppointForm(request.POST, prefix="appoint")

    def act() -> str:
        actions.appoint(seat_number=row.pk, actor=actor_of(request), **form.cleaned_data)
        return reverse("mechanism:seat", args=[row.pk])

    return _changed(request, form, act, row) or _seat_page(request, row, appoint_form=form)


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def change_seat(request: SignedInRequest, number: int) -> HttpResponse:
    row = get_object_or_404(Seat, pk=number)
    form = forms.change_seat_form(row, request.POST)

    def act() -> str:
        following = actions.change_seat(
            seat_number=row.pk, actor=actor_of(request), **form.cleaned_data
        )
        return reverse("mechanism:seat", args=[following.pk])

    return _changed(request, form, act, row) or _seat_page(request, row, post_form=form)


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def end_seat(request: SignedInRequest, number: int) -> HttpResponse:
    row = get_object_or_404(Seat, pk=number)
    form = forms.EndForm(request.POST, prefix="end")

    def act() -> str:
        actions.end_seat(seat_number=row.pk, actor=actor_of(request), **form.cleaned_data)
        return reverse("mechanism:seat", args=[row.pk])

    return _changed(request, form, act, row) or _seat_page(request, row, end_form=form)


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def change_unit(request: SignedInRequest, number: int) -> HttpResponse:
    row = get_object_or_404(Unit, pk=number)
    form = forms.change_unit_form(row, request.POST)

    def act() -> str:
        actions.change_unit(unit_number=row.pk, actor=actor_of(request), **form.cleaned_data)
        return reverse("mechanism:unit", args=[row.pk])

    return _changed(request, form, act, row) or _unit_page(request, row, unit_form=form)


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def end_unit(request: SignedInRequest, number: int) -> HttpResponse:
    row = get_object_or_404(Unit, pk=number)
    form = forms.EndForm(request.POST, prefix="end")

    def act() -> str:
        actions.end_unit(unit_number=row.pk, actor=actor_of(request), **form.cleaned_data)
        return reverse("mechanism:unit", args=[row.pk])

    return _changed(request, form, act, row) or _unit_page(request, row, end_form=form)


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def add_unit(request: SignedInRequest) -> HttpResponse:
    form = forms.AddUnitForm(request.POST, prefix="unit", units=_units())

    def act() -> str:
        row = actions.add_unit(actor=actor_of(request), **form.cleaned_data)
        return reverse("mechanism:unit", args=[row.pk])

    return _changed(request, form, act, "成员单位") or _add_page(request, unit_form=form)


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def add_seat(request: SignedInRequest) -> HttpResponse:
    form = forms.AddSeatForm(request.POST, prefix="seat", units=_units())

    def act() -> str:
        row = actions.add_seat(actor=actor_of(request), **form.cleaned_data)
        return reverse("mechanism:seat", args=[row.pk])

    return _changed(request, form, act, "席位") or _add_page(request, seat_form=form)


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def file_order(request: SignedInRequest) -> HttpResponse:
    """Put a document from outside on file."""
    form = forms.OrderForm(request.POST, request.FILES)

    def act() -> str:
        given = form.cleaned_data
        actions.file_order(
            number=given["number"],
            title=given["title"],
            dated_on=given["dated_on"],
            scan=given["scan"][0],
            on=timezone.localdate(),
            at=timezone.now(),
            actor=actor_of(request),
        )
        return reverse("mechanism:orders")

    return _changed(request, form, act, "依据文件") or _orders_page(request, form=form)


# Parts --------------------------------------------------------------------------------------------


def _orders_page(request: SignedInRequest, **bound: django_forms.Form) -> HttpResponse:
    found = Order.objects.order_by("-dated_on", "-pk")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    files: dict[str, list[Any]] = {}
    for file in attached("mechanism", *(f"order:{row.pk}" for row in page)):
        files.setdefault(file.key, []).append(file)
    return render(
        request,
        "mechanism/orders.html",
        {
            "title": "依据文件",
            "crumbs": [("组织机构", reverse("mechanism:chart")), ("依据文件", "")],
            "page": page,
            "rows": [(row, files.get(f"order:{row.pk}", [])) for row in page],
            "may_change": Permission.MECHANISM_CHANGE in request.permissions,
            "form": forms.OrderForm(),
            **bound,
        },
        status=422 if bound else 200,
    )


def _changed(
    request: SignedInRequest, form: django_forms.Form, act: Callable[[], str], subject: object
) -> HttpResponse | None:
    """Act on a good form and lead to the page it names; None when the form has to be shown again."""
    if not form.is_valid():
        return None
    try:
        address = act()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        record_refusal(
            actor=actor_of(request),
            action=Permission.MECHANISM_CHANGE,
            subject=str(subject),
            summary=str(refusal),
        )
        return None
    messages.success(request, "变更已登记，前后两行都留在沿革里。")
    return redirect(address)


def _seat_page(request: SignedInRequest, row: Seat, **bound: django_forms.Form) -> HttpResponse:
    is_open = not row.voided and row.until_on is None
    may_change = is_open and Permission.MECHANISM_CHANGE in request.permissions
    of_unit = Unit.objects.filter(department_code=row.department_code).order_by("-pk").first()
    history = queries.history_of_seat(row)
    current = next((held for held in history if not held.voided and held.until_on is None), None)
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
            "is_open": is_open,
            "current": current,
            "history": history,
            "may_change": may_change,
            "appoint_form": forms.AppointForm(
                prefix="appoint", initial={"seen": current.pk if current else 0}
            ),
            "post_form": forms.change_seat_form(row),
            "end_form": forms.EndForm(prefix="end"),
            **bound,
        },
        status=422 if bound else 200,
    )


def _unit_page(request: SignedInRequest, row: Unit, **bound: django_forms.Form) -> HttpResponse:
    is_open = not row.voided and row.until_on is None
    history = queries.history_of_unit(row.department_code)
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
            "is_open": is_open,
            "places": [
                place
                for place in queries.organisation(timezone.localdate()).places
                if place.seat.department_code == row.department_code
            ],
            "history": history,
            "may_change": is_open and Permission.MECHANISM_CHANGE in request.permissions,
            "unit_form": forms.change_unit_form(row, seen=len(history)),
            "end_form": forms.EndForm(prefix="end"),
            **bound,
        },
        status=422 if bound else 200,
    )


def _add_page(request: SignedInRequest, **bound: django_forms.Form) -> HttpResponse:
    units = _units()
    return render(
        request,
        "mechanism/add.html",
        {
            "title": "增加单位或者席位",
            "crumbs": [("组织机构", reverse("mechanism:chart")), ("增加单位或者席位", "")],
            "unit_form": forms.AddUnitForm(prefix="unit", units=units),
            "seat_form": forms.AddSeatForm(prefix="seat", units=units),
            **bound,
        },
        status=422 if bound else 200,
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


def _units() -> list[Unit]:
    return list(queries.units_in_force(timezone.localdate()))


def _told(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
