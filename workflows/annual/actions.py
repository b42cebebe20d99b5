"""What the office does to a cycle: open, plan, move, remind, issue (编制、调整、提醒、印发)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from kernel.calendars.queries import work_calendar
from kernel.notices.models import Notice
from kernel.notices.telling import Message, tell
from kernel.papers.paper import cn_date
from kernel.refusal import Refused
from kernel.trail import SYSTEM, Actor, record
from tenants.gateway import current_tenant
from workflows.annual import queries, reminders, scheduling
from workflows.annual.documents import paper_of
from workflows.annual.freezing import investment_of
from workflows.annual.lifecycle import DRAWING_UP, MOVES, Stage, issuing_move
from workflows.annual.models import Cycle, ListVersion, Milestone
from workflows.catalogue.queries import departments
from workflows.issuing.actions import issue
from workflows.issuing.kinds import Kind
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project


class Stale(Refused):
    """The cycle or the list has changed since the page was opened."""


@transaction.atomic
def open_cycle(*, year: int, on: date, at: datetime, actor: Actor) -> Cycle:
    """Begin the list of ``year``, this year's or the next, with the calendar that the rule proposes."""
    if not on.year <= year <= on.year + 1:
        raise Refused(f"现在只能编制{on.year}、{on.year + 1}年度清单，填的是{year}；请核对年份。")
    try:
        with transaction.atomic():
            cycle = Cycle.objects.create(year=year, made_at=at, made_by=actor.name)
    except IntegrityError as error:
        raise Refused(f"{year}年度的编制已经建立，请在年度编制中打开。") from error
    Milestone.objects.bulk_create(
        Milestone(cycle=cycle, stage=stage, planned_on=day)
        for stage, day in scheduling.proposed(year, work_calendar()).items()
    )
    _record(cycle, "open", f"建立{year}年度清单编制，按十月底前审定倒排日程", actor)
    return cycle


@transaction.atomic
def plan(
    *,
    year: int,
    days: Mapping[Stage, date],
    lead_days: int,
    why: str,
    version: int,
    actor: Actor,
) -> Cycle:
    """Change the calendar for a reason. Rounds that run by the old reply day get the new one.

    Raises `Stale`, `BadCalendar`, or `Refused` once the list is settled or nothing differs.
    """
    cycle = _locked(year, version)
    if cycle.state not in DRAWING_UP:
        raise Refused(f"{year}年度清单已审定，日程不再调整；各节点以审定时的记录为准。")
    scheduling.check(year, days, lead_days)
    if not why:
        raise Refused("调整日程要写明理由。")
    before = queries.planned(cycle)
    moved = {stage: day for stage, day in days.items() if day != before[stage]}
    if not moved and lead_days == cycle.lead_days:
        raise Refused("日程与现有的相同，未作修改。")
    for stage, day in moved.items():
        Milestone.objects.filter(cycle=cycle, stage=stage).update(planned_on=day)
    rounds = _move_rounds(year, before[Stage.REPLY], days[Stage.REPLY]) if moved else 0
    cycle.lead_days, cycle.planned_why = lead_days, why
    _save(cycle, "lead_days", "planned_why")
    told = [f"{s.label} {cn_date(before[s])}→{cn_date(day)}" for s, day in moved.items()]
    record(
        actor=actor,
        action="annual.plan",
        subject=_subject(year),
        summary=f"调整日程：{why}。{'；'.join(told)}"[:500],
        detail={
            "before": {stage.value: day.isoformat() for stage, day in before.items()},
            "after": {stage.value: day.isoformat() for stage, day in days.items()},
            "lead_days": lead_days,
            "rounds": rounds,
        },
    )
    return cycle


@transaction.atomic
def make_move(
    *, year: int, name: str, on: date, why: str, version: int, at: datetime, actor: Actor
) -> Cycle:
    """Take a step that issues nothing. Raises `MoveRefused`, `Stale`, or `Refused`."""
    cycle = _locked(year, version)
    move = MOVES.take(cycle.state, name)
    if move.issues:
        raise Refused(f"“{move.label}”在印发清单版本时办理，请到清单版本页。")
    if move.needs_reason and not why:
        raise Refused(f"“{move.label}”要写明理由。")
    _sane(cycle, on)
    match name:
        case "start":
            cycle.started_on = on
        case "close_collecting":
            if not _listed(year).exists():
                raise Refused(f"{year}年度清单还没有一个项目，不能截止申报；请先导入或者登记项目。")
            cycle.declared_on = on
        case "reopen":
            cycle.declared_on = None
        case "archive" if on < date(year, 12, 31):
            raise Refused(f"{year}年度还没有结束，{cn_date(on)}不能归档；请在年底以后办理。")
    cycle.state = move.target
    _save(cycle, "state", "started_on", "declared_on")
    _record(cycle, name, f"{move.label}（{cn_date(on)}）{'：' + why if why else ''}", actor)
    if name == "start":
        declare_on = queries.planned(cycle)[Stage.DECLARE]
        text = f"{year}年度重点项目清单启动征集，请在{cn_date(declare_on)}以前报机制办公室。"
        tell([_to_departments(cycle, "start", text)], at=at)
    return cycle


