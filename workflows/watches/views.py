"""Pages of the watches: alerts, approvals that lapse, and how departments keep their clocks."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.calendars.queries import work_calendar
from kernel.clock import Standing
from kernel.papers.paper import cn_date
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.parts import Fact
from workflows.catalogue.queries import departments
from workflows.procedures.queries import reach_of
from workflows.watches import actions, queries, sheets
from workflows.watches.approvals import approvals_of
from workflows.watches.forms import AlertFilter, ApprovalFilter, CaseFilter, PeriodFilter
from workflows.watches.measures import MEASURES, Case, Period, Tally, tallied
from workflows.watches.models import Alert
from workflows.watches.standings import chart_of, lines_of

PAGE = 50


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def alerts(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    names = _names()
    own = request.membership.department_code
    form = AlertFilter(request.GET or None, departments=names.items(), own=bool(own))
    chosen = form.chosen()
    found = _of_unit(queries.alerts(), chosen, own).filter(
        closed_on__isnull=chosen.get("closed") != "yes"
    )
    if words := chosen.get("q"):
        found = found.filter(
            Q(number__icontains=words)
            | Q(procedure__name__icontains=words)
            | Q(procedure__project__name__icontains=words)
        )
    if seen := chosen.get("seen"):
        found = found.filter(seen_at__isnull=seen == "no")
    narrowed = found
    if kind := chosen.get("kind"):
        found = found.filter(kind=kind)
    if request.GET.get("export"):
        lines = found.iterator(chunk_size=1000)
        cells = sheets.alert_cells(lines, names, work_calendar())
        return workbook("预警提醒", sheets.ALERT_COLUMNS, cells, as_of=today)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    reach = _reach(request, today)
    rows = [
        {
            "alert": alert,
            "department": names.get(alert.department_code, alert.department_code),
            "open": alert.seen_at is None
            and alert.closed_on is None
            and (reach is None or alert.department_code in reach),
        }
        for alert in page
    ]
    return render(
        request,
        "watches/alerts.html",
        {
            "title": "预警提醒",
            "form": form,
            "page": page,
            "rows": rows,
            "may_note": any(row["open"] for row in rows),
            "chips": _chips(request, narrowed),
            "filtered": bool(request.GET),
            "now": timezone.now(),
        },
    )


@require_POST
@requires(Permission.WATCHES_HANDLE)
def take_note(request: SignedInRequest) -> HttpResponse:
    """One row's button names its alert; the button at the head takes what is ticked."""
    told = [request.POST["only"]] if "only" in request.POST else request.POST.getlist("alert")
    keys = [int(key) for key in told if key.isascii() and key.isdecimal() and len(key) < 19]
    try:
        noted = actions.take_note(
            keys=keys,
            reach=_reach(request, timezone.localdate()),
            actor=actor_of(request),
            at=timezone.now(),
        )
        messages.success(request, f"已知悉 {noted} 条提醒。" if noted else "这些提醒先前已经知悉。")
    except actions.AlertRefused as refusal:
        refuse(request, refusal, action="watches.take_note", subject="预警提醒")
    # What was asked for stays: the list's own query comes along.
    return redirect(f"{reverse('watches:alerts')}?{request.POST.get('back', '')}".rstrip("?"))


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def validity(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    names = _names()
    own = request.membership.department_code
    form = ApprovalFilter(request.GET or None, departments=names.items(), own=bool(own))
    chosen = form.chosen()
    procedures = _of_unit(queries.approvals(), chosen, own)
    if words := chosen.get("q"):
        procedures = procedures.filter(
            Q(number__icontains=words)
            | Q(name__icontains=words)
            | Q(project__name__icontains=words)
        )
    every = approvals_of(procedures, calendar=work_calendar(), names=names, on=today)
    standing = chosen.get("standing")
    rows = [row for row in every if not standing or row.validity.standing == standing]
    if request.GET.get("export"):
        cells = sheets.approval_cells(rows)
        return workbook(
            "批文有效期", sheets.APPROVAL_COLUMNS, cells, as_of=today, notes=[_HOW_LONG]
        )
    counts = {s: sum(row.validity.standing is s for row in every) for s in Standing}
    tones = {Standing.RENEW_SOON: "yellow", Standing.BEFORE_START: "red"}
    return render(
        request,
        "watches/validity.html",
        {
            "title": "批文有效期",
            "form": form,
            "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
            "facts": [
                Fact(s.label, n, "件", tones.get(s, "") if n else "", _address(request, standing=s))
                for s, n in counts.items()
            ],
            "how_long": _HOW_LONG,
            "filtered": bool(request.GET),
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def indicators(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    names = _names()
    form = PeriodFilter(request.GET or None, today=today)
    period = form.period
    counted = tallied(
        queries.histories(
            queries.touched(period.first_on, period.last_on), calendar=work_calendar(), on=today
        ),
        period,
        list(MEASURES.values()),
    )
    by_measure = {
        name: lines_of(MEASURES[name], tallies, names, period) for name, tallies in counted.items()
    }
    if request.GET.get("export"):
        lines = [line for lines in by_measure.values() for line in lines]
        return workbook(
            "办理监测",
            sheets.LINE_COLUMNS,
            sheets.line_cells(lines),
            as_of=today,
            notes=[_days(period), *(f"{m.label}：{m.rule}" for m in MEASURES.values())],
        )
    by_unit: dict[str, dict[str, Any]] = {}
    for lines in by_measure.values():
        for line in lines:
            by_unit.setdefault(line.code, {})[line.measure.name] = line
    order = [
        *(code for code in names if code in by_unit),
        *sorted(by_unit.keys() - names.keys() - {""}),
    ]
    return render(
        request,
        "watches/indicators.html",
        {
            "title": "办理监测",
            "form": form,
            "measures": MEASURES.values(),
            "facts": [
                Fact(
                    measure.label,
                    share.words if share.judged else "不评价",
                    f"{share.hits} / {share.of} 件{measure.counted}{'' if share.judged else '，少于5件'}",
                    url=lines[-1].url,
                )
                for measure, lines in zip(MEASURES.values(), by_measure.values(), strict=True)
                for share in [lines[-1].tally.share]
            ],
            "rows": [
                (names.get(code, code), [by_unit[code].get(name) for name in MEASURES])
                for code in order
            ],
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def indicator(request: SignedInRequest, name: str) -> HttpResponse:
    if name not in MEASURES:
        raise Http404
    measure = MEASURES[name]
    today = timezone.localdate()
    names = _names()
    form = CaseFilter(
        request.GET or None, today=today, departments=names.items(), flagged=measure.flagged
    )
    chosen, period = form.chosen(), form.period
    code = chosen.get("department")
    tallies: dict[str, Tally] = {}
    cases: list[Case] = []
    for history in queries.histories(
        queries.touched(period.first_on, period.last_on), calendar=work_calendar(), on=today
    ):
        unit = history.procedure.department_code
        for case in measure.find(history, period):
            tallies.setdefault(unit, Tally()).add(case)
            if (case.flagged or chosen.get("rows") == "all") and code in (None, "", unit):
                cases.append(case)
    cases.sort(key=lambda case: (case.on, case.procedure.number), reverse=True)
    if request.GET.get("export"):
        return workbook(
            f"{measure.label}明细",
            sheets.CASE_COLUMNS,
            sheets.case_cells(cases, names),
            as_of=today,
            notes=[_days(period), measure.rule],
        )
    lines = lines_of(measure, tallies, names, period)
    page = Paginator(cases, PAGE).get_page(request.GET.get("page"))
    span = {"first": period.first_on, "last": period.last_on}
    board = f"{reverse('watches:indicators')}?{urlencode(span)}"
    return render(
        request,
        "watches/indicator.html",
        {
            "title": measure.label,
            "crumbs": [("办理监测", board), (measure.label, "")],
            "measure": measure,
            "form": form,
            "chart": chart_of(measure, lines) if tallies else None,
            "page": page,
            "rows": [
                (case, names.get(case.procedure.department_code, case.procedure.department_code))
                for case in page
            ],
            "show_all": _address(request, rows="all"),
            "now": timezone.now(),
        },
    )


# Inside ------------------------------------------------------------------------------------------

_HOW_LONG = (
    "有效期自办结之日起算，止于若干月后的同日，没有同日的止于月末；最迟申请延续的日期按工作日往前数。"
    "以领取之日起算的批文实际略晚届满，以批文所载为准。"
)


def _days(period: Period) -> str:
    return f"统计期间{cn_date(period.first_on)}至{cn_date(period.last_on)}，按事情发生的日期。"


def _names() -> Mapping[str, str]:
    return {code: department.short_name for code, department in departments().items()}


def _reach(request: SignedInRequest, today: date) -> frozenset[str] | None:
    """Units whose alerts the member answers for; nobody's without the permission."""
    if Permission.WATCHES_HANDLE not in request.permissions:
        return frozenset()
    return reach_of(request.membership, today)


def _of_unit(found: QuerySet[Any], chosen: Mapping[str, Any], own: str) -> QuerySet[Any]:
    """The member's own unit first; others when asked."""
    if own and chosen.get("scope") != "all":
        found = found.filter(department_code=own)
    if department := chosen.get("department"):
        found = found.filter(department_code=department)
    return found


def _chips(request: SignedInRequest, found: QuerySet[Alert]) -> list[dict[str, Any]]:
    counts = queries.alerts_by_kind(found)
    chosen = request.GET.get("kind", "")
    chips = [("全部", sum(counts.values()), "")]
    chips += [(kind.label, count, kind.value) for kind, count in counts.items()]
    return [
        {
            "label": label,
            "count": count,
            "url": _address(request, kind=kind),
            "current": kind == chosen,
        }
        for label, count, kind in chips
    ]


def _address(request: SignedInRequest, **changes: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for key, value in changes.items():
        if value:
            query[key] = value
        else:
            query.pop(key, None)
    return f"?{query.urlencode()}"
