"""What waits for a person, what turns, what changed (工作台). Reads other rooms, writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from django.db.models import Case, Count, DateField, F, Q, QuerySet, Value, When
from django.db.models.functions import Least
from django.urls import reverse
from django.utils import timezone

from kernel.authority.permissions import Permission, Role
from kernel.trail.models import TrailEntry
from kernel.trail.queries import room_of, since
from kernel.web.http import calendar_of
from kernel.web.lamps import Lamp, lamp_on
from kernel.web.parts import Event
from kernel.web.waiting import Item, items_of
from tenants.registry.models import Disclosure, Filing, FilingState
from workflows.catalogue.queries import departments
from workflows.disclosure.lifecycle import State as DraftState
from workflows.disclosure.models import Draft
from workflows.filings import queries as filings
from workflows.mechanism.queries import organisation
from workflows.procedures.lamps import LampRule, bound_by
from workflows.procedures.lifecycle import FINISHED, MOVES, PAUSED, Ball, State
from workflows.procedures.models import Procedure
from workflows.procedures.queries import lamp_rules, ledger, reach_of, under_lamp
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project
from workflows.projects.queries import waiting_for

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest

SHOWN = 12  # rows a list shows before it leads to the ledger
READ = 300  # lines of the trail the news are told from
NAMED = 3  # things a run names before it counts
WEEK = timedelta(days=7)

_LABEL = {move.name: move.label for move in MOVES}
#: What a run of the same act is called; the rest by its room.
_ACTS = {f"procedures.{move.name}": move.label for move in MOVES} | {
    "disclosure.prepare": "拟公开稿",
    "disclosure.release": "发布公开稿",
    "projects.register": "登记项目",
    "projects.upload": "上传清单",
    "projects.send_for_comment": "送征求意见",
    "projects.confirm": "确认项目",
    "procedures.comb_out": "梳理办件",
    "procedures.sample": "装入示例进度",
    "watches.notice": "巡检提醒",
    "watches.take_note": "知悉提醒",
}
#: The one move that takes a procedure on from where it is.
_NEXT = {
    State.PLANNED: "receive",
    State.RECEIVED: "accept",
    State.CORRECTING: "correct",
    State.ACCEPTED: "decide",
    State.STOPPED: "resume",
    State.HANDED_UP: "decide",
    State.DECIDED: "deliver",
    State.WITHDRAWN: "receive",
    State.REFUSED: "receive",
}


Names = Mapping[str, str]  # short names of units by code


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows to show, how many there are in all, and where the rest is."""

    items: list[Item]
    total: int
    url: str = ""


@dataclass(frozen=True)
class Desk:
    mine: Listing
    red: Listing
    yellow: Listing
    turning: Listing
    others: Listing
    news: list[Event]
    states: frozenset[str]  # every state a project is in


def desk(request: "SignedInRequest", on: date) -> Desk:
    """The desk of the signed-in member on day ``on``; a constant number of queries."""
    may = request.permissions
    reach = reach_of(request.membership, on) if Permission.PROCEDURES_MOVE in may else None
    procedures = ledger() if Permission.PROCEDURES_VIEW in may else ledger().none()
    near = procedures if reach is None else procedures.filter(department_code__in=reach)
    open_ = near.exclude(state__in=FINISHED)
    turning = open_.filter(yellow_on__gt=on, yellow_on__lte=on + WEEK).order_by("yellow_on", "pk")
    red = open_.filter(under_lamp(Lamp.RED, on)).order_by("red_on", "pk")
    yellow = open_.filter(under_lamp(Lamp.YELLOW, on)).order_by("red_on", "pk")
    at = reverse("procedures:list")
    names = {code: department.short_name for code, department in departments().items()}
    rule = lamp_rules().on(on)
    by_state = _by_state(request)
    return Desk(
        mine=_mine(request, near, on, names, rule, by_state),
        red=_listing(red, on, f"{at}?lamp=red", names, rule),
        yellow=_listing(yellow, on, f"{at}?lamp=yellow", names, rule),
        turning=_listing(turning, on, f"{at}?lamp=green&sort=red", names, rule),
        others=_others(request, near, on, names, rule, _filed(request)),
        news=news(request, near, on),
        states=frozenset(state for _, state, _ in by_state),
    )


def _by_state(request: "SignedInRequest") -> list[tuple[int, str, int]]:
    """(year, state, how many) of the projects, by year; for those who settle the lists."""
    if Permission.PROJECTS_CONFIRM not in request.permissions:
        return []
    counted = Project.objects.values_list("year", "state").annotate(count=Count("pk"))
    return list(counted.order_by("year", "-state"))


def _filed(request: "SignedInRequest") -> list[Filing]:
    """What this tenant has filed and nobody has answered yet."""
    if Permission.FILINGS_SEND not in request.permissions:
        return []
    name = request.tenant.schema_name
    found = filings.in_hand(request)
    return [f for f in reversed(found) if f.sender == name and f.state == FilingState.SENT]


