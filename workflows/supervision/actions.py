"""Chase (督办): the sweep that raises what is due, and what people do with a case."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files import File
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.urls import reverse

from kernel.calendars.queries import work_calendar
from kernel.clock import WorkCalendar
from kernel.notices.telling import Message, tell
from kernel.papers.attaching import keep
from kernel.papers.paper import Para, Table, cn_date
from kernel.papers.refusals import PaperRefused
from kernel.trail import SYSTEM, Actor, record, record_refusal
from workflows.catalogue.queries import departments
from workflows.issuing.actions import issue
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.issuing.models import Issued
from workflows.supervision.duties import Duty, Source, sources
from workflows.supervision.lifecycle import ORDER, ChaseRefused, Stage, State, move_from
from workflows.supervision.models import Case, RuleVersion, Step
from workflows.supervision.queries import rules
from workflows.supervision.rules import ChaseRule, in_force

ROOM = "supervision"
AHEAD = timedelta(days=366)
_LOCK = 0x64756261  # one sweep of a tenant at a time
_REST = timedelta(days=15)  # the longest run of rest days a deadline may lie in


@dataclass
class Raised:
    """What one sweep has raised: (case, step) by stage."""

    steps: dict[Stage, list[tuple[Case, Step]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def count(self) -> int:
        return sum(map(len, self.steps.values()))


@transaction.atomic
def sweep(*, on: date, at: datetime) -> int:
    """Raise every stage that is due on ``on`` and close what is done; how many stages were raised.

    On a rest day nothing happens; the next working day catches up, each deadline with its hardest
    stage alone. Each stage of a deadline is raised once, however often and by how many this runs.
    """
    calendar = work_calendar()
    if not calendar.is_working(on):
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", [_LOCK])
    versions = rules()
    rule, raised = in_force(versions, on), Raised()
    # As far ahead as any version looked: a case opened under an older one is still looked at.
    lead_days = max(version.lead_days for version in versions)
    last = calendar.add(on, lead_days) + _REST
    for source in sources():
        _sweep_source(source, rule, last, calendar, on, at, raised)
    _issue_letters(raised, rule, on, at)
    _tell(raised, rule, at)
    if raised.count:
        said = "，".join(
            f"{stage.label} {len(raised.steps[stage])} 件" for stage in Stage if raised.steps[stage]
        )
        record(
            actor=SYSTEM, action="supervision.sweep", subject="督导台账", summary=f"巡检：{said}"
        )
    return raised.count


def _sweep_source(
    source: Source,
    rule: ChaseRule,
    last: date,
    calendar: WorkCalendar,
    on: date,
    at: datetime,
    raised: Raised,
) -> None:
    recent = Q(due_on__gte=on - AHEAD) | ~Q(state=State.CLOSED)
    cases = Case.objects.filter(recent, source=source.key)
    known = {(case.key, case.due_on): case for case in cases}
    stages: dict[date, Any] = {}
    looked_at: set[tuple[str, date]] = set()
    new: list[tuple[Case, Stage]] = []
    grown: list[tuple[Case, Stage]] = []
    for duty in source.open_until(last):
        looked_at.add((duty.key, duty.due_on))
        if duty.due_on not in stages:
            stages[duty.due_on] = rule.due(duty.due_on, on, calendar)
        due = stages[duty.due_on]
        case = known.get((duty.key, duty.due_on))
        if due is None:
            continue
        if case is None:
            new.append((_case(duty, due.stage, on), due.stage))
        elif _harder(case, due.stage, on):
            grown.append((case, due.stage))
    _close(
        source, [case for case in known.values() if case.state != State.CLOSED], looked_at, on, at
    )
    Case.objects.bulk_create([case for case, _ in new], batch_size=1000)
    _write_steps(new, None, on, at, raised)
    before = {case.pk: Stage(case.stage) for case, _ in grown}
    chased: dict[Stage, list[Case]] = defaultdict(list)
    for case, stage in grown:
        chased[stage if ORDER[stage] > ORDER[Stage(case.stage)] else Stage(case.stage)].append(case)
    again = {"state": State.CHASING, "closed_on": None, "closed_why": "", "paused_until": None}
    for stage, same in chased.items():
        _moved(same, stage=stage, **again)
    _write_steps(grown, before, on, at, raised)


def _harder(case: Case, stage: Stage, on: date) -> bool:
    """Whether the case has to move: to a harder stage, out of a pause that is over, or open again."""
    if case.state == State.CLOSED:
        return True
    if case.state == State.PAUSED:
        assert case.paused_until  # noqa: S101 -- the table says so
        return case.paused_until < on
    return ORDER[stage] > ORDER[Stage(case.stage)]


def _case(duty: Duty, stage: Stage, on: date) -> Case:
    return Case(
        source=duty.source,
        key=duty.key,
        due_on=duty.due_on,
        number=duty.number,
        title=duty.title[:200],
        department_code=duty.department_code,
        project_name=duty.project_name[:200],
        url=duty.url,
        stage=stage,
        opened_on=on,
    )


def _write_steps(
    moved: Sequence[tuple[Case, Stage]],
    before: Mapping[int, Stage] | None,
    on: date,
    at: datetime,
    raised: Raised,
) -> None:
    """The step of each case's stage, and of the lower ones it passed over; none a second time."""
    steps: list[Step] = []
    for case, stage in moved:
        last = ORDER[before[case.pk]] if before else -1
        for each in Stage:
            if last < ORDER[each] <= ORDER[stage]:
                kind = Step.Kind.STAGE if each is stage else Step.Kind.SKIPPED
                step = Step(case=case, kind=kind, stage=each, on=on, at=at, by_name=SYSTEM.name)
                steps.append(step)
                if each is stage:
                    raised.steps[stage].append((case, step))
        if last >= ORDER[stage]:
            text = "期限仍未办结，重新督办"
            steps.append(
                Step(case=case, kind=Step.Kind.NOTE, on=on, text=text, at=at, by_name=SYSTEM.name)
            )
    Step.objects.bulk_create(steps, batch_size=1000)


