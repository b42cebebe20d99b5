"""The mechanism at work in a tenant of the sample city: sheets, a missing paper, meetings, a policy, chases, a report.

Everything goes through the rooms' own actions, on past days where it has happened. Run twice, the second time
does nothing.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.core.files.base import ContentFile
from django.db.models import Count
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.clock import WorkCalendar
from kernel.papers.paper import Form, Paper, Para
from kernel.papers.pdf import pdf_bytes
from kernel.shares import MINIMUM
from kernel.trail import Actor
from workflows.assignments import actions as assignments
from workflows.assignments.lifecycle import SourceKind
from workflows.assignments.models import Sheet
from workflows.deficiency import actions as deficiency
from workflows.dispatch import sample as dispatch_sample
from workflows.exchange.sample import connect
from workflows.mechanism.actions import file_order
from workflows.mechanism.models import Holding, Seat, SeatKind
from workflows.mechanism.queries import units_in_force
from workflows.meetings import actions as meetings
from workflows.meetings.candidates import Candidate, candidates
from workflows.meetings.lifecycle import Kind, SixStep
from workflows.meetings.models import Item, Meeting
from workflows.orders import actions as orders
from workflows.policies.actions import adopt
from workflows.policies.queries import YEAR
from workflows.procedures.lifecycle import State
from workflows.procedures.models import Procedure
from workflows.procedures.terms import Terms
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project
from workflows.supervision.actions import sweep
from workflows.taskforce.actions import second, take_day
from workflows.taskforce.models import Presence, Secondment
from workflows.taskforce.queries import day_digest, of_day

SECONDING = "示例组发〔2025〕9号"
SAID = {
    SixStep.ANALYSE.value: "两个部门对同一地块的意见不一致，是主要原因。",
    SixStep.FACTS.value: "现场核对红线图，用地范围以最新版为准。",
    SixStep.DELIBERATE.value: "与会单位同意按最新红线办理。",
    SixStep.PLAN.value: "责任单位出具意见，项目单位同步修改图件。",
    SixStep.ASSIGN.value: "逐项明确牵头单位和期限。",
}


class Given(NamedTuple):
    """A sheet of the sample, in days from today, and how far its units took it."""

    days_ago: int
    due_in: int
    steps: tuple[str, ...] = ()
    noted: str = ""


#: One overdue, one written off, one done and waiting, one due soon: as their numbers follow.
GIVEN = (
    Given(24, -6, ("sign",)),
    Given(20, -2, ("sign", "report", "write_off"), "副总召集人批示（示例）"),
    Given(12, 8, ("sign", "report")),
    Given(5, 3, (), "副总召集人批示（示例）"),
)


def play(*, today: date, clerk: Actor, second_clerk: Actor) -> None:
    """Fill the tenant that is current; nothing where sheets stand already or no project is confirmed."""
    projects = Project.objects.filter(state=ProjectState.CONFIRMED).order_by("-year", "number")
    if Sheet.objects.exists() or not projects.exists():
        return
    calendar = work_calendar()
    now = timezone.now()
    last = calendar.on_or_before(today)
    connect(at=now, clerk=clerk)
    _second_people(last, now, clerk)
    _adjust(last, now, clerk)
    *earlier, newest = zip(projects, GIVEN, strict=False)
    for project, given in earlier:
        _hand_over(project, given, last, calendar, clerk)
    _let_papers_come_later(last, clerk)
    _hold_meetings(last, now, clerk, second_clerk)
    _hand_over(*newest, last, calendar, clerk)
    _improve_policy(now, clerk, second_clerk)
    sweep(on=last, at=now)
    dispatch_sample.fill(today=today, at=now, clerk=clerk, reviewer=second_clerk)


def _proof(title: str) -> ContentFile[bytes]:
    """A small document as evidence."""
    paper = Paper(
        form=Form.LETTER, mark="示例单位", title=title, body=(Para("情况属实（示例）。"),)
    )
    return ContentFile(pdf_bytes(paper), name=f"{title}.pdf")


def _hand_over(
    project: Project, given: Given, last: date, calendar: WorkCalendar, clerk: Actor
) -> None:
    procedure = project.procedures.exclude(state__in=["decided", "delivered"]).first()
    lead = procedure.department_code if procedure else "fgw"
    helping = [code for code in ("zrzy", "sthj", "lcj") if code != lead][:1]
    on = last - timedelta(days=given.days_ago)
    sheet = assignments.draw_up(
        source=assignments.Source(
            kind=SourceKind.LEADER if given.noted else SourceKind.PROJECT,
            words=given.noted or f"{project.number} {project.name}",
            key=project.number,
        ),
        title=f"推进{procedure.name if procedure else project.name}",
        matter="前期手续进度慢于倒排计划，影响按期开工。",
        demand="会同项目单位逐项核对材料，限期出具意见。",
        due_on=calendar.on_or_after(last + timedelta(days=given.due_in)),
        parts=[
            assignments.PartDraft(department_code=lead, leads=True),
            *(assignments.PartDraft(department_code=code) for code in helping),
        ],
        on=on,
        actor=clerk,
        project=project,
        procedure=procedure,
    )
    assignments.hand_over(sheet_id=sheet.pk, on=on, actor=clerk)
    for part in sheet.parts.order_by("leads", "pk"):  # supporting units first
        for name in given.steps:
            part.refresh_from_db()
            assignments.make_move(
                part_id=part.pk,
                name=name,
                version=part.version,
                on=on + timedelta(days=1 if name == "sign" else 9),
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
                promise_on=last,
                promise_text="按期补交盖章的材料；逾期的，愿意承担告知的后果（示例）。",
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
    stuck = candidates(last)[:2]
    meeting = _held(f"{on.month}月重点项目集中联动审批会商会", on, stuck, now=now, clerk=clerk)
    for n, item in enumerate(meeting.items.all()):
        _write_down(item, "opinions", settled=n == 0, now=now, clerk=clerk)
        meetings.resolve(
            meeting_id=meeting.pk,
            item_id=item.pk,
            demand=f"就{item.title[:60]}出具书面意见",
            lead_code=item.procedure.department_code if item.procedure else "fgw",
            support_codes=[],
            due_on=calendar.add(last, 4 + n),
            actor=clerk,
        )
    _issue_minutes(meeting, now, clerk, second_clerk)
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
        now=now,
        actor=clerk,
    )
    meetings.ask(meeting_id=special.pk, version=special.version, now=now, actor=clerk)


def _held(
    title: str, on: date, stuck: Sequence[Candidate], *, now: datetime, clerk: Actor
) -> Meeting:
    """A consultation meeting on a past day, as it stood when it was over."""
    meeting = meetings.prepare(
        kind=Kind.CONSULTATION,
        title=title,
        on=on,
        at=time(15),
        place="政务服务中心三楼会议室",
        chair="分管负责人",
        today=on - timedelta(days=4),
        now=now,
        actor=clerk,
    )
    told: dict[str, Any] = {"meeting_id": meeting.pk, "actor": clerk}
    if not stuck:
        meeting = meetings.add_item(
            version=meeting.version, title="第一季度开工准备", why="逐项过一遍", now=now, **told
        )
    meeting = meetings.add_items(version=meeting.version, candidates=stuck, now=now, **told)
    codes = {i.department_code for i in meeting.invitees.all()} | {"fgw", "zrzy"}
    meeting = meetings.set_invitees(
        version=meeting.version, departments=codes, posts=["总召集人"], now=now, **told
    )
    meeting = meetings.invite(
        version=meeting.version, today=on - timedelta(days=3), now=now, **told
    )
    came = {invitee.pk: "分管负责人" for invitee in meeting.invitees.all()}
    return meetings.hold(version=meeting.version, came=came, today=on, now=now, **told)


def _write_down(item: Item, cause: str, *, settled: bool, now: datetime, clerk: Actor) -> None:
    drawn = item.said.exists()
    meetings.write_down(
        meeting_id=item.meeting_id,
        item_id=item.pk,
        version=item.version,
        said=SAID if drawn else {SixStep.RECONCILE.value: "按台账核对。", **SAID},
        cause=cause,
        settled=settled,
        not_discussed="",
        now=now,
        actor=clerk,
    )


def _issue_minutes(meeting: Meeting, now: datetime, clerk: Actor, second_clerk: Actor) -> None:
    """On the day after, by the second person."""
    meeting.refresh_from_db()
    told: dict[str, Any] = {
        "meeting_id": meeting.pk,
        "today": meeting.on + timedelta(days=1),
        "now": now,
    }
    meeting = meetings.submit(version=meeting.version, actor=clerk, **told)
    meetings.issue_minutes(version=meeting.version, actor=second_clerk, **told)


def _improve_policy(now: datetime, clerk: Actor, second_clerk: Actor) -> None:
    """Two thirds of a matter's procedures came to a meeting for their papers; a policy ended that. It falls
    into the longest time without receipts, so that there are cases on both sides."""
    most = (
        Procedure.objects.exclude(received_on=None)
        .values("matter_code")
        .annotate(count=Count("pk"))
        .order_by("-count", "matter_code")
        .first()
    )
    if not most or most["count"] < 2 * MINIMUM:
        return
    found = Procedure.objects.filter(matter_code=most["matter_code"]).exclude(received_on=None)
    rows = list(found.select_related("project").order_by("received_on", "pk"))
    days = [row.received_on for row in rows if row.received_on]
    split = max(range(MINIMUM, len(days) - MINIMUM + 1), key=lambda n: (days[n] - days[n - 1], n))
    begun = days[split]
    on = work_calendar().on_or_after(days[split - 1])
    year = [row for row in rows[:split] if row.received_on and row.received_on >= begun - YEAR]
    if on >= begun or len(year) < MINIMUM:
        return
    stuck = [
        Candidate(
            f"procedure:{row.number}",
            f"{row.project.name}：{row.name}",
            "材料两次退回补正",
            10,
            row.project_id,
            row.pk,
            row.matter_code,
            (row.department_code,),
        )
        for row in year[: len(year) * 2 // 3]
    ]
    meeting = _held(f"{on.month}月{rows[0].short_name}会商会", on, stuck, now=now, clerk=clerk)
    for item in meeting.items.all():
        _write_down(item, "papers", settled=True, now=now, clerk=clerk)
    _issue_minutes(meeting, now, clerk, second_clerk)
    adopt(
        title=f"{rows[0].short_name}材料清单和示范文本",
        matter_code=rows[0].matter_code,
        cause="papers",
        change="公布材料清单和示范文本，收件前由帮办先看一遍，缺什么一次说清（示例）。",
        department_code=rows[0].department_code,
        document=f"示例联审办发〔{begun.year}〕3号",
        effective_on=begun,
        item=meeting.items.order_by("order").first(),
        at=now,
        actor=clerk,
    )


def _adjust(last: date, now: datetime, clerk: Actor) -> None:
    """An order of the office: another liaison, and somebody who joins the task force for a while."""
    on = work_calendar().subtract(last, 5)
    when: dict[str, Any] = {"on": on, "at": now, "actor": clerk}
    draft = orders.draw_up(
        title="关于调整工作机制联络员的通知（示例）", reason="因人员变动", **when
    )
    seat = Seat.objects.in_force(on).get(kind=SeatKind.LIAISON, department_code="zrzy")
    changes: tuple[dict[str, Any], ...] = (
        {
            "verb": "appoint",
            "seat": seat.pk,
            "name": "额某（示例）",
            "office_phone": "0477-0000099",
        },
        {
            "verb": "second",
            "department_code": "nmj",
            "name": "那某（示例）",
            "temporary": True,
            "purpose": "设施农用地备案会商",
            "planned_until": (last + timedelta(days=20)).isoformat(),
        },
    )
    for change in changes:
        draft = orders.add_change(pk=draft.pk, version=draft.version, change=change, **when)
    seen = orders.preview(draft, **when).seen
    orders.issue_order(pk=draft.pk, version=draft.version, seen=seen, **when)


def _second_people(last: date, now: datetime, clerk: Actor) -> None:
    """The task force as the mechanism names it, and its last three weeks in the office."""
    calendar = work_calendar()
    begun = calendar.subtract(last, 15)
    file_order(
        number=SECONDING,
        title="关于选派专项工作组人员的通知（示例）",
        dated_on=begun,
        on=last,
        at=now,
        actor=clerk,
        scan=_proof("选派专项工作组人员的通知"),
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
                document=SECONDING,
                actor=clerk,
            )
    people = list(Secondment.objects.order_by("pk"))
    day, n = begun, 0
    while day <= last and people:
        marks = {
            row.pk: (Presence.TRIP if (place + n) % 9 == 4 else Presence.PRESENT, "")
            for place, row in enumerate(people)
        }
        seen = day_digest(of_day(day))
        take_day(on=day, marks=marks, seen=seen, today=last, at=now, actor=clerk)
        day, n = calendar.add(day, 1), n + 1