def _mine(
    request: "SignedInRequest",
    near: QuerySet[Procedure],
    on: date,
    names: Names,
    rule: LampRule,
    by_state: Sequence[tuple[int, str, int]],
) -> Listing:
    items = [
        *items_of(request, on),
        *_projects(request, on, by_state),
        *_drafts(request),
    ]
    total = len(items)
    waiting = procedures_for(request, near)
    if waiting is not None:
        found = list(_by_due(waiting)[:SHOWN])
        items += [_item(procedure, on, names, rule) for procedure in found]
        total += waiting.count() if len(found) == SHOWN else len(found)
    items.sort(key=lambda item: (item.due_on is None, item.due_on or date.max))
    return Listing(items, total, f"{reverse('procedures:list')}?ball=department")


def procedures_for(
    request: "SignedInRequest", near: QuerySet[Procedure]
) -> QuerySet[Procedure] | None:
    """Procedures that wait for this role: a department's own, and what helpers help to put right."""
    match Role(request.membership.role):
        case Role.DEPARTMENT | Role.REPRESENTATIVE:
            return near.filter(ball=Ball.DEPARTMENT)
        case Role.HELPER:
            return near.filter(ball=Ball.OWNER, state__in=[State.CORRECTING, State.STOPPED])
    return None


def _by_due(procedures: QuerySet[Procedure]) -> QuerySet[Procedure]:
    due = Case(
        When(decided_on__isnull=False, then=Value(None)),
        default=Least("promised_due_on", "statutory_due_on"),
        output_field=DateField(),
    )
    return procedures.order_by(due.asc(nulls_last=True), F("red_on").asc(nulls_last=True), "pk")


def _others(
    request: "SignedInRequest",
    near: QuerySet[Procedure],
    on: date,
    names: Names,
    rule: LampRule,
    filed: Sequence[Filing],
) -> Listing:
    """What one waits for: an answer to a filing, papers or an expert's work for a procedure."""
    items = []
    if filed:
        items = [
            Item(
                f"{line.filing.title}报备",
                f"{line.filing.number}，等{line.filing.receiver_name}办理",
                "查看",
                reverse("filings:detail", args=[line.filing.pk]),
                "答复期限",
                line.answer_by,
                note="已超过答复期限" if line.late else "",
            )
            for line in filings.with_deadlines(filed, on, calendar_of(request))
        ]
    waiting = near.filter(state__in=[State.CORRECTING, *PAUSED])
    if Role(request.membership.role) not in (Role.DEPARTMENT, Role.REPRESENTATIVE, Role.OFFICE):
        return Listing(items, len(items))
    rest = _listing(
        waiting.order_by("red_on", "pk"),
        on,
        f"{reverse('procedures:list')}?lamp=paused",
        names,
        rule,
    )
    return Listing(items + rest.items, len(items) + rest.total, rest.url)


def _listing(
    procedures: QuerySet[Procedure], on: date, url: str, names: Names, rule: LampRule
) -> Listing:
    found = list(procedures[:SHOWN])
    total = procedures.count() if len(found) == SHOWN else len(found)
    return Listing([_item(procedure, on, names, rule) for procedure in found], total, url)


def _item(procedure: Procedure, on: date, names: Names, rule: LampRule) -> Item:
    state = State(procedure.state)
    due, due_on = bound_by(
        rule,
        state,
        planned_start_on=procedure.planned_start_on,
        planned_due_on=procedure.planned_due_on,
        statutory_due_on=procedure.statutory_due_on,
        promised_due_on=procedure.promised_due_on,
    )
    holder = Ball(procedure.ball).label
    if procedure.ball == Ball.DEPARTMENT:
        holder = names.get(procedure.department_code, holder)
    return Item(
        procedure.name,
        procedure.project.name,
        _LABEL[_NEXT[state]] if state in _NEXT else "查看",
        reverse("procedures:detail", args=[procedure.number]),
        due,
        due_on,
        lamp_on(
            on,
            yellow_on=procedure.yellow_on,
            red_on=procedure.red_on,
            decided_on=procedure.decided_on,
            paused=state in PAUSED,
        ).value,
        procedure.yellow_on,
        f"{state.label} · {holder}",
    )


def _projects(
    request: "SignedInRequest", on: date, by_state: Sequence[tuple[int, str, int]]
) -> Iterable[Item]:
    may = request.permissions
    if Role(request.membership.role) in (Role.DEPARTMENT, Role.REPRESENTATIVE):
        for project in waiting_for(request.membership.department_code)[:SHOWN]:
            url = reverse("projects:project", args=[project.number])
            late = project.reply_by is not None and project.reply_by < on
            yield Item(
                project.name,
                "列入年度清单，征求本单位意见",
                "提意见",
                url,
                "回复期限" if project.reply_by else "",
                project.reply_by,
                Lamp.RED.value if late else "",
                note="逾期未回复" if late else "",
            )
    if Permission.PROJECTS_CONFIRM in may:
        for year, state, count in by_state:
            if state not in (ProjectState.DRAFT, ProjectState.COMMENTING):
                continue
            draft = state == ProjectState.DRAFT
            yield Item(
                f"{year}年清单有 {count} 个项目{'还是草拟' if draft else '在征求意见'}",
                "年度项目清单",
                "送征求意见" if draft else "看意见并确认",
                f"{reverse('projects:index')}?year={year}&state={state}",
            )