def _close(
    source: Source,
    cases: Sequence[Case],
    looked_at: Collection[tuple[str, date]],
    on: date,
    at: datetime,
) -> None:
    """Close what is done, and what has another deadline by now."""
    still = source.still_open({case.key for case in cases})
    done: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if (case.key, case.due_on) not in looked_at:
            done["期限变更或停表" if case.key in still else "已办结"].append(case)
    for why, same in done.items():
        _moved(same, closed_why=why, state=State.CLOSED, closed_on=on, paused_until=None)


def _moved(cases: Sequence[Case], **changed: Any) -> None:
    """Write the same to every one of ``cases``: one statement, however many they are."""
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(
        version=F("version") + 1, **changed
    )
    for case in cases:
        case.version += 1
        for name, value in changed.items():
            setattr(case, name, value)


def _issue_letters(raised: Raised, rule: ChaseRule, on: date, at: datetime) -> None:
    """One letter for each department with all its deadlines that came to a stage of letters today."""
    names = {code: d.name for code, d in departments().items()}
    for stage, steps in raised.steps.items():
        if not rule.of(stage).letter:
            continue
        by_unit: dict[str, list[tuple[Case, Step]]] = defaultdict(list)
        for case, step in steps:
            by_unit[case.department_code].append((case, step))
        for code, lines in sorted(by_unit.items()):
            try:
                letter = _letter([case for case, _ in lines], names.get(code, code), code, on)
            except (
                PaperRefused
            ) as refusal:  # one odd character must not keep everybody's chase waiting
                record_refusal(
                    actor=SYSTEM, action="supervision.letter", subject=code, summary=str(refusal)
                )
                continue
            Step.objects.filter(pk__in=[step.pk for _, step in lines]).update(letter=letter)


def _letter(cases: Sequence[Case], name: str, code: str, on: date) -> Issued:
    ordered = sorted(cases, key=lambda case: (case.due_on, case.number))
    paper = compose(
        Kind.URGING,
        title=f"关于催办{len(cases)}项逾期事项的函",
        addressee=name,
        on=on,
        body=[
            Para(f"截至{cn_date(on)}，下列 {len(cases)} 项由你单位承办的事项已过期限，尚未办结。"),
            Table(
                ("编号", "事项", "项目", "期限", "逾期"),
                tuple(
                    (
                        case.number,
                        case.title,
                        case.project_name or "—",
                        cn_date(case.due_on),
                        f"{(on - case.due_on).days}天",
                    )
                    for case in ordered
                ),
                widths=(4, 5, 4.4, 3.2, 1.6),
            ),
            Para("请抓紧办理，并在督导台账中回复办理情况和预计办结日期；确有困难的请说明原因。"),
        ],
    )
    return issue(
        paper,
        kind=Kind.URGING,
        room=ROOM,
        key=f"letter:{on}:{code}",
        url=f"{reverse('supervision:list')}?department={code}",
        on=on,
        actor=SYSTEM,
        to=[code],
    )


