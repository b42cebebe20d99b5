"""The mechanism at work in a tenant of the sample city: sheets, a missing paper, meetings, chases, a report.

Everything goes through the rooms' own actions, on past days where it has happened. Run twice, the second time
does nothing.
"""

from datetime import date, datetime, time, timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.clock import WorkCalendar
from kernel.papers.paper import Form, Paper, Para
from kernel.papers.pdf import pdf_bytes
from kernel.trail import Actor
from workflows.assignments import actions as assignments
from workflows.assignments.lifecycle import SourceKind
from workflows.assignments.models import Sheet
from workflows.deficiency import actions as deficiency
from workflows.dispatch import actions as dispatch
from workflows.dispatch.lifecycle import Period
from workflows.mechanism.actions import file_order
from workflows.mechanism.models import Holding, SeatKind
from workflows.mechanism.queries import units_in_force
from workflows.meetings import actions as meetings
from workflows.meetings.candidates import candidates
from workflows.meetings.lifecycle import Kind, SixStep
from workflows.procedures.lifecycle import State
from workflows.procedures.models import Procedure
from workflows.procedures.terms import Terms
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project
from workflows.supervision.actions import sweep
from workflows.taskforce.actions import second, take_day
from workflows.taskforce.models import Presence, Secondment

FOUNDING = "示例政办发〔2025〕9号"
SAID = {
    SixStep.ANALYSE.value: "两个部门对同一地块的意见不一致，是主要原因。",
    SixStep.FACTS.value: "现场核对红线图，用地范围以最新版为准。",
    SixStep.DELIBERATE.value: "与会单位同意按最新红线办理。",
    SixStep.PLAN.value: "责任单位出具意见，项目单位同步修改图件。",
    SixStep.ASSIGN.value: "逐项明确牵头单位和期限。",
}


def play(*, today: date, clerk: Actor, second_clerk: Actor) -> None:
    """Fill the tenant that is current; nothing where sheets stand already or no project is confirmed."""
    projects = Project.objects.filter(state=ProjectState.CONFIRMED).order_by("-year", "number")
    if Sheet.objects.exists() or not projects.exists():
        return
    calendar = work_calendar()
    now = timezone.now()
    last = calendar.on_or_before(today)
    _second_people(last, now, clerk)
    _hand_over_sheets(list(projects[:4]), last, calendar, clerk)
    _let_papers_come_later(last, clerk)
    _hold_meetings(last, now, clerk, second_clerk)
    sweep(on=last, at=now)
    _report(today, now, clerk, second_clerk)


def _proof(title: str) -> ContentFile[bytes]:
    """A small document as evidence."""
    paper = Paper(
        form=Form.LETTER, mark="示例单位", title=title, body=(Para("情况属实（示例）。"),)
    )
    return ContentFile(pdf_bytes(paper), name=f"{title}.pdf")


def _hand_over_sheets(
    projects: list[Project], last: date, calendar: WorkCalendar, clerk: Actor
) -> None:
    """One overdue, one due soon, one done and waiting, one written off."""
    for n, project in enumerate(projects):
        procedure = project.procedures.exclude(state__in=["decided", "delivered"]).first()
        lead = procedure.department_code if procedure else "fgw"
        given, due = (
            (last - timedelta(days=24), last - timedelta(days=6)),
            (last - timedelta(days=5), last + timedelta(days=3)),
            (last - timedelta(days=12), last + timedelta(days=8)),
            (last - timedelta(days=20), last - timedelta(days=2)),
        )[n]
        helping = [code for code in ("zrzy", "sthj", "lcj") if code != lead][:1]
        sheet = assignments.draw_up(
            source=assignments.Source(
                kind=(SourceKind.PROJECT, SourceKind.LEADER)[n % 2],
                words=f"{project.number} {project.name}"
                if n % 2 == 0
                else "副总召集人批示（示例）",
                key=project.number,
            ),
            title=f"推进{procedure.name if procedure else project.name}",
            matter="前期手续进度慢于倒排计划，影响按期开工。",
            demand="会同项目单位逐项核对材料，限期出具意见。",
            due_on=calendar.on_or_after(due),
            parts=[
                assignments.PartDraft(department_code=lead, leads=True),
                *(assignments.PartDraft(department_code=code) for code in helping),
            ],
            on=given,
            actor=clerk,
            project=project,
            procedure=procedure,
        )
        assignments.hand_over(sheet_id=sheet.pk, on=given, actor=clerk)
        _take_steps(sheet, n, given, clerk)


def _take_steps(sheet: Sheet, n: int, given: date, clerk: Actor) -> None:
    steps = (["sign"], [], ["sign", "report"], ["sign", "report", "write_off"])[n]
    for part in sheet.parts.order_by("leads", "pk"):  # supporting units first
        for name in steps:
            part.refresh_from_db()
            assignments.make_move(
                part_id=part.pk,
                name=name,
                version=part.version,
                on=given + timedelta(days=1 if name == "sign" else 9),
                actor=clerk,
                reach=None,
                text="" if name == "sign" else "已出具意见。",
                files=[_proof("办理情况")] if name == "report" else (),
            )


def _let_papers_come_later(last: date, clerk: Actor) -> None:
    """The first application at hand of which a paper may follow."""
    at_hand = Procedure.objects.filter(state__in=[State.RECEIVED, State.ACCEPTED])
    for procedure in at_hand.order_by("number"):
        later = deficiency.may_come_later(Terms.read(procedure.terms))
        if later:
            deficiency.grant(
                procedure_number=procedure.number,
                material=later[0],
                why="设计单位正在盖章",
                due_on=work_calendar().add(last, 2),
                promised_by="项目单位负责人（示例）",
                promise_number="承诺（示例）1号",
                consequence="recorded",
                credit_clear=True,
                credit_on=last,
                credit_source="信用平台查询（示例）",
                on=last,
                actor=clerk,
                reach=None,
            )
            return