def _drafts(request: "SignedInRequest") -> Iterable[Item]:
    if Permission.DISCLOSURE_RELEASE in request.permissions:
        theirs = Draft.objects.filter(state=DraftState.PREPARED).exclude(
            prepared_by_id=request.user.pk
        )
        for draft in theirs.defer("payload").order_by("prepared_at", "pk")[:SHOWN]:
            url = reverse("disclosure:draft", args=[draft.pk])
            yield Item(draft.title, f"{draft.prepared_by}拟稿，待第二人审核", "审核发布", url)
    elif Permission.DISCLOSURE_PREPARE in request.permissions:
        rejected = Draft.objects.filter(state=DraftState.REJECTED, prepared_by_id=request.user.pk)
        for draft in rejected.defer("payload").order_by("-handled_at", "pk")[:SHOWN]:
            url = reverse("disclosure:draft", args=[draft.pk])
            yield Item(draft.title, f"未通过：{draft.reason}", "修改后再拟", url)


def news(request: "SignedInRequest", near: QuerySet[Procedure], on: date) -> list[Event]:
    """What was done since yesterday; who may not read the trail sees what concerns them."""
    yesterday = timezone.make_aware(datetime.combine(on - timedelta(days=1), time()))
    lines = since(yesterday)
    if Permission.TRAIL_VIEW not in request.permissions:
        concerns = Q(actor_id=request.user.pk) | Q(subject__in=near.order_by().values("number"))
        lines = lines.filter(concerns)
    return _told(list(lines[:READ]))


def _told(entries: Sequence[TrailEntry]) -> list[Event]:
    """What was done to which thing, newest first; one person's run of the same act is one line."""
    names = _names({entry.subject for entry in entries})
    told = []
    for _, run in groupby(entries, key=lambda entry: (entry.action, entry.actor_name)):
        same = list(run)
        first = same[0]
        who = f"{first.actor_name}（{first.actor_role}）" if first.actor_role else first.actor_name
        things = [names.get(entry.subject, entry.subject) for entry in same]
        if len(same) == 1:
            about = "" if things[0] in first.summary else things[0]
            told.append(Event(first.summary, first.at, who, about))
            continue
        listed = "、".join(dict.fromkeys(things[:NAMED]))
        more = "等" if len(same) > NAMED else ""
        told.append(
            Event(
                f"{_ACTS.get(first.action, room_of(first.action))} {len(same)} 件",
                first.at,
                who,
                listed + more,
            )
        )
    return told[:SHOWN]


def _names(subjects: set[str]) -> dict[str, str]:
    """What the numbers of projects and procedures stand for."""
    projects = Project.objects.filter(number__in=subjects).values_list("number", "name")
    procedures = Procedure.objects.filter(number__in=subjects).values_list(
        "number", "name", "project__name"
    )
    return dict(projects) | {number: f"{name}（{of}）" for number, name, of in procedures}


@dataclass(frozen=True, slots=True)
class Milestone:
    """One step of a new office's way (起步): what is done, or what is left of it."""

    title: str
    done: bool
    text: str
    url: str


def milestones(request: "SignedInRequest", on: date, states: frozenset[str]) -> list[Milestone]:
    """The way from an opened tenant to a published list, for the office; ``states`` of its projects."""
    mechanism = organisation(on)
    lacks, vacant = mechanism.lacks, mechanism.vacancies
    past_draft = states & {ProjectState.COMMENTING, ProjectState.CONFIRMED}
    listed = bool(states - {ProjectState.REMOVED})
    way = [
        Milestone(
            "补齐机制",
            not lacks and not vacant,
            f"缺 {len(lacks)} 项，空缺 {len(vacant)} 个席位" if lacks or vacant else "席位齐全",
            reverse("mechanism:chart"),
        ),
        Milestone("导入清单", listed, "把现用的年度清单表格直接传上来", reverse("projects:upload")),
        Milestone(
            "征求意见", bool(past_draft), "送行业部门，逐个项目收齐意见", reverse("projects:index")
        ),
        Milestone(
            "确认入列",
            ProjectState.CONFIRMED in states,
            "确认后自动梳理办件、倒排计划",
            reverse("projects:index"),
        ),
    ]
    if Permission.FILINGS_SEND in request.permissions:
        way.append(
            Milestone(
                "报备",
                filings.sent(request.tenant).exists(),
                "机制和清单报市级备案",
                reverse("filings:list"),
            )
        )
    released = Disclosure.objects.filter(owner=request.tenant.schema_name)
    way.append(
        Milestone(
            "公开", released.exists(), "办事指南、项目进度向社会公开", reverse("disclosure:index")
        )
    )
    return way
