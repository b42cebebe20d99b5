"""Questions to the meetings (会议)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest

from kernel.accounts.models import Membership
from kernel.authority.permissions import Permission, Role
from kernel.papers.paper import cn_date
from workflows.assignments.queries import sheets_for
from workflows.meetings.lifecycle import SixStep, State
from workflows.meetings.models import Invitee, Item, Meeting, Resolution, Said
from workflows.procedures.live import live_of

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest

#: What those who do not run meetings see: once it has been called.
CALLED = (State.INVITED, State.HELD, State.REVIEW, State.MINUTED, State.CLOSED, State.CANCELLED)


def meetings_for(request: "SignedInRequest") -> QuerySet[Meeting]:
    """Meetings the member may see: the office all, leaders and supervision those asked for or called,
    a department those it is invited to."""
    found = Meeting.objects.select_related("minutes", "invitation").defer(
        "minutes__paper", "invitation__paper"
    )
    if Permission.MEETINGS_CHANGE in request.permissions:
        return found
    if Permission.MEETINGS_CONSENT in request.permissions:
        return found.exclude(state=State.PREPARING)
    called = found.filter(state__in=CALLED).exclude(sequence=0)
    if request.membership.role in (Role.DEPARTMENT, Role.REPRESENTATIVE):
        code = request.membership.department_code or "-"
        return called.filter(invitees__department_code=code).distinct()
    return called


def on_calendar(meeting: Meeting) -> bool:
    """It was called, and was not withdrawn since."""
    return meeting.sequence > 0 and meeting.state in CALLED


def narrowed(meetings: QuerySet[Meeting], chosen: Mapping[str, Any]) -> QuerySet[Meeting]:
    """Those that fit a cleaned `MeetingFilter`."""
    if words := chosen.get("q"):
        meetings = meetings.filter(
            Q(title__icontains=words) | Q(items__title__icontains=words)
        ).distinct()
    for name in ("kind", "state"):
        if value := chosen.get(name):
            meetings = meetings.filter(**{name: value})
    if year := chosen.get("year"):
        meetings = meetings.filter(on__year=year)
    return meetings


def counted(meetings: QuerySet[Meeting]) -> QuerySet[Any]:
    """Each with how many items, resolutions, and open resolutions it has."""
    resolved = "items__resolutions"
    return meetings.annotate(
        items_count=Count("items", distinct=True),
        resolutions_count=Count(resolved, distinct=True),
        open_count=Count(
            resolved,
            distinct=True,
            filter=Q(**{f"{resolved}__closed_on": None, f"{resolved}__isnull": False}),
        ),
    )


def whole(meeting: Meeting) -> list[Item]:
    """The agenda with steps, resolutions and sheets read along; four queries."""
    return list(
        meeting.items.select_related("project", "procedure")
        .prefetch_related(
            Prefetch("said", Said.objects.order_by("pk")),
            Prefetch("resolutions", Resolution.objects.select_related("sheet").order_by("pk")),
        )
        .order_by("order", "pk")
    )


def lacking(item: Item) -> list[str]:
    """Labels of the six steps that are not recorded; none for an item that was not discussed."""
    if item.not_discussed:
        return []
    done = {said.step for said in item.said.all()}
    return [step.label for step in SixStep if step.value not in done]


def written(item: Item) -> dict[str, str]:
    """What people wrote for each of its steps; what was drawn from the ledger is not theirs."""
    return {said.step: said.text for said in item.said.all() if not said.by_ledger}


def leader_posts(request: "SignedInRequest", on: date) -> list[str]:
    """Posts of the leaders who have an account here and can answer for themselves."""
    leaders = Membership.objects.in_force(on).filter(tenant=request.tenant, role=Role.LEADER)
    return list(leaders.exclude(post="").order_by("post").values_list("post", flat=True).distinct())


def open_resolutions(request: "SignedInRequest", before: Meeting) -> QuerySet[Resolution]:
    """Resolutions of earlier meetings still open, the oldest deadline first: of the meetings the member may
    see, and those their unit leads or supports."""
    code = request.membership.department_code or "-"
    return (
        Resolution.objects.filter(
            Q(item__meeting__in=meetings_for(request).order_by().values("pk"))
            | Q(lead_code=code)
            | Q(support_codes__contains=[code]),
            closed_on=None,
            sheet__isnull=False,
            item__meeting__on__lte=before.on,
        )
        .exclude(item__meeting=before)
        .select_related("item__meeting", "sheet")
        .order_by("due_on", "pk")
    )


def seen(request: "SignedInRequest", pks: Iterable[int]) -> set[int]:
    """Which of these meetings the member may see."""
    found = meetings_for(request).filter(pk__in=set(pks)).order_by()
    return set(found.values_list("pk", flat=True))


def sheets_seen(request: "SignedInRequest", items: Iterable[Item]) -> set[int]:
    """Which of the sheets that items were handed over by the member may see."""
    made = {r.sheet_id for item in items for r in item.resolutions.all() if r.sheet_id}
    if not made:
        return made
    return set(sheets_for(request).filter(pk__in=made).order_by().values_list("pk", flat=True))


def reconciled(item: Item, on: date) -> str:
    """The first of the six steps prefilled from the ledger as it stood on ``on`` (对账梳理)."""
    if item.project is None:
        return ""
    live = live_of(item.project, on)
    if item.procedure is None:
        estimated = "（推定）" if live.calendar.is_provisional(live.plan.finish_on) else ""
        return (
            f"项目共 {len(live.rows)} 项审批事项，已办结 {live.done} 项；目标{cn_date(item.project.target_on)}，"
            f"倒排计划完成{cn_date(live.plan.finish_on)}{estimated}，余量 {live.slack_days} 个工作日。"
        )
    row = live.row(item.procedure.number)
    days = "；".join(
        f"{label} {day.words}"
        for label, day in (
            ("法定期限", row.statutory),
            ("承诺期限", row.promised),
            ("计划完成", row.planned),
            ("预计完成", row.expected),
        )
        if day.on
    )
    return f"{row.procedure.name}现为“{row.state}”，在{row.holder or '—'}手里。{days}。"


def waiting_count(request: HttpRequest) -> int:
    """For the navigation: consents a leader has to give, invitations the member has not answered."""
    member = request.membership  # type: ignore[attr-defined]
    asked = member.role == Role.LEADER and Meeting.objects.filter(state=State.ASKED).count()
    return asked + unanswered(member).count()


def invited_as(member: Membership, invitees: QuerySet[Invitee]) -> QuerySet[Invitee]:
    """Of ``invitees`` those the member answers for: their unit's, or a leader's own post."""
    if member.role in (Role.DEPARTMENT, Role.REPRESENTATIVE) and member.department_code:
        return invitees.filter(department_code=member.department_code)
    if member.role == Role.LEADER and member.post:
        return invitees.filter(department_code="", post=member.post)
    return invitees.none()


def unanswered(member: Membership) -> QuerySet[Invitee]:
    """Invitations the member has not answered."""
    waiting = Invitee.objects.filter(reply="", meeting__state=State.INVITED)
    return invited_as(member, waiting).select_related("meeting")
