"""What projects and procedures say for a half-month: how far, what is stuck and why, what comes next."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Least
from django.urls import reverse

from kernel.calendars.queries import work_calendar
from kernel.clock import Kind, WorkCalendar
from kernel.papers.paper import cn_date
from kernel.web.lamps import Lamp
from workflows.assignments.models import Part as SheetPart
from workflows.catalogue.queries import short_names
from workflows.catalogue.wording import STAGES
from workflows.dispatch.lifecycle import Period
from workflows.dispatch.parts import Figure, Row, Taken, added, counted
from workflows.dispatch.taking.rooms import CHUNK, SHEET, meeting_rows, sheet_rows
from workflows.dispatch.taking.words import day_words
from workflows.meetings.candidates import LONG_STOP
from workflows.meetings.lifecycle import State as MeetingState
from workflows.meetings.models import Meeting
from workflows.procedures.lamps import DAY_NAMES, LampRule, bound_by
from workflows.procedures.lifecycle import FINISHED, PAUSED, REASON_OF, RUNNING, Ball, State
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.queries import lamp_rules, ledger, under_lamp
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project

PROJECT = ("项目", "项目单位", "目标日", "预计办齐")
DONE = ("办件", "项目", "责任单位", "受理", "办结", "法定期限", "承诺期限")
STUCK = ("办件", "项目", "责任单位", "状态", "在谁手里", "期限", "预计完成", "原因")
SHARES = ("审批事项", "已办结", "在办", "红灯", "黄灯", "停表")
LAST_STOP = ClockEntry.objects.filter(
    procedure=OuterRef("pk"), kind=Kind.STOP, corrected_by=None
).order_by("-pk")
_NAMED = 5
_DAYS_NAMED = 8


def progress(period: Period, on: date) -> Taken:
    """Projects and procedures as of ``on``: how many, how far, what was decided in the half-month."""
    confirmed = Project.objects.filter(state=ProjectState.CONFIRMED)
    every = counted("projects", "清单项目", PROJECT, _projects(confirmed), unit="个")
    done = counted(
        "done",
        "全部办结项目",
        PROJECT,
        _projects(confirmed.filter(done_on__lte=on)),
        unit="个",
        good=1,
    )
    meets = Q(done_on__lte=F("target_on")) | Q(
        done_on=None, expected_on__lte=F("target_on"), target_on__gte=on
    )
    on_target = counted(
        "on_target",
        "按目标可办齐项目",
        PROJECT,
        _projects(confirmed.filter(meets)),
        unit="个",
        good=1,
    )
    span = (period.first, min(period.last, on))
    procedures = ledger()
    decided = counted(
        "decided",
        "本期办结",
        DONE,
        _done(procedures.filter(decided_on__range=span).order_by("decided_on", "number")),
        good=1,
    )
    accepted = counted(
        "accepted",
        "本期受理",
        DONE,
        _done(procedures.filter(accepted_on__range=span).order_by("accepted_on", "number")),
    )
    shares = _shares(on)
    names = short_names()
    total = added("total", "审批事项", ("项目", *SHARES), _by_project(on), adds=1)
    units = counted(
        "units",
        "承办单位",
        ("责任单位", *SHARES),
        _grouped(shares, 0, lambda code: names.get(code, code), "department"),
        unit="个",
    )
    finished = added(
        "finished",
        "累计办结",
        ("阶段", *SHARES),
        _grouped(shares, 1, lambda stage: STAGES[stage], "stage"),
        adds=2,
        good=1,
    )
    running = added(
        "running",
        "在办事项",
        ("状态", *SHARES),
        _grouped(shares, 2, lambda state: State(state).label, "state"),
        adds=3,
    )
    most = _where(decided, "{} {} 项")
    words = [
        (
            f"清单项目 {{projects}} 个，已全部办结 {{done}} 个；{{units}} 个单位承办审批事项 {{total}} 项，累计办结 {{finished}} 项，"
            f"办结率 {_share(finished, total)}，在办 {{running}} 项。"
        ),
        f"{period.words}受理 {{accepted}} 项，办结 {{decided}} 项{f'，其中{most}' if most else ''}。",
        f"按目标日已办齐或者预计可办齐的项目 {{on_target}} 个，占 {_share(on_target, every)}。",
    ]
    figures = [every, done, on_target, total, units, finished, running, decided, accepted]
    return Taken(words, figures)


def problems(period: Period, on: date) -> Taken:
    """Lamps, passed days and standing clocks with cause, owner and next date; plans that can't be kept."""
    calendar, rule = work_calendar(), lamp_rules().on(on)
    procedures = ledger().annotate(
        stop_on=Subquery(LAST_STOP.values("on")[:1]),
        stop_reason=Subquery(LAST_STOP.values("reason")[:1]),
    )
    open_ = procedures.exclude(state__in=FINISHED)
    stopped = open_.filter(state__in=PAUSED)

    def stuck(key: str, label: str, found: QuerySet[Procedure], *order: str) -> Figure:
        rows = _stuck(found.order_by(*order, "number"), on, calendar, rule)
        return counted(key, label, STUCK, rows, good=-1)

    longest = calendar.subtract(on, LONG_STOP)
    red = stuck("red", "红灯", procedures.filter(under_lamp(Lamp.RED, on)), "red_on")
    figures = [
        red,
        stuck("yellow", "黄灯", procedures.filter(under_lamp(Lamp.YELLOW, on)), "red_on"),
        stuck(
            "statutory", "超过法定期限", open_.filter(statutory_due_on__lt=on), "statutory_due_on"
        ),
        stuck("promised", "超过承诺期限", open_.filter(promised_due_on__lt=on), "promised_due_on"),
        stuck("stopped", "停表", stopped, "stop_on"),
        stuck("long_stop", "久停未恢复", stopped.filter(stop_on__lt=longest), "stop_on"),
        counted(
            "infeasible",
            "计划办不齐的项目",
            ("项目", "差几个工作日", "冲突链"),
            _conflicts(),
            unit="个",
            good=-1,
        ),
    ]
    values = {figure.key: figure.value for figure in figures}
    words = [
        (
            "红灯 {red} 项、黄灯 {yellow} 项，其中超过法定期限 {statutory} 项、超过承诺期限 {promised} 项；"
            "停表 {stopped} 项，"
            f"其中停表超过 {LONG_STOP} 个工作日 {{long_stop}} 项。"
        )
    ]
    words += [f"红灯事项主要在{_where(red, '{}（{} 项）')}。"] if values["red"] else []
    words += (
        ["{infeasible} 个项目按倒排计划赶不上目标日，须压缩用时或者调整时序。"]
        if values["infeasible"]
        else []
    )
    return Taken(words, figures)


