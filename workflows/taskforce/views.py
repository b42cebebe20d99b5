"""Pages of the task force: members, the day's sheet, the month's table."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.calendars.queries import work_calendar
from kernel.refusal import Refused
from kernel.web.charts import Row, stacked_bars
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.parts import Fact
from kernel.web.xlsx import Column
from workflows.mechanism.queries import units_in_force
from workflows.taskforce import actions, queries
from workflows.taskforce.forms import DayForm, EndForm, ExtendForm, MonthForm, SecondForm
from workflows.taskforce.models import Presence, Secondment

SERIES = {"green": "在岗", "yellow": "出差", "paused": "请假", "red": "缺勤"}
COLORS = dict(zip(SERIES, Presence, strict=True))


@require_safe
@requires(Permission.MECHANISM_VIEW)
def members(request: SignedInRequest) -> HttpResponse:
    """Who belongs to the task force, who is missing, whose term ends."""
    return _members(request, SecondForm(units=_units()))


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def second(request: SignedInRequest) -> HttpResponse:
    """Second somebody."""
    form = SecondForm(request.POST, units=_units())
    if form.is_valid():
        try:
            actions.second(**form.cleaned_data, actor=actor_of(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
            refuse(request, refusal, action="taskforce.second", subject="专项工作组")
        else:
            messages.success(request, "已登记选派。")
            return redirect("taskforce:members")
    return _members(request, form)


def _units() -> list[tuple[str, str]]:
    return [(unit.department_code, unit.name) for unit in units_in_force(timezone.localdate())]


def _members(request: SignedInRequest, form: SecondForm) -> HttpResponse:
    today = timezone.localdate()
    may = Permission.MECHANISM_CHANGE in request.permissions
    names = dict(_units())
    rows = queries.members(today)
    lacking = queries.missing(today)
    ending = {row.pk for row in queries.ending(today)}
    return render(
        request,
        "taskforce/members.html",
        {
            "title": "专项工作组",
            "rows": [
                (
                    row,
                    names.get(row.department_code, row.department_code),
                    row.pk in ending,
                    ExtendForm(initial={"version": row.version}, auto_id=f"id_x{row.pk}_%s"),
                    EndForm(
                        initial={"version": row.version, "on": today}, auto_id=f"id_e{row.pk}_%s"
                    ),
                )
                for row in rows
            ],
            "facts": [
                Fact("脱产人员", sum(not r.temporary for r in rows), "人"),
                Fact("临时参加", sum(r.temporary for r in rows), "人"),
                Fact("未选派单位", len(lacking), "个", "yellow" if lacking else ""),
                Fact("一个月内期满", len(ending), "人", "yellow" if ending else ""),
            ],
            "missing": [name for _, name in lacking],
            "past": Secondment.objects.exclude(ended_on=None).order_by("-ended_on", "-pk")[:30],
            "names": names,
            "form": form,
            "may_change": may,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@requires(Permission.MECHANISM_CHANGE)
def term(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """Extend a term, or end it."""
    row = get_object_or_404(Secondment, pk=pk)
    form: Any = ExtendForm(request.POST) if name == "extend" else EndForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("".join(str(w) for errors in form.errors.values() for w in errors))
        if name == "extend":
            actions.extend(pk=pk, actor=actor_of(request), **form.cleaned_data)
        else:
            actions.end(
                pk=pk, today=timezone.localdate(), actor=actor_of(request), **form.cleaned_data
            )
    except Refused as refusal:
        refuse(request, refusal, action=f"taskforce.{name}", subject=row.name)
    else:
        messages.success(request, "已登记。")
    return redirect("taskforce:members")


@require_http_methods(["GET", "POST"])
@requires(Permission.MECHANISM_CHANGE)
def day(request: SignedInRequest) -> HttpResponse:
    """The day's sheet, for everybody at once."""
    today, calendar = timezone.localdate(), work_calendar()
    form = DayForm(request.GET or None)
    form.is_valid()
    on = getattr(form, "cleaned_data", {}).get("on") or calendar.on_or_before(today)
    if request.method == "POST":
        marks = {
            int(key.removeprefix("p-")): (
                request.POST[key],
                request.POST.get(f"n-{key.removeprefix('p-')}", ""),
            )
            for key in request.POST
            if key.startswith("p-") and key.removeprefix("p-").isdecimal()
        }
        try:
            count = actions.take_day(
                on=on, marks=marks, today=today, at=timezone.now(), actor=actor_of(request)
            )
        except Refused as refusal:
            refuse(request, refusal, action="taskforce.take_day", subject=f"考勤 {on}")
        else:
            messages.success(request, f"{on} 的考勤已登记，{count} 人有变动。")
        return redirect(f"{reverse('taskforce:day')}?on={on}")
    known = queries.of_day(on)
    return render(
        request,
        "taskforce/day.html",
        {
            "title": "集中办公考勤",
            "crumbs": [("专项工作组", reverse("taskforce:members")), ("考勤", "")],
            "on": on,
            "works": calendar.is_working(on),
            "future": on > today,
            "form": DayForm(initial={"on": on}),
            "rows": [(row, known.get(row.pk)) for row in queries.members(on)],
            "presences": Presence.choices,
        },
    )


@require_safe
@requires(Permission.MECHANISM_VIEW)
def month(request: SignedInRequest) -> HttpResponse:
    """A month's table with totals, picture and workbook."""
    today, calendar = timezone.localdate(), work_calendar()
    form = MonthForm(request.GET or None)
    form.is_valid()
    first = (getattr(form, "cleaned_data", {}).get("month") or today).replace(day=1)
    found = queries.month(first, today, calendar)
    names = {u.department_code: u.name for u in units_in_force(today)}
    if request.GET.get("export"):
        return workbook(
            f"专项工作组{first.year}年{first.month}月考勤",
            [
                Column("单位", 26),
                Column("姓名", 14),
                *(Column(f"{d.day}日", 5, "考勤") for d in found.days),
                *(Column(p.label, 7, "合计") for p in Presence),
            ],
            (
                (
                    names.get(line.secondment.department_code, line.secondment.department_code),
                    line.secondment.name,
                    *(queries.MARKS[mark] for mark in line.days),
                    *(line.count(p) for p in Presence),
                )
                for line in found.lines
            ),
            as_of=min(today, found.days[-1]) if found.days else today,
            notes=["√在岗　出差　假　×缺勤；空白为没有登记。"],
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
            "form": MonthForm(initial={"month": first}),
            "month": found,
            "first": first,
            "lines": [
                (
                    line,
                    names.get(line.secondment.department_code, ""),
                    [queries.MARKS[mark] for mark in line.days],
                    [line.count(p) for p in Presence],
                )
                for line in found.lines
            ],
            "presences": [p.label for p in Presence],
            "chart": chart,
        },
    )