def _hold_meetings(last: date, now: datetime, clerk: Actor, second_clerk: Actor) -> None:
    """A consultation meeting that was held and minuted, and a special one that waits for consent."""
    calendar = work_calendar()
    on = calendar.subtract(last, 6)
    stuck = candidates(last)
    meeting = meetings.prepare(
        kind=Kind.CONSULTATION,
        title=f"{on.month}月重点项目集中联动审批会商会",
        on=on,
        at=time(15),
        place="政务服务中心三楼会议室",
        chair="分管负责人",
        today=on - timedelta(days=4),
        now=now,
        actor=clerk,
    )
    if not stuck[:2]:
        meeting = meetings.add_item(
            meeting_id=meeting.pk,
            version=meeting.version,
            title="第一季度开工准备",
            why="逐项过一遍",
            actor=clerk,
        )
    meeting = meetings.add_items(
        meeting_id=meeting.pk, version=meeting.version, candidates=stuck[:2], now=now, actor=clerk
    )
    codes = {i.department_code for i in meeting.invitees.all()} | {"fgw", "zrzy"}
    meeting = meetings.set_invitees(
        meeting_id=meeting.pk,
        version=meeting.version,
        departments=codes,
        posts=["总召集人"],
        now=now,
        actor=clerk,
    )
    meeting = meetings.invite(
        meeting_id=meeting.pk,
        version=meeting.version,
        today=on - timedelta(days=3),
        now=now,
        actor=clerk,
    )
    meeting = meetings.hold(
        meeting_id=meeting.pk,
        version=meeting.version,
        came={invitee.pk: "分管负责人" for invitee in meeting.invitees.all()},
        today=on,
        now=now,
        actor=clerk,
    )
    for n, item in enumerate(meeting.items.prefetch_related("said")):
        drawn = item.said.exists()
        meetings.write_down(
            meeting_id=meeting.pk,
            item_id=item.pk,
            version=item.version,
            said=SAID if drawn else {SixStep.RECONCILE.value: "按台账核对。", **SAID},
            cause="opinions",
            settled=n == 0,
            not_discussed="",
            now=now,
            actor=clerk,
        )
        meetings.resolve(
            meeting_id=meeting.pk,
            item_id=item.pk,
            demand=f"就{item.title[:60]}出具书面意见",
            lead_code=item.procedure.department_code if item.procedure else "fgw",
            support_codes=[],
            due_on=calendar.add(last, 4 + n),
            actor=clerk,
        )
    meeting.refresh_from_db()
    minutes_on = on + timedelta(days=1)
    meeting = meetings.submit(
        meeting_id=meeting.pk, version=meeting.version, today=minutes_on, now=now, actor=clerk
    )
    meetings.issue_minutes(
        meeting_id=meeting.pk,
        version=meeting.version,
        today=minutes_on,
        now=now,
        actor=second_clerk,
    )
    special = meetings.prepare(
        kind=Kind.COORDINATION,
        title="用地手续专题协调会",
        on=calendar.add(last, 4),
        at=time(9, 30),
        place="政府常务会议室",
        chair="总召集人",
        ground="dragging",
        ground_text="两次会商没有解决。",
        today=last,
        now=now,
        actor=clerk,
    )
    special = meetings.add_item(
        meeting_id=special.pk,
        version=special.version,
        title="占用草原与规划选址不一致",
        why="部门意见不一致",
        actor=clerk,
    )
    meetings.ask(meeting_id=special.pk, version=special.version, now=now, actor=clerk)


def _report(today: date, now: datetime, clerk: Actor, second_clerk: Actor) -> None:
    report = dispatch.compile_report(period=Period.of(today).before, on=today, at=now, actor=clerk)
    dispatch.write(
        pk=report.pk,
        version=1,
        problems="部分项目用地和草原手续衔接慢（示例）。",
        steps="下半月召开专题协调会，逐项明确期限（示例）。",
        actor=clerk,
    )
    dispatch.submit(pk=report.pk, version=2, at=now, actor=clerk)
    dispatch.issue(pk=report.pk, version=3, on=today, at=now, actor=second_clerk)


def _second_people(last: date, now: datetime, clerk: Actor) -> None:
    """The task force as the mechanism names it, and its last three weeks in the office."""
    calendar = work_calendar()
    begun = calendar.subtract(last, 15)
    file_order(
        number=FOUNDING,
        title="关于建立重点项目联审联批工作机制的通知（示例）",
        dated_on=begun,
        on=last,
        at=now,
        actor=clerk,
        scan=_proof("建立工作机制的通知"),
    )
    holders = {
        holding.seat.department_code: holding.name
        for holding in Holding.objects.in_force(last).filter(seat__kind=SeatKind.TASK_FORCE)
    }
    for unit in units_in_force(begun):
        if unit.in_task_force and unit.department_code in holders:
            second(
                department_code=unit.department_code,
                name=holders[unit.department_code],
                temporary=False,
                purpose="",
                from_on=begun,
                planned_until=last + timedelta(days=200),
                document=FOUNDING,
                actor=clerk,
            )
    people = list(Secondment.objects.order_by("pk"))
    day, n = begun, 0
    while day <= last and people:
        marks = {
            row.pk: (Presence.TRIP if (place + n) % 9 == 4 else Presence.PRESENT, "")
            for place, row in enumerate(people)
        }
        take_day(on=day, marks=marks, today=last, at=now, actor=clerk)
        day, n = calendar.add(day, 1), n + 1