def next_steps(period: Period, on: date) -> Taken:
    """What falls due in the coming half-month, by its day; and what is asked of the conveners."""
    calendar = work_calendar()
    after = Period.of(on) if on > period.last else period.after
    due = (
        ledger()
        .annotate(bound_on=Least("promised_due_on", "statutory_due_on", "planned_due_on"))
        .filter(bound_on__range=(on, after.last))
        .exclude(state__in=FINISHED)
        .order_by("bound_on", "number")
    )
    rows = list(_coming(due, calendar))
    coming = counted("due", "下一期到期", ("办件", "项目", "责任单位", "到期日", "状态"), rows)
    by_day = Counter(row[2][3] for row in rows)
    days = added(
        "days",
        "到期办件（按日）",
        ("到期日", "项数"),
        ((day, reverse("procedures:list"), (day, str(count))) for day, count in by_day.items()),
        adds=1,
    )
    tasks = SheetPart.objects.all().open().filter(due_on__range=(on, after.last), reported_on=None)
    asked = Meeting.objects.filter(state=MeetingState.ASKED)
    figures = [
        coming,
        days,
        counted("tasks", "下一期到期任务", SHEET, sheet_rows(tasks)),
        counted(
            "asked",
            "报请召集人同意的会议",
            ("会议", "日期", "理由"),
            meeting_rows(asked, why=True),
            unit="件",
        ),
    ]
    listed = "、".join(f"{day} {count} 项" for day, count in [*by_day.items()][:_DAYS_NAMED])
    until = f"到 {after.last.month}月{after.last.day}日"
    words = [f"{until}止，有 {{due}} 项办件、{{tasks}} 项任务到期，须逐项盯办。"]
    more = "等" if len(by_day) > _DAYS_NAMED else ""
    words += [f"办件按到期日：{listed}{more}。"] if listed else []
    words += ["请召集人审定 {asked} 件专题协调会申请。"] if figures[-1].value else []
    return Taken(words, figures)


# Rows -----------------------------------------------------------------------------------------------


def _projects(found: QuerySet[Project]) -> Iterable[Row]:
    fields = ("number", "name", "owner_name", "target_on", "done_on", "expected_on")
    calendar = work_calendar()
    chosen = found.order_by("number").values_list(*fields)
    for number, name, owner, target, done, expected in chosen.iterator(CHUNK):
        end = f"{cn_date(done)} 已办齐" if done else day_words(expected, calendar)
        yield (
            number,
            reverse("projects:project", args=[number]),
            (name, owner, cn_date(target), end),
        )


def _done(found: QuerySet[Procedure]) -> Iterable[Row]:
    names, calendar = short_names(), work_calendar()
    fields = ("number", "name", "project__name", "department_code")
    days = ("accepted_on", "decided_on", "statutory_due_on", "promised_due_on")
    for number, name, project, code, *dates in found.values_list(*fields, *days).iterator(CHUNK):
        shown = (day_words(day, calendar) for day in dates)
        yield number, _page(number), (name, project, names.get(code, code), *shown)


