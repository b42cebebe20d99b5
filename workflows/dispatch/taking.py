"""What the ledger, the sheets, the meetings, the missing papers and the chases say for a half-month."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Least
from django.urls import reverse

from kernel.web.lamps import Lamp
from workflows.assignments.models import Part as SheetPart
from workflows.catalogue.queries import short_names
from workflows.deficiency.lifecycle import State as PaperState
from workflows.deficiency.models import Deficiency
from workflows.dispatch.lifecycle import Period
from workflows.dispatch.parts import Figure, Rows, Taken, counted
from workflows.meetings.lifecycle import State as MeetingState
from workflows.meetings.models import Meeting, Resolution
from workflows.procedures.lifecycle import FINISHED, PAUSED, Ball, State
from workflows.procedures.models import Procedure
from workflows.procedures.queries import ledger, under_lamp
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project
from workflows.supervision.lifecycle import Stage
from workflows.supervision.lifecycle import State as CaseState
from workflows.supervision.models import Case

PROCEDURE = ("办件", "项目", "责任单位", "状态", "在谁手里", "期限")
_FIELDS = (
    "number", "name", "project__name", "department_code", "state", "ball",
    "statutory_due_on", "promised_due_on", "planned_due_on",
)  # fmt: skip


def _procedures(rows: QuerySet[Procedure]) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    names = short_names()
    for number, name, project, code, state, ball, *days in rows.values_list(*_FIELDS).iterator(
        2000
    ):
        due = [day for day in days if day]
        yield (
            number,
            reverse("procedures:detail", args=[number]),
            (
                name,
                project,
                names.get(code, code),
                State(state).label,
                Ball(ball).label,
                str(min(due)) if due else "—",
            ),
        )


def progress(period: Period, on: date) -> Taken:
    """Projects and procedures: how far, what was decided in the half-month, who meets the target."""
    projects = Project.objects.filter(state=ProjectState.CONFIRMED)
    columns = ("项目", "项目单位", "目标日", "预计办齐")

    def rows(found: QuerySet[Project]) -> Iterable[tuple[str, str, tuple[str, ...]]]:
        fields = ("number", "name", "owner_name", "target_on", "expected_on")
        for number, name, owner, target, expected in found.order_by("number").values_list(*fields):
            url = reverse("projects:project", args=[number])
            yield number, url, (name, owner, str(target), str(expected or "—"))

    every = counted("projects", "清单项目", columns, rows(projects), unit="个")
    done = counted(
        "done", "全部办结", columns, rows(projects.exclude(done_on=None)), unit="个", good=1
    )
    on_target = counted(
        "on_target",
        "按目标可办齐",
        columns,
        rows(projects.filter(Q(done_on__lte=F("target_on")) | Q(done_on=None, feasible=True))),
        unit="个",
        good=1,
    )
    total = ledger().count()
    finished = ledger().filter(state__in=FINISHED).count()
    decided = counted(
        "decided",
        "本期办结",
        PROCEDURE,
        _procedures(
            ledger()
            .filter(decided_on__range=(period.first, min(period.last, on)))
            .order_by("decided_on", "number")
        ),
        good=1,
    )
    accepted = ledger().filter(accepted_on__range=(period.first, min(period.last, on))).count()
    share = f"{100 * finished / total:.1f}%" if total else "—"
    rate = f"{100 * int(on_target.value) / int(every.value):.1f}%" if every.value else "—"
    by_unit = Counter(row[2][2] for row in decided.rows.rows) if decided.rows else Counter()
    most = "、".join(f"{name}{count}项" for name, count in by_unit.most_common(5))
    words = [
        (
            f"清单项目 {every.value} 个，已全部办结 {done.value} 个；审批事项共 {total} 项，"
            f"累计办结 {finished} 项，办结率 {share}。"
        ),
        f"{period.words}受理 {accepted} 项，办结 {decided.value} 项{f'，其中{most}' if most else ''}。",
        f"按目前进度，{on_target.value} 个项目可在目标日前办齐，占 {rate}。",
    ]
    figures = [
        every,
        done,
        on_target,
        Figure("total", "审批事项", total),
        Figure("finished", "累计办结", finished, good=1),
        decided,
        Figure("accepted", "本期受理", accepted),
    ]
    return Taken(words, figures)


def problems(period: Period, on: date) -> Taken:
    """Lamps, passed statutory days, standing clocks, and plans that can't be kept."""
    red = counted(
        "red",
        "红灯",
        PROCEDURE,
        _procedures(ledger().filter(under_lamp(Lamp.RED, on)).order_by("red_on", "number")),
        good=-1,
    )
    yellow = counted(
        "yellow",
        "黄灯",
        PROCEDURE,
        _procedures(ledger().filter(under_lamp(Lamp.YELLOW, on)).order_by("red_on", "number")),
        good=-1,
    )
    late = counted(
        "statutory",
        "超过法定期限",
        PROCEDURE,
        _procedures(
            ledger()
            .filter(statutory_due_on__lt=on)
            .exclude(state__in=FINISHED)
            .order_by("statutory_due_on", "number")
        ),
        good=-1,
    )
    stopped = counted(
        "stopped",
        "停表",
        PROCEDURE,
        _procedures(ledger().filter(state__in=PAUSED).order_by("number")),
        good=-1,
    )
    columns = ("项目", "差几个工作日", "冲突链")

    def conflicts() -> Iterable[tuple[str, str, tuple[str, ...]]]:
        rows = Project.objects.filter(state=ProjectState.CONFIRMED, feasible=False, done_on=None)
        fields = ("number", "name", "short_by_days", "conflict")
        for number, name, short, chain in rows.order_by("-short_by_days", "number").values_list(
            *fields
        ):
            way = " → ".join(str(link) for link in chain)
            yield number, reverse("procedures:plan", args=[number]), (name, str(short), way)

    infeasible = counted("infeasible", "计划办不齐的项目", columns, conflicts(), unit="个", good=-1)
    words = [
        f"红灯 {red.value} 项、黄灯 {yellow.value} 项，其中超过法定期限 {late.value} 项；停表 {stopped.value} 项。"
    ]
    words += [f"红灯事项主要在{_where(red)}。"] if red.value else []
    words += (
        [f"{infeasible.value} 个项目按倒排计划赶不上目标日，须压缩用时或者调整时序。"]
        if infeasible.value
        else []
    )
    return Taken(words, [red, yellow, late, stopped, infeasible])


