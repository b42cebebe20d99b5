"""The calendar of a year, and the notices it rests on (工作日历)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from kernel.authority.permissions import Permission
from kernel.calendars import actions
from kernel.calendars.models import HolidayNotice
from kernel.calendars.queries import work_calendar
from kernel.refusal import Refused
from kernel.trail import record_refusal
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, requires
from kernel.web.parts import Fact
from kernel.web.templatetags.lianshen import weekday
from kernel.web.xlsx import Column
from workflows.holidays import months, queries
from workflows.holidays.forms import VerifyForm, YearForm

_COLUMNS = (
    Column("日期", 14), Column("星期", 8), Column("类型", 14), Column("节日", 18),
    Column("是否工作日", 12), Column("依据", 28), Column("推定", 8),
)  # fmt: skip
_AHEAD = 2  # years beyond this one that are offered before any notice is there


@require_safe
@requires(Permission.CALENDARS_VIEW)
def year(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    shown = months.year_of(work_calendar(), _asked(request, today.year), today=today)
    on_file = queries.notices_on_file()
    its_own = [notice for notice in on_file if notice.year == shown.number]
    offered = {row.year for row in on_file} | {
        shown.number,
        *range(today.year, today.year + _AHEAD + 1),
    }
    return render(
        request,
        "holidays/year.html",
        {
            "title": f"{shown.number}年工作日历",
            "form": YearForm({"year": shown.number}, years=sorted(offered, reverse=True)),
            "year": shown,
            "today": today,
            "notices": on_file,
            "its_own": its_own,
            "facts": [
                Fact(
                    "状态",
                    "已公布" if shown.published else "推定",
                    f"{len(its_own)} 件通知在册" if its_own else "没有通知在册",
                    "green" if shown.published else "yellow",
                ),
                Fact("工作日", shown.working_days, "天"),
                Fact("放假", shown.count("rest"), "天，含连着的周末"),
                Fact("调休上班", shown.count("make-up"), "天"),
                Fact("未核实", sum(not row.verified for row in its_own), f"/ {len(its_own)} 件"),
            ],
        },
    )


@require_safe
@requires(Permission.CALENDARS_VIEW)
def export(request: SignedInRequest) -> HttpResponse:
    """Every day of the year, one a row."""
    today = timezone.localdate()
    calendar = work_calendar()
    shown = months.year_of(calendar, _asked(request, today.year), today=today)
    rows = (
        (
            day.on,
            weekday(day.on),
            day.words,
            day.name,
            day.kind in ("work", "make-up"),
            notice.number if (notice := calendar.notice_of(day.on)) else "",
            "推定" if day.provisional else "",
        )
        for day in shown.days
    )
    by_month = "，".join(f"{month.number}月{month.working_days}天" for month in shown.months)
    notes = [f"全年{shown.working_days}个工作日：{by_month}。"]
    if not shown.published:
        notes.append("这一年没有放假通知在册，只按周一至周五推算，期限都是推定。")
    return workbook(f"{shown.number}年工作日历", _COLUMNS, rows, as_of=today, notes=notes)


@require_http_methods(["GET", "POST"])
@requires(Permission.CALENDARS_CHANGE)
def verify(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read the original beside the dates on file, and say so."""
    notice = get_object_or_404(HolidayNotice.objects.prefetch_related("rests", "make_ups"), pk=pk)
    today = timezone.localdate()
    form = VerifyForm(request.POST or None, initial={"read_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            actions.verify_notice(
                number=notice.number, on=today, actor=actor_of(request), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            record_refusal(
                actor=actor_of(request),
                action="calendars.verify",
                subject=notice.number,
                summary=str(refusal),
            )
        else:
            messages.success(request, f"{notice.number}已标记为核实。")
            return redirect(f"{reverse('holidays:year')}?year={notice.year}")
    return render(
        request,
        "holidays/verify.html",
        {
            "title": f"核实：{notice.title}",
            "notice": notice,
            "form": form,
            "crumbs": [
                ("工作日历", f"{reverse('holidays:year')}?year={notice.year}"),
                (notice.number, ""),
            ],
        },
        status=422 if form.errors else 200,
    )


def _asked(request: SignedInRequest, this_year: int) -> int:
    """The year in the address, else this one; 404 for what is no year of the calendar."""
    asked = request.GET.get("year", "")
    if not asked:
        return this_year
    if not (asked.isascii() and asked.isdecimal() and len(asked) == 4):
        raise Http404
    if not months.in_range(int(asked)):
        raise Http404
    return int(asked)