def _stuck(
    found: QuerySet[Procedure], on: date, calendar: WorkCalendar, rule: LampRule
) -> Iterable[Row]:
    names = short_names()
    fields = (
        "number", "name", "project__name", "department_code", "state", "ball", "expected_on",
        "decided_on", "stop_on", "stop_reason", *DAY_NAMES,
    )  # fmt: skip
    for row in found.values(*fields).iterator(CHUNK):
        days = {name: row[name] for name in DAY_NAMES}
        which, due_on = bound_by(rule, State(row["state"]), **days)
        code, number = row["department_code"], row["number"]
        expected_on = (
            max(row["expected_on"], calendar.on_or_after(on)) if row["expected_on"] else None
        )
        yield (
            number,
            _page(number),
            (
                row["name"],
                row["project__name"],
                names.get(code, code),
                State(row["state"]).label,
                Ball(row["ball"]).label,
                day_words(due_on, calendar),
                day_words(expected_on, calendar),
                _cause(row, which, due_on, on, calendar),
            ),
        )


def _cause(
    row: Mapping[str, Any], which: str, due_on: date | None, on: date, calendar: WorkCalendar
) -> str:
    """停表：专家评审，自 2026-01-05；承诺期限已过 3 个工作日."""
    found = []
    if row["state"] in PAUSED and row["stop_on"]:
        reason = REASON_OF[row["stop_reason"]].label if row["stop_reason"] else "未写事由"
        found.append(f"停表：{reason}，自{cn_date(row['stop_on'])}")
    if due_on:
        late = calendar.between(due_on, on)
        found.append(
            f"{which}已过 {late} 个工作日" if due_on < on else f"{which}还有 {-late} 个工作日"
        )
    return "；".join(found) or "—"


def _coming(found: QuerySet[Procedure], calendar: WorkCalendar) -> Iterable[Row]:
    names = short_names()
    fields = ("number", "name", "project__name", "department_code", "bound_on", "state")
    for number, name, project, code, due_on, state in found.values_list(*fields).iterator(CHUNK):
        shown = (names.get(code, code), day_words(due_on, calendar), State(state).label)
        yield number, _page(number), (name, project, *shown)


def _conflicts() -> Iterable[Row]:
    """Projects whose plan can't be kept, with the chain that proves it."""
    found = Project.objects.filter(state=ProjectState.CONFIRMED, feasible=False, done_on=None)
    fields = ("number", "name", "short_by_days", "conflict")
    rows = found.order_by("-short_by_days", "number").values_list(*fields)
    for number, name, short, chain in rows.iterator(CHUNK):
        way = " → ".join(f"{link['name']} {link['working_days']} 个工作日" for link in chain)
        yield number, reverse("procedures:plan", args=[number]), (name, str(short), way or "—")


Shares = list[tuple[tuple[Any, ...], tuple[int, ...]]]


def _counts(on: date) -> dict[str, Count]:
    """What is counted for `SHARES`, in their order."""
    return {
        "total": Count("pk"),
        "finished": Count("pk", filter=Q(state__in=FINISHED)),
        "running": Count("pk", filter=Q(state__in=RUNNING)),
        "red": Count("pk", filter=under_lamp(Lamp.RED, on)),
        "yellow": Count("pk", filter=under_lamp(Lamp.YELLOW, on)),
        "paused": Count("pk", filter=Q(state__in=PAUSED)),
    }


def _shares(on: date) -> Shares:
    """(department, stage, state) with the counts of `SHARES`; one query."""
    counts, groups = _counts(on), ("department_code", "stage", "state")
    rows = ledger().order_by(*groups).values(*groups).annotate(**counts)
    return [(tuple(row[g] for g in groups), tuple(row[c] for c in counts)) for row in rows]


def _by_project(on: date) -> Iterable[Row]:
    """Projects with the counts of `SHARES`; one query."""
    counts, groups = _counts(on), ("project__number", "project__name")
    rows = ledger().order_by("project__number").values(*groups).annotate(**counts)
    for row in rows.iterator(CHUNK):
        number, name = (row[group] for group in groups)
        url = f"{reverse('procedures:list')}?q={number}&scope=all"
        yield number, url, (name, *(str(row[count]) for count in counts))


def _grouped(
    shares: Shares, place: int, label: Callable[[Any], str], filtered_by: str
) -> Iterable[Row]:
    sums: dict[Any, list[int]] = {}
    for group, counts in shares:
        known = sums.setdefault(group[place], [0] * len(SHARES))
        sums[group[place]] = [a + b for a, b in zip(known, counts, strict=True)]
    for key, summed in sorted(sums.items(), key=lambda each: str(each[0])):
        url = f"{reverse('procedures:list')}?{filtered_by}={key}&scope=all"
        yield str(key), url, (label(key), *map(str, summed))


def _page(number: str) -> str:
    return reverse("procedures:detail", args=[number])


def _share(part: Figure, whole: Figure) -> str:
    return f"{100 * part.value / whole.value:.1f}%" if whole.value else "—"


def _where(figure: Figure, form: str) -> str:
    """The units with the most rows."""
    units = Counter(row[2][2] for row in figure.rows.rows)
    return "、".join(form.format(name, count) for name, count in units.most_common(_NAMED))