def _tell(raised: Raised, rule: ChaseRule, at: datetime) -> None:
    """Each department once a stage and sweep, and whom the stage tells besides."""
    messages = []
    for stage, steps in raised.steps.items():
        by_unit: dict[str, list[Case]] = defaultdict(list)
        for case, _ in steps:
            by_unit[case.department_code].append(case)
        for code, cases in sorted(by_unit.items()):
            messages.append(_message(stage, cases, department_code=code))
        everything = [case for case, _ in steps]
        if everything:
            messages += [_message(stage, everything, role=r) for r in rule.of(stage).tells]
    tell(messages, at=at)


def _message(
    stage: Stage, cases: Sequence[Case], *, role: str = "", department_code: str = ""
) -> Message:
    first = min(cases, key=lambda case: (case.due_on, case.pk))
    more = f"等 {len(cases)} 项" if len(cases) > 1 else ""
    url = reverse("supervision:case", args=[first.pk])
    return Message(
        key=f"{ROOM}:{stage}:{role or department_code}:{first.pk}:{first.version}",
        room=ROOM,
        text=f"{stage.label}：{first.title}（{first.number}）{more}，期限{cn_date(first.due_on)}。",
        url=url if len(cases) == 1 else f"{reverse('supervision:list')}?stage={stage}",
        role=role,
        department_code=department_code,
    )


# By hand ------------------------------------------------------------------------------------------


@transaction.atomic
def chase(
    *,
    case_id: int,
    version: int,
    stage: str,
    text: str,
    on: date,
    at: datetime,
    actor: Actor,
    files: Sequence[File[bytes]] = (),
) -> Case:
    """Chase a case by hand (加办), at its stage or a harder one. Raises `ChaseRefused`."""
    case = _locked(case_id, version)
    move_from(case.state, "chase")
    if not text.strip():
        raise ChaseRefused("加办须写明要求。")
    wanted = Stage(stage)
    if ORDER[wanted] < ORDER[Stage(case.stage)]:
        raise ChaseRefused(
            f"这件督办已到“{case.get_stage_display()}”，不能退到“{wanted.label}”。请选同级或更高的阶段。"
        )
    case.stage, case.state, case.paused_until = wanted, State.CHASING, None
    _saved(case, "stage", "state", "paused_until")
    step = _step(case, Step.Kind.MANUAL, on, text, at, actor, stage=wanted)
    _keep(files, step, at, actor)
    _record(case, actor, "chase", f"加办（{wanted.label}）：{text.strip()}")
    tell([_by_hand(case, step, f"{wanted.label}：{text.strip()}")], at=at)
    return case


@transaction.atomic
def pause(
    *, case_id: int, version: int, until_on: date, text: str, on: date, at: datetime, actor: Actor
) -> Case:
    """Let a case rest until a day (暂缓), for a reason. Raises `ChaseRefused`."""
    case = _locked(case_id, version)
    move = move_from(case.state, "pause")
    if not text.strip():
        raise ChaseRefused("暂缓须写明理由。")
    if not on < until_on <= on + AHEAD:
        raise ChaseRefused(f"暂缓至 {until_on} 须在明天到一年之内。请改日期。")
    case.state, case.paused_until = move.target, until_on
    _saved(case, "state", "paused_until")
    step = _step(case, Step.Kind.NOTE, on, f"暂缓至{cn_date(until_on)}：{text.strip()}", at, actor)
    _record(case, actor, "pause", step.text)
    tell([_by_hand(case, step, step.text)], at=at)
    return case


@transaction.atomic
def resume(*, case_id: int, version: int, on: date, at: datetime, actor: Actor) -> Case:
    """Take a paused case up again. Raises `ChaseRefused`."""
    case = _locked(case_id, version)
    move = move_from(case.state, "resume")
    case.state, case.paused_until = move.target, None
    _saved(case, "state", "paused_until")
    step = _step(case, Step.Kind.NOTE, on, "恢复督办", at, actor)
    _record(case, actor, "resume", step.text)
    tell([_by_hand(case, step, step.text)], at=at)
    return case


