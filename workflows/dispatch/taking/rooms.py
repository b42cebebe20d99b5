"""What sheets, meetings, missing papers and chases say for a half-month."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from kernel.calendars.queries import work_calendar
from kernel.papers.paper import cn_date
from workflows.assignments.models import Part as SheetPart
from workflows.catalogue.queries import short_names
from workflows.deficiency.lifecycle import State as PaperState
from workflows.deficiency.models import Deficiency
from workflows.deficiency.queries import awaited
from workflows.dispatch.lifecycle import Period
from workflows.dispatch.parts import Row, Taken, counted
from workflows.dispatch.taking.words import day_words
from workflows.meetings.lifecycle import State as MeetingState
from workflows.meetings.models import Meeting, Resolution
from workflows.supervision.lifecycle import Stage
from workflows.supervision.lifecycle import State as CaseState
from workflows.supervision.models import Case

#: Rows read at a time from lists that may be long.
CHUNK = 2000
HELD = (MeetingState.HELD, MeetingState.REVIEW, MeetingState.MINUTED, MeetingState.CLOSED)


def sheet_rows(found: QuerySet[Any]) -> Iterable[Row]:
    """Parts of sheets by deadline."""
    names, calendar = short_names(), work_calendar()
    for part in found.select_related("sheet").order_by("due_on", "pk").iterator(CHUNK):
        yield (
            str(part.pk),
            reverse("assignments:sheet", args=[part.sheet_id]),
            (
                part.sheet.title,
                part.sheet.number,
                names.get(part.department_code, part.department_code),
                day_words(part.due_on, calendar),
                part.get_state_display(),
            ),
        )


SHEET = ("任务", "文号", "责任单位", "期限", "状态")


def sheets(period: Period, on: date) -> Taken:
    """Assignment sheets: handed over, written off, open, late."""
    parts = SheetPart.objects.exclude(sheet__number="")
    span = (period.first, min(period.last, on))
    given = parts.filter(sheet__handed_over_on__range=span)
    closed = parts.filter(state="written_off", closed_on__range=span)
    every = SheetPart.objects.all()
    figures = [
        counted("given", "本期交办", SHEET, sheet_rows(given)),
        counted("closed", "本期销号", SHEET, sheet_rows(closed), good=1),
        counted("open", "在办任务", SHEET, sheet_rows(every.open())),
        counted("late", "任务逾期未办", SHEET, sheet_rows(every.late(on)), good=-1),
    ]
    words = ["交办任务 {given} 项，销号 {closed} 项，在办 {open} 项，逾期 {late} 项。"]
    return Taken(words, figures)


def meeting_rows(found: QuerySet[Meeting], *, why: bool = False) -> Iterable[Row]:
    """Meetings by day, with their state or, with ``why``, the ground they are called on."""
    for meeting in found.order_by("on", "pk"):
        last = meeting.get_ground_display() if why else meeting.get_state_display()
        yield (
            str(meeting.pk),
            reverse("meetings:meeting", args=[meeting.pk]),
            (meeting.title, cn_date(meeting.on), last),
        )


def resolutions(period: Period, on: date) -> Taken:
    """Meetings held, and what they resolved that is still open."""
    names, calendar = short_names(), work_calendar()
    span = (period.first, min(period.last, on))
    held = Meeting.objects.filter(on__range=span, state__in=HELD)
    left = Resolution.objects.filter(closed_on=None, sheet__isnull=False)

    def rows() -> Iterable[Row]:
        for found in left.select_related("item__meeting").order_by("due_on", "pk"):
            yield (
                str(found.pk),
                reverse("meetings:meeting", args=[found.item.meeting_id]),
                (
                    found.demand,
                    found.item.meeting.title,
                    names.get(found.lead_code, found.lead_code),
                    day_words(found.due_on, calendar),
                ),
            )

    figures = [
        counted("held", "本期会议", ("会议", "日期", "状态"), meeting_rows(held), unit="次"),
        counted(
            "open",
            "未办结的议定事项",
            ("议定事项", "会议", "牵头", "期限"),
            rows(),
            unit="件",
            good=-1,
        ),
    ]
    return Taken(["召开会议 {held} 次，未办结的议定事项 {open} 件。"], figures)


def missing_papers(period: Period, on: date) -> Taken:
    """Papers that may come later and have not come, and those past their day."""
    calendar = work_calendar()
    missing = awaited().filter(state=PaperState.OPEN).select_related("procedure__project")
    columns = ("材料", "办件", "项目", "补齐期限")

    def rows(found: QuerySet[Deficiency]) -> Iterable[Row]:
        for row in found.order_by("due_on", "pk").iterator(CHUNK):
            yield (
                str(row.pk),
                reverse("deficiency:detail", args=[row.pk]),
                (
                    row.material,
                    row.procedure.name,
                    row.procedure.project.name,
                    day_words(row.due_on, calendar),
                ),
            )

    every = counted("open", "容缺待补齐", columns, rows(missing), unit="件")
    late = counted(
        "late", "容缺逾期未补", columns, rows(missing.filter(due_on__lt=on)), unit="件", good=-1
    )
    words = ["容缺受理待补齐 {open} 件，逾期未补 {late} 件。"] if every.value else []
    return Taken(words, [every, late])


def chases(period: Period, on: date) -> Taken:
    """Cases that are open, and those at the two hardest stages."""
    names, calendar = short_names(), work_calendar()
    open_ = Case.objects.exclude(state=CaseState.CLOSED)
    hard = open_.filter(state=CaseState.CHASING, stage__in=[Stage.SUPERVISE, Stage.REPORT])
    columns = ("事项", "编号", "责任单位", "期限", "阶段")

    def rows(found: QuerySet[Case]) -> Iterable[Row]:
        for case in found.order_by("due_on", "pk").iterator(CHUNK):
            yield (
                str(case.pk),
                reverse("supervision:case", args=[case.pk]),
                (
                    case.title,
                    case.number,
                    names.get(case.department_code, case.department_code),
                    day_words(case.due_on, calendar),
                    case.get_stage_display(),
                ),
            )

    every = counted("open", "在督事项", columns, rows(open_), unit="件")
    harder = counted("hard", "督办及报告召集人", columns, rows(hard), unit="件", good=-1)
    words = ["督导台账在督 {open} 件，其中进入督办和报告召集人阶段 {hard} 件。"]
    return Taken(words if every.value else [], [every, harder])
