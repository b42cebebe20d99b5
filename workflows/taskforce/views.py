"""Pages of the task force: members, the day's sheet, the month's table."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission, Role
from kernel.calendars.queries import work_calendar
from kernel.once.sending import once
from kernel.refusal import Refused
from kernel.trail import record_refusal
from kernel.web.charts import Row, stacked_bars
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.parts import Fact
from kernel.web.xlsx import Column
from workflows.mechanism.queries import unit_names, units_in_force
from workflows.taskforce import actions, queries
from workflows.taskforce.forms import DayForm, EndForm, ExtendForm, MonthForm, SecondForm
from workflows.taskforce.models import Presence, Secondment

SERIES = {"green": "在岗", "yellow": "出差", "paused": "请假", "red": "缺勤"}
COLORS = dict(zip(SERIES, Presence, strict=True))
TOTALS = [*(p.label for p in Presence), "没有登记", "出勤率"]
KEY = "√在岗，出为出差，假为请假，×缺勤；空白为没有登记。只列工作日，调休上班日在内。出勤率为在岗和出差占已登记天数的百分比。"


@require_safe
@requires(Permission.MECHANISM_VIEW)
def members(request: SignedInRequest) -> HttpResponse:
    """Who belongs to the task force, who is missing, whose term ends."""
    return _members(request, SecondForm(units=_units()))


@require_POST
@requires(Permission.MECHANISM_CHANGE)
@once
def second(request: SignedInRequest) -> HttpResponse:
    """Second somebody."""
    form = SecondForm(request.POST, units=_units())
    if form.is_valid():
        try:
            actions.second(**form.cleaned_data, actor=actor_of(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
            _keep(request, refusal, "second", "专项工作组")
        else:
            messages.success(request, "已登记选派。")
            return redirect("taskforce:members")
    return _members(request, form)


def _keep(request: SignedInRequest, refusal: Refused, name: str, subject: str) -> None:
    record_refusal(
        actor=actor_of(request),
        action=f"taskforce.{name}",
        subject=subject,
        summary=str(refusal),
    )


def _units() -> list[tuple[str, str]]:
    return [(unit.department_code, unit.name) for unit in units_in_force(timezone.localdate())]


def _members(request: SignedInRequest, form: SecondForm) -> HttpResponse:
    today = timezone.localdate()
    names = unit_names(today)
    rows = queries.members(today)
    lacking = queries.missing(today)
    ending = {row.pk for row in queries.ending(today)}
    coming = Secondment.objects.filter(from_on__gt=today).order_by("from_on", "pk")
    past = Secondment.objects.filter(ended_on__lt=today).order_by("-ended_on", "-pk")
    return render(
        request,
        "taskforce/members.html",
        {
            "title": "专项工作组",
            "rows": [(row, names.get(row.department_code, ""), row.pk in ending) for row in rows],
            "coming": [(row, names.get(row.department_code, "")) for row in coming],
            "past": [(row, names.get(row.department_code, "")) for row in past[:30]],
            "facts": [
                Fact("脱产人员", sum(not r.temporary for r in rows), "人"),
                Fact("临时参加", sum(r.temporary for r in rows), "人"),
                Fact("未选派单位", len(lacking), "个", "yellow" if lacking else ""),
                Fact("一个月内期满", len(ending), "人", "yellow" if ending else ""),
            ],
            "missing": [name for _, name in lacking],
            "apart": queries.apart(today),
            "form": form,
            "may_change": Permission.MECHANISM_CHANGE in request.permissions,
        },
        status=422 if form.errors else 200,
    )


@require_safe
@requires(Permission.MECHANISM_VIEW)
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """One person's term, and how it became longer."""
    return _person(request, get_object_or_404(Secondment, pk=pk))