@transaction.atomic
def urge(
    *, year: int, codes: Collection[str] | None, on: date, at: datetime, actor: Actor
) -> list[str]:
    """Remind departments that have not answered, each once a day at most; the codes of those told.

    ``codes`` narrows whom, None is all that are outstanding. Raises `Refused` when nobody is left.
    """
    cycle = Cycle.objects.select_for_update(of=("self",)).get(year=year)
    owing: dict[str, int] = {}
    for one in queries.Year(cycle, on, work_calendar()).owed:
        owing[one.department_code] = owing.get(one.department_code, 0) + one.projects
    wanted = [code for code in owing if codes is None or code in codes]
    if not wanted:
        raise Refused(f"{year}年度清单没有等着回复的单位，不用提醒。")
    messages = _untold(
        Message(
            key=f"annual:{year}:urge:{code}:{on.isoformat()}",
            room=reminders.ROOM,
            text=f"请尽快回复{year}年度清单征求意见，还有{owing[code]}个项目等贵单位回复。",
            url="/projects/comments/",
            department_code=code,
        )
        for code in wanted
    )
    if not messages:
        raise Refused("这些单位今天已经提醒过，每个单位一天提醒一次；请明天再办。")
    tell(messages, at=at)
    told = [message.department_code for message in messages]
    names = departments()
    said = "、".join(names[code].short_name if code in names else code for code in told)
    _record(cycle, "urge", f"提醒未回复意见的单位：{said}", actor)
    return told