@transaction.atomic
def reply(
    *,
    case_id: int,
    text: str,
    on: date,
    at: datetime,
    actor: Actor,
    reach: Collection[str] | None,
    files: Sequence[File[bytes]] = (),
) -> Step:
    """A department's answer (回复). Raises `ChaseRefused`."""
    case = _locked(case_id)
    if reach is not None and case.department_code not in reach:
        raise ChaseRefused("这件督办不由您所在单位承办，请由承办单位回复。")
    if case.state == State.CLOSED:
        raise ChaseRefused("这件督办已经了结，不必再回复。")
    if not text.strip():
        raise ChaseRefused("回复须写明办理情况。")
    step = _step(case, Step.Kind.REPLY, on, text, at, actor)
    _keep(files, step, at, actor)
    _record(case, actor, "reply", f"回复：{text.strip()}")
    tell(
        [
            Message(
                key=f"{ROOM}:reply:{step.pk}:{role}",
                room=ROOM,
                text=f"{case.number} {case.title}有回复：{step.text}",
                url=reverse("supervision:case", args=[case.pk]),
                role=role,
            )
            for role in ("office", "supervision")
        ],
        at=at,
    )
    return step


@transaction.atomic
def revise(
    *,
    rule: ChaseRule,
    why: str,
    document: str,
    seen: int,
    on: date,
    at: datetime,
    actor: Actor,
) -> ChaseRule:
    """Put the next version of the rule on file. ``seen`` is the newest the page showed.

    Raises `ChaseRefused`.
    """
    newest = rules()[-1]
    if seen != newest.number:
        raise ChaseRefused(
            f"督办规则已有第 {newest.number} 版，您看到的是第 {seen} 版。请看过再修订。"
        )
    earliest = max(on, newest.effective_from)
    if not earliest <= rule.effective_from <= on + AHEAD:
        raise ChaseRefused(
            f"生效日期 {rule.effective_from} 须在 {earliest} 到一年之内：已经发出的督办不追改。"
        )
    offsets = [each.offset for each in rule.stages]
    if offsets != sorted(set(offsets)):
        raise ChaseRefused("各阶段的天数须一级比一级晚，不能相同。请改天数。")
    if rule.write() == newest.write():
        raise ChaseRefused(f"与第 {newest.number} 版相同，没有可修订的。")
    try:
        with transaction.atomic():
            RuleVersion.objects.create(
                number=newest.number + 1,
                effective_from=rule.effective_from,
                stages=rule.write(),
                why=why.strip(),
                document=document.strip(),
                made_by=actor.name,
                made_at=at,
            )
    except IntegrityError as taken:
        raise ChaseRefused("督办规则刚由别人修订。请刷新看过再修订。") from taken
    record(
        actor=actor,
        action="supervision.revise",
        subject="督办规则",
        summary=f"督办规则第 {newest.number + 1} 版，自 {rule.effective_from} 起。理由：{why}"[
            :500
        ],
        detail={"before": newest.write(), "after": rule.write()},
    )
    return ChaseRule(newest.number + 1, rule.effective_from, rule.stages)


def _locked(case_id: int, version: int | None = None) -> Case:
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    if version is not None and version != case.version:
        raise ChaseRefused("这件督办在您打开页面之后已有变动。请看过最新记录再办。")
    return case


def _saved(case: Case, *names: str) -> None:
    case.version += 1
    case.save(update_fields=[*names, "version"])


def _step(
    case: Case, kind: str, on: date, text: str, at: datetime, actor: Actor, stage: str = ""
) -> Step:
    return Step.objects.create(
        case=case,
        kind=kind,
        stage=stage,
        on=on,
        text=text.strip()[:1000],
        at=at,
        by_id=actor.user_id,
        by_name=actor.name,
    )


def _keep(files: Iterable[File[bytes]], step: Step, at: datetime, actor: Actor) -> None:
    for file in files:
        keep(file, room=ROOM, key=f"step:{step.pk}", at=at, actor=actor)


def _record(case: Case, actor: Actor, name: str, words: str) -> None:
    record(
        actor=actor,
        action=f"supervision.{name}",
        subject=case.number,
        summary=f"督办{case.number} {case.title}：{words}"[:500],
    )


def _by_hand(case: Case, step: Step, words: str) -> Message:
    return Message(
        key=f"{ROOM}:step:{step.pk}",
        room=ROOM,
        text=f"{case.number} {case.title}：{words}",
        url=reverse("supervision:case", args=[case.pk]),
        department_code=case.department_code,
    )