def _where(figure: Figure) -> str:
    rows: Rows | None = figure.rows
    units = Counter(row[2][2] for row in rows.rows) if rows else Counter()
    return "、".join(f"{name}（{count}项）" for name, count in units.most_common(5))


def next_steps(period: Period, on: date) -> Taken:
    """What falls due in the coming half-month, by its day; and what waits for a convener."""
    after = Period.of(on) if on > period.last else period.after
    due = (
        ledger()
        .annotate(bound_on=Least("promised_due_on", "statutory_due_on", "planned_due_on"))
        .filter(bound_on__range=(on, after.last))
        .exclude(state__in=FINISHED)
        .order_by("bound_on", "number")
    )
    coming = counted("due", "下一期到期", PROCEDURE, _procedures(due))
    asked = counted(
        "asked",
        "报请召集人同意的会议",
        ("会议", "日期", "理由"),
        (
            (
                str(m.pk),
                reverse("meetings:meeting", args=[m.pk]),
                (m.title, str(m.on), m.get_ground_display()),
            )
            for m in Meeting.objects.filter(state=MeetingState.ASKED).order_by("on", "pk")
        ),
        unit="件",
    )
    words = [f"到 {after.last.month}月{after.last.day}日 前有 {coming.value} 项到期，须逐项盯办。"]
    words += [f"请召集人审批 {asked.value} 件专题协调会。"] if asked.value else []
    return Taken(words, [coming, asked])