@transaction.atomic
def issue_version(
    *,
    year: int,
    on: date,
    note: str,
    digest: str,
    version: int,
    at: datetime,
    actor: Actor,
) -> ListVersion:
    """Freeze the confirmed list as the next version and issue its paper; the first settles the cycle.

    ``digest`` is of the list the clerk saw. Raises `MoveRefused`, `Stale`, or `Refused` when the list
    is empty, unchanged, or the day does not fit.
    """
    cycle = _locked(year, version)
    move = issuing_move(cycle.state)
    # Whoever confirms or removes now waits until this version is written, or is waited for.
    list(_listed(year).select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    draft = queries.next_version(cycle)
    if not draft.entries:
        raise Refused(f"{year}年度清单没有已确认的项目，不能印发；请先确认入列。")
    if draft.digest != digest:
        raise Stale(f"{year}年度清单在您打开页面之后有变动，没有印发；请看过最新内容后再办。")
    if draft.changes_nothing:
        raise Refused(f"清单与第{draft.number - 1}版相同，不用再印发。")
    _may_be_dated(cycle, draft.entries, on)
    issued = issue(
        paper_of(
            year,
            draft.number,
            draft.entries,
            tenant_name=current_tenant().name,
            since=draft.since,
            note=note,
            on=on,
        ),
        kind=Kind.LIST,
        room=reminders.ROOM,
        key=f"{year}:{draft.number}",
        url=f"{reminders.url_of(year)}versions/{draft.number}/",
        on=on,
        actor=actor,
        to=[code for code, department in departments().items() if department.member],
    )
    made = ListVersion.objects.create(
        cycle=cycle,
        number=draft.number,
        content=draft.content,
        digest=draft.digest,
        count=len(draft.entries),
        investment_wan=investment_of(draft.entries),
        note=note,
        issued=issued,
        issued_on=on,
        issued_at=at,
        by_name=actor.name,
    )
    if draft.number == 1:
        _settle(cycle, on)
    queries.pending(year).update(taken_into=draft.number)
    cycle.state = move.target
    _save(cycle, "state")
    text = f"{issued.number}：{year}年度重点项目清单第{draft.number}版已印发，{made.count}个项目。"
    tell([_to_departments(cycle, f"version:{draft.number}", text)], at=at)
    _record(
        cycle,
        move.name,
        f"{move.label}：第{draft.number}版，{made.count}个项目，{issued.number}",
        actor,
    )
    return made


@transaction.atomic
def remind(*, on: date, at: datetime) -> int:
    """Tell who has to know that a day of a calendar comes near or has passed; how many are new.

    Idempotent, and quiet on rest days: what falls on one is told on the next working day.
    """
    calendar = work_calendar()
    messages: list[Message] = []
    for cycle in queries.open_cycles():
        year = queries.Year(cycle, on, calendar)
        messages += reminders.due(cycle, year.points, calendar=calendar, on=on)
    new = _untold(messages)
    tell(new, at=at)
    if new:
        record(
            actor=SYSTEM,
            action="annual.remind",
            subject="年度编制",
            summary=f"提醒年度清单编制节点，共{len(new)}条",
            detail={"on": on.isoformat()},
        )
    return len(new)


# Inside ------------------------------------------------------------------------------------------


def _locked(year: int, version: int) -> Cycle:
    cycle = Cycle.objects.select_for_update(of=("self",)).get(year=year)
    if version != cycle.version:
        raise Stale(
            f"{year}年度编制在您打开页面之后已被改动（现为“{cycle.get_state_display()}”）；"
            "没有写入，请看过最新内容后再办。"
        )
    return cycle


def _save(cycle: Cycle, *fields: str) -> None:
    cycle.version += 1
    cycle.save(update_fields=[*fields, "version"])


def _listed(year: int) -> QuerySet[Project]:
    return Project.objects.filter(year=year).exclude(state=ProjectState.REMOVED)


def _sane(cycle: Cycle, on: date) -> None:
    """A step is dated in its years and not before the one it follows."""
    if not date(cycle.year - 1, 1, 1) <= on <= date(cycle.year + 1, 12, 31):
        raise Refused(f"办理日期{cn_date(on)}不在{cycle.year}年度清单的编制期内；请核对年份。")
    for label, day in (("截止申报", cycle.declared_on), ("启动征集", cycle.started_on)):
        if day and on < day:
            raise Refused(f"办理日期{cn_date(on)}早于{label}的{cn_date(day)}；请核对后填写。")


def _may_be_dated(cycle: Cycle, entries: Iterable[Mapping[str, str]], on: date) -> None:
    _sane(cycle, on)
    last = queries.versions(cycle).first()
    if last and on < last.issued_on:
        raise Refused(
            f"印发日期{cn_date(on)}早于第{last.number}版的{cn_date(last.issued_on)}；请核对后填写。"
        )
    latest = max(entries, key=lambda entry: entry["confirmed_on"])
    if (confirmed_on := date.fromisoformat(latest["confirmed_on"])) > on:
        raise Refused(
            f"印发日期{cn_date(on)}早于{latest['number']}确认入列的{cn_date(confirmed_on)}；"
            "请核对后填写。"
        )


def _settle(cycle: Cycle, on: date) -> None:
    """Keep the days as they were found; the years that follow do not move them."""
    counts = queries.Year(cycle, on, work_calendar()).counts
    for stage in Stage:
        Milestone.objects.filter(cycle=cycle, stage=stage).update(
            done_on=on if stage is Stage.CONFIRM else counts.done_on(stage)
        )


def _move_rounds(year: int, old: date, new: date) -> int:
    """Rounds that run by the calendar's day run by its new one; how many."""
    calendar = work_calendar()
    by_old, by_new = calendar.on_or_before(old), calendar.on_or_before(new)
    if by_old == by_new:
        return 0
    running = Project.objects.filter(
        year=year, state=ProjectState.COMMENTING, reply_by=by_old, sent_on__lte=by_new
    )
    return running.update(reply_by=by_new)


def _untold(messages: Iterable[Message]) -> list[Message]:
    """Those that were not told yet; one query."""
    by_key = {message.key: message for message in messages}
    told = set(Notice.objects.filter(key__in=by_key).values_list("key", flat=True))
    return [message for key, message in by_key.items() if key not in told]


def _to_departments(cycle: Cycle, key: str, text: str) -> Message:
    return Message(
        key=f"annual:{cycle.year}:{key}:{cycle.version}",
        room=reminders.ROOM,
        text=text,
        url=reminders.url_of(cycle.year),
        role="department",
    )


def _subject(year: int) -> str:
    return f"{year}年度清单"


def _record(cycle: Cycle, verb: str, summary: str, actor: Actor) -> None:
    record(
        actor=actor,
        action=f"annual.{verb}",
        subject=_subject(cycle.year),
        summary=summary[:500],
    )
