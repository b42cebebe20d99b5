"""Chase (督办): what people do with a case, and the rule; `sweep` raises what is due."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.core.files import File
from django.db import IntegrityError, transaction
from django.urls import reverse

from kernel.notices.telling import Message, tell
from kernel.papers.attaching import keep
from kernel.papers.paper import cn_date
from kernel.trail import Actor, record
from workflows.supervision.letters import ROOM, urge
from workflows.supervision.lifecycle import MOVES, ORDER, ChaseRefused, Stage, State
from workflows.supervision.models import Case, RuleVersion, Step
from workflows.supervision.queries import rule_on, rules
from workflows.supervision.rules import ChaseRule, faults
from workflows.supervision.sweeping import sweep

__all__ = ["ROOM", "chase", "pause", "reply", "resume", "revise", "sweep"]

AHEAD = timedelta(days=366)


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
    letter: bool = False,
) -> Case:
    """Chase a case by hand (加办), at its stage or a harder one, with a letter if asked; told to all
    whom the rule tells at that stage. Raises `ChaseRefused`, or `PaperRefused` for the letter."""
    case = _locked(case_id, version)
    MOVES.take(case.state, "chase")
    if not text.strip():
        raise ChaseRefused("加办须写明要求。")
    wanted = Stage(stage)
    if ORDER[wanted] < ORDER[Stage(case.stage)]:
        raise ChaseRefused(
            f"这件督办已到“{case.get_stage_display()}”，不能退到“{wanted.label}”。请选同级或更高的阶段。"
        )
    if letter and on <= case.due_on:
        raise ChaseRefused(f"期限 {case.due_on} 还没有过，不发催办函。请取消催办函，只作加办。")
    case.stage, case.state, case.paused_until = wanted, State.CHASING, None
    _saved(case, "stage", "state", "paused_until")
    step = _step(case, Step.Kind.MANUAL, on, text, at, actor, stage=wanted)
    if letter:
        step.letter = urge([case], code=case.department_code, on=on, actor=actor)
        step.save(update_fields=["letter"])
    _keep(files, step, at, actor)
    _record(case, actor, "chase", f"加办（{wanted.label}）：{text.strip()}")
    words = f"{wanted.label}：{text.strip()}"
    told = rule_on(on).for_source(case.source).of(wanted).tells
    tell([_by_hand(case, step, words), *(_by_hand(case, step, words, r) for r in told)], at=at)
    return case


@transaction.atomic
def pause(
    *, case_id: int, version: int, until_on: date, text: str, on: date, at: datetime, actor: Actor
) -> Case:
    """Let a case rest until a day (暂缓), for a reason. Raises `ChaseRefused`."""
    case = _locked(case_id, version)
    move = MOVES.take(case.state, "pause")
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
    move = MOVES.take(case.state, "resume")
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
    """A department's answer (回复); the office, whose reach is None, gives none for it. Raises
    `ChaseRefused`."""
    case = _locked(case_id)
    if reach is None or case.department_code not in reach:
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
    if wrong := [words for each in (rule.stages, *rule.own.values()) for words in faults(each)]:
        raise ChaseRefused("".join(dict.fromkeys(wrong)))
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
    return replace(rule, number=newest.number + 1)


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


def _by_hand(case: Case, step: Step, words: str, role: str = "") -> Message:
    return Message(
        key=f"{ROOM}:step:{step.pk}:{role}",
        room=ROOM,
        text=f"{case.number} {case.title}：{words}",
        url=reverse("supervision:case", args=[case.pk]),
        role=role,
        department_code="" if role else case.department_code,
    )