def sheets(period: Period, on: date) -> Taken:
    """Assignment sheets: handed over, done in time, late."""
    names = short_names()
    columns = ("任务", "文号", "责任单位", "期限", "状态")

    def rows(found: Any) -> Iterable[tuple[str, str, tuple[str, ...]]]:
        for part in found.select_related("sheet").order_by("due_on", "pk").iterator(2000):
            yield (
                str(part.pk),
                reverse("assignments:sheet", args=[part.sheet_id]),
                (
                    part.sheet.title,
                    part.sheet.number,
                    names.get(part.department_code, part.department_code),
                    str(part.due_on),
                    part.get_state_display(),
                ),
            )

    parts = SheetPart.objects.exclude(sheet__number="")
    last = min(period.last, on)
    given = counted(
        "given",
        "本期交办",
        columns,
        rows(parts.filter(sheet__handed_over_on__range=(period.first, last))),
    )
    closed = counted(
        "closed",
        "本期销号",
        columns,
        rows(parts.filter(state="written_off", closed_on__range=(period.first, last))),
        good=1,
    )
    late = counted("late", "逾期未办", columns, rows(SheetPart.objects.all().late(on)), good=-1)
    open_ = SheetPart.objects.open().count()
    words = [
        f"交办任务 {given.value} 项，销号 {closed.value} 项，在办 {open_} 项，逾期 {late.value} 项。"
    ]
    return Taken(words, [given, closed, Figure("open", "在办任务", open_), late])


def resolutions(period: Period, on: date) -> Taken:
    """Meetings held, and what they resolved that is still open."""
    held = Meeting.objects.filter(
        on__range=(period.first, min(period.last, on)),
        state__in=[
            MeetingState.HELD,
            MeetingState.REVIEW,
            MeetingState.MINUTED,
            MeetingState.CLOSED,
        ],
    )
    meetings = counted(
        "held",
        "本期会议",
        ("会议", "日期", "状态"),
        (
            (
                str(m.pk),
                reverse("meetings:meeting", args=[m.pk]),
                (m.title, str(m.on), m.get_state_display()),
            )
            for m in held.order_by("on", "pk")
        ),
        unit="次",
    )
    names = short_names()
    left = counted(
        "open",
        "未办结的议定事项",
        ("议定事项", "会议", "牵头", "期限"),
        (
            (
                str(r.pk),
                reverse("meetings:meeting", args=[r.item.meeting_id]),
                (
                    r.demand,
                    r.item.meeting.title,
                    names.get(r.lead_code, r.lead_code),
                    str(r.due_on),
                ),
            )
            for r in Resolution.objects.filter(closed_on=None, sheet__isnull=False)
            .select_related("item__meeting")
            .order_by("due_on", "pk")
        ),
        unit="件",
        good=-1,
    )
    words = [f"召开会议 {meetings.value} 次，未办结的议定事项 {left.value} 件。"]
    return Taken(words, [meetings, left])


def missing_papers(period: Period, on: date) -> Taken:
    rows = Deficiency.objects.filter(state=PaperState.OPEN).select_related("procedure__project")
    columns = ("材料", "办件", "项目", "补齐期限")

    def listed(found: QuerySet[Deficiency]) -> Iterable[tuple[str, str, tuple[str, ...]]]:
        for row in found.order_by("due_on", "pk"):
            yield (
                str(row.pk),
                reverse("deficiency:detail", args=[row.pk]),
                (row.material, row.procedure.name, row.procedure.project.name, str(row.due_on)),
            )

    every = counted("open", "容缺待补齐", columns, listed(rows), unit="件")
    late = counted(
        "late", "容缺逾期未补", columns, listed(rows.filter(due_on__lt=on)), unit="件", good=-1
    )
    words = [f"容缺受理待补齐 {every.value} 件，逾期未补 {late.value} 件。"] if every.value else []
    return Taken(words, [every, late])


def chases(period: Period, on: date) -> Taken:
    """Cases at the two hardest stages."""
    names = short_names()
    hard = Case.objects.filter(state=CaseState.CHASING, stage__in=[Stage.SUPERVISE, Stage.REPORT])
    figure = counted(
        "hard",
        "督办及报告召集人",
        ("事项", "编号", "责任单位", "期限", "阶段"),
        (
            (
                str(case.pk),
                reverse("supervision:case", args=[case.pk]),
                (
                    case.title,
                    case.number,
                    names.get(case.department_code, case.department_code),
                    str(case.due_on),
                    case.get_stage_display(),
                ),
            )
            for case in hard.order_by("due_on", "pk")
        ),
        unit="件",
        good=-1,
    )
    open_ = Case.objects.exclude(state=CaseState.CLOSED).count()
    words = [f"督导台账在督 {open_} 件，其中进入督办和报告召集人阶段 {figure.value} 件。"]
    return Taken(words if open_ else [], [Figure("open", "在督事项", open_, "件"), figure])