def _person(request: SignedInRequest, row: Secondment, **bound: forms.Form) -> HttpResponse:
    today = timezone.localdate()
    may_change = row.ended_on is None and Permission.MECHANISM_CHANGE in request.permissions
    given = {"version": row.version}
    ending = {**given, "on": today, "document": row.document}
    return render(
        request,
        "taskforce/person.html",
        {
            "title": row.name,
            "crumbs": [("专项工作组", reverse("taskforce:members")), (row.name, "")],
            "row": row,
            "unit": unit_names(today).get(row.department_code, ""),
            "extensions": row.extensions.order_by("pk"),
            "may_change": may_change,
            "extend_form": ExtendForm(initial=given, auto_id="id_extend_%s"),
            "end_form": EndForm(initial=ending, auto_id="id_end_%s"),
            **bound,
        },
        status=422 if bound else 200,
    )


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def term(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """Extend a term, or end it."""
    row = get_object_or_404(Secondment, pk=pk)
    found = {"extend": ExtendForm, "end": EndForm}.get(name)
    if found is None:
        raise Http404
    form = found(request.POST, auto_id=f"id_{name}_%s")
    if form.is_valid():
        given: dict[str, Any] = {"pk": pk, "actor": actor_of(request), **form.cleaned_data}
        try:
            if name == "extend":
                actions.extend(**given, at=timezone.now())
            else:
                actions.end(**given, today=timezone.localdate())
        except Refused as refusal:
            form.add_error(None, str(refusal))
            _keep(request, refusal, name, row.name)
        else:
            messages.success(request, "已登记。")
            return redirect("taskforce:person", pk)
    return _person(request, row, **{f"{name}_form": form})


@require_http_methods(["GET", "POST"])
@requires(Permission.MECHANISM_CHANGE)
def day(request: SignedInRequest) -> HttpResponse:
    """The day's sheet, for everybody at once."""
    today, calendar = timezone.localdate(), work_calendar()
    form = DayForm(request.GET or None)
    usable = not form.is_bound or form.is_valid()
    on = (form.cleaned_data.get("on") if form.is_bound else None) or calendar.on_or_before(today)
    known = queries.of_day(on)
    seen = queries.day_digest(known)
    marks = {pk: (row.presence, row.note) for pk, row in known.items()}
    refused = False
    if request.method == "POST" and usable:
        given = _marks(request)
        try:
            count = actions.take_day(
                on=on,
                marks=given,
                seen=request.POST.get("seen", ""),
                today=today,
                at=timezone.now(),
                actor=actor_of(request),
            )
        except Refused as refusal:
            refuse(request, refusal, action="taskforce.take_day", subject=f"考勤 {on}")
            refused = True
            if request.POST.get("seen") == seen:  # nobody else wrote: what was filled in stays
                marks.update(given)
        else:
            messages.success(request, f"{on} 的考勤已登记，{count} 人有变动。")
            return redirect(f"{reverse('taskforce:day')}?on={on}")
    return render(
        request,
        "taskforce/day.html",
        {
            "title": "集中办公考勤",
            "crumbs": [("专项工作组", reverse("taskforce:members")), ("考勤", "")],
            "on": on,
            "works": calendar.is_working(on),
            "future": on > today,
            "form": DayForm(initial={"on": on}) if usable else form,
            "rows": [(row, *marks.get(row.pk, ("", ""))) for row in queries.members(on)],
            "usable": usable,
            "seen": seen,
            "presences": Presence.choices,
        },
        status=422 if refused or not usable else 200,
    )


def _marks(request: SignedInRequest) -> dict[int, tuple[str, str]]:
    """What the sheet says: (presence, note) by secondment."""
    return {
        int(pk): (request.POST[key], request.POST.get(f"n-{pk}", ""))
        for key in request.POST
        if key.startswith("p-") and (pk := key.removeprefix("p-")).isdecimal()
    }


def _whose(request: SignedInRequest) -> str | None:
    """Whose attendance the member sees: one department's, or None for everybody's."""
    sees_all = Role(request.membership.role) in (Role.OFFICE, Role.LEADER, Role.SUPERVISION)
    return None if sees_all else request.membership.department_code


@require_safe
@requires(Permission.MECHANISM_VIEW)
def month(request: SignedInRequest) -> HttpResponse:
    """A month's table with totals, picture and workbook; a department sees its own people's."""
    today, calendar = timezone.localdate(), work_calendar()
    form = MonthForm(request.GET or None)
    usable = not form.is_bound or form.is_valid()
    asked = form.cleaned_data.get("month") if form.is_bound else None
    first = (asked or today).replace(day=1)
    found = queries.month(first, today, calendar, department_code=_whose(request))
    names = unit_names(today)
    if usable and request.GET.get("export"):
        return workbook(
            f"专项工作组{first.year}年{first.month}月考勤",
            [
                Column("单位", 26),
                Column("姓名", 14),
                *(Column(f"{d.day}日", 5, "考勤") for d in found.days),
                *(Column(label, 8, "合计") for label in TOTALS),
            ],
            (
                (
                    names.get(line.secondment.department_code, line.secondment.department_code),
                    line.secondment.name,
                    *(queries.MARKS[mark] for mark in line.days),
                    *_totals(line),
                )
                for line in found.lines
            ),
            as_of=min(today, found.days[-1]) if found.days else today,
            notes=[KEY],
        )
    chart = stacked_bars(
        [
            Row(line.secondment.name, {color: line.count(p) for color, p in COLORS.items()})
            for line in found.lines
        ],
        title=f"{first.year}年{first.month}月集中办公",
        series=SERIES,
        of="人员",
        unit="天",
    )
    return render(
        request,
        "taskforce/month.html",
        {
            "title": f"{first.year}年{first.month}月考勤",
            "crumbs": [("专项工作组", reverse("taskforce:members")), ("月表", "")],
            "form": MonthForm(initial={"month": first}) if usable else form,
            "month": found,
            "first": first,
            "lines": [
                (
                    line,
                    names.get(line.secondment.department_code, ""),
                    [queries.MARKS[mark] for mark in line.days],
                    _totals(line),
                )
                for line in found.lines
                if usable
            ],
            "totals": TOTALS,
            "key": KEY,
            "facts": [
                Fact("人员", len(found.lines), "人"),
                Fact("工作日", len(found.days), "天，截至今天" if first <= today else "天"),
                Fact("出勤率", _percent(queries.rate(found.lines))),
                Fact("没有登记", sum(line.missing for line in found.lines), "人次"),
            ],
            "chart": chart,
        },
        status=200 if usable else 422,
    )


def _totals(line: queries.Line) -> list[Any]:
    return [*(line.count(p) for p in Presence), line.missing, _percent(line.rate)]


def _percent(rate: int | None) -> str:
    return "—" if rate is None else f"{rate}%"
