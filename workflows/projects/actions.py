"""What officers do to a project: register, edit, move, comment (登记、修改、办理、提意见)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from kernel.notices.telling import Message, tell
from kernel.refusal import Refused
from kernel.trail import Actor, record
from tenants.gateway import current_tenant
from tenants.registry.numbering import next_numbers
from workflows.projects import hooks, queries
from workflows.projects.consultation import consulted
from workflows.projects.eligibility import RULES, Admission, admit
from workflows.projects.facts import (
    Difference,
    as_json,
    differences,
    row_values,
    shown,
)
from workflows.projects.lifecycle import MOVES, State
from workflows.projects.models import Comment, Opinion, Project, Revision, Verdict
from workflows.projects.workbook import ProjectFacts


class Stale(Refused):
    """The row has changed since the page was opened."""


class NotEligible(Refused):
    """No rule of A2.1 admits the project."""


class NothingToChange(Refused):
    """What was handed in is what is on file."""


#: Which words a constraint of the table has for the clerk.
_CLASHES = {
    "project_once_a_year": "同一年度已有同名且同一单位的项目，不能重复登记；请先在清单中查找。",
    "project_code_once_a_year": "这个项目代码在同一年度的另一个项目上，不能重复；请核对赋码通知。",
}
#: A step dated longer before the project's year is a slip of the pen.
OLDEST_YEARS = 5


@contextmanager
def clashes_explained() -> Iterator[None]:
    """A broken unique constraint of the list becomes a sentence (`Refused`)."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if name not in _CLASHES:
            raise
        raise Refused(_CLASHES[name]) from error


@transaction.atomic
def register(*, year: int, facts: ProjectFacts, actor: Actor) -> Project:
    """Put one project on the list as a draft, numbered and admitted (A2.1)."""
    project = Project(
        year=year,
        number=numbers(year, 1)[0],
        source="手工登记",
        **row_values(facts, _admitted(facts)),
    )
    with clashes_explained():
        project.save(force_insert=True)
    record(
        actor=actor,
        action="projects.register",
        subject=project.number,
        summary=f"登记项目“{project.name}”，入选依据：{project.admission_reason}",
    )
    return project


@transaction.atomic
def edit(
    *, number: str, facts: ProjectFacts, version: int, reason: str, on: date, actor: Actor
) -> Project:
    """Change what a project says of itself; the history keeps each fact's old and new value.

    A confirmed project's plan is made again in the same transaction. Raises `Stale`,
    `NotEligible`, `NothingToChange`.
    """
    project = _locked(number, version)
    if project.state == State.REMOVED:
        raise Refused(f"{number}已移出清单，不能修改；要修改请先恢复为草拟。")
    values = row_values(facts, _admitted(facts))
    found = tuple(differences(project, values))
    if not found:
        raise NothingToChange("没有任何一项与现有内容不同，未作修改。")
    with clashes_explained():
        change(project, values, found, reason=reason, at=timezone.now(), actor=actor)
    record(
        actor=actor,
        action="projects.edit",
        subject=number,
        summary=f"修改{'、'.join(d.label for d in found)}：{reason}",
        detail={"changes": [difference.as_json() for difference in found]},
    )
    if project.state == State.CONFIRMED:
        hooks.run(hooks.ON_CHANGE, project, on=on, actor=actor)
    return project


@transaction.atomic
def make_move(
    *,
    number: str,
    name: str,
    version: int | None,
    on: date,
    actor: Actor,
    reason: str = "",
) -> Project:
    """Take a step of the lifecycle table on day ``on``.

    ``version`` is the one the clerk saw; None when the caller holds the row by other means. Raises
    `MoveRefused`, `Stale`, or `Refused` when a reason or a fitting day is wanting.
    """
    project = _locked(number, version)
    before = State(project.state)
    move = MOVES.take(before, name)
    if move.needs_reason and not reason:
        raise Refused(f"“{move.label}”要写明理由。")
    if on.year < project.year - OLDEST_YEARS:
        raise Refused(f"办理日期{shown('_on', on)}比项目年度早了五年以上；请核对年份。")
    values: dict[str, Any] = {"state": move.target}
    match name:
        case "send_for_comment":
            values |= {
                "sent_on": on,
                "consulted": consulted(project.industry),
                "round": project.round + 1,
                "reply_by": None,
            }
        case "confirm":
            _may_confirm(project, on)
            values["confirmed_on"] = on
        case "remove":
            if project.confirmed_on and on < project.confirmed_on:
                raise Refused(
                    f"移出日期{shown('_on', on)}早于确认日期{shown('_on', project.confirmed_on)}；"
                    "请核对后填写。"
                )
        case "restore":
            values |= {"sent_on": None, "consulted": [], "reply_by": None, "confirmed_on": None}
    found = [
        Difference(field, as_json(getattr(project, field)), as_json(new))
        for field, new in values.items()
        if field in {"state", "sent_on", "confirmed_on"} and getattr(project, field) != new
    ]
    change(project, values, found, reason=reason or move.label, at=timezone.now(), actor=actor)
    record(
        actor=actor,
        action=f"projects.{name}",
        subject=number,
        summary=f"{move.label}（{on.year}年{on.month}月{on.day}日）{'：' + reason if reason else ''}",
    )
    if name == "send_for_comment":
        hooks.run(hooks.ON_SEND, project, on=on, actor=actor)
    elif name == "confirm":
        hooks.run(hooks.ON_CONFIRM, project, on=on, actor=actor)
    elif name == "remove" and before == State.CONFIRMED:
        hooks.run(hooks.ON_REMOVE, project, on=on, actor=actor)
    return project


@transaction.atomic
def comment(*, number: str, department_code: str, opinion: str, text: str, actor: Actor) -> Comment:
    """File a department's opinion on a project that is open for comment."""
    project = _locked(number, None)
    if project.state != State.COMMENTING:
        raise Refused(
            f"{number}现为“{State(project.state).label}”，不在征求意见；意见请直接告知机制办公室。"
        )
    if not department_code:
        raise Refused("您的任职没有登记所属单位，不能代表单位提意见；请机制办公室补登。")
    if opinion != Opinion.AGREE and not text:
        raise Refused(f"选择“{Opinion(opinion).label}”时要写明意见内容。")
    filed = Comment.objects.create(
        project=project,
        department_code=department_code,
        round=project.round,
        opinion=opinion,
        text=text,
        at=timezone.now(),
        by_name=actor.name,
    )
    record(
        actor=actor,
        action="projects.comment",
        subject=number,
        summary=f"{department_code} {Opinion(opinion).label}{'：' + text if text else ''}",
    )
    return filed


@transaction.atomic
def handle(
    *, comment_id: int, verdict: str, why: str, seen_at: datetime | None, at: datetime, actor: Actor
) -> Comment:
    """Answer a department's opinion (意见处理): adopted, in part or not, with the reason, and tell it.

    ``seen_at`` is when the opinion had been handled as the clerk's page showed it, None for not yet.
    Raises `Stale`, or `Refused` for an opinion that no longer counts.
    """
    project = _locked(Comment.objects.get(pk=comment_id).project.number, None)
    comment = Comment.objects.get(pk=comment_id)
    department = queries.department_names([comment.department_code])[0]
    said = f"{department}对{project.number}的意见"
    if comment.handled_at != seen_at:
        raise Stale(f"{said}已由{comment.handled_by}处理，没有重复写入；请看过处理结果后再办。")
    if project.state not in {State.COMMENTING, State.CONFIRMED}:
        raise Refused(
            f"{project.number}现为“{State(project.state).label}”，意见只作记录，不再处理。"
        )
    if comment.opinion == Opinion.AGREE:
        raise Refused(f"{said}是“同意”，不需要处理。")
    if queries.standing_of(project).last.get(comment.department_code) != comment:
        raise Refused(f"{said}不是最近一次意见；请处理这个单位最新的意见。")
    if not why:
        raise Refused(f"{said}要写明“{Verdict(verdict).label}”的理由，反馈给提意见的单位。")
    comment.verdict, comment.handled_why = verdict, why
    comment.handled_at, comment.handled_by = at, actor.name
    comment.save(update_fields=["verdict", "handled_why", "handled_at", "handled_by"])
    record(
        actor=actor,
        action="projects.handle",
        subject=project.number,
        summary=f"{said}：{Verdict(verdict).label}。{why}"[:500],
    )
    message = Message(
        key=f"projects:comment:{comment.pk}:{at.isoformat()}",
        room="projects",
        text=f"贵单位对“{project.name}”的意见已处理：{Verdict(verdict).label}。{why}",
        url=f"{reverse('projects:project', args=[project.number])}#comments",
        department_code=comment.department_code,
    )
    tell([message], at=at)
    return comment


# Shared with imports ------------------------------------------------------------------------------


def numbers(year: int, count: int) -> list[str]:
    """The next ``count`` numbers of this tenant's list, such as ZGE-2026-017."""
    prefix = current_tenant().prefix
    return [f"{prefix}-{year}-{n:03d}" for n in next_numbers("project", year, count)]


def change(
    project: Project,
    values: Mapping[str, Any],
    found: Iterable[Difference],
    *,
    reason: str,
    at: datetime,
    actor: Actor,
) -> None:
    """Write ``values`` as the next version of a locked project, with its line of history."""
    for field, value in values.items():
        setattr(project, field, value)
    project.version += 1
    project.save(update_fields=[*values, "version"])
    revision(project, found, reason=reason, at=at, actor=actor).save(force_insert=True)


def revision(
    project: Project, found: Iterable[Difference], *, reason: str, at: datetime, actor: Actor
) -> Revision:
    """The line of history for the version the project has now; not yet saved."""
    return Revision(
        project=project,
        version=project.version,
        at=at,
        by_name=actor.name,
        reason=reason[:200],
        changes=[difference.as_json() for difference in found],
    )


def _locked(number: str, version: int | None) -> Project:
    project = Project.objects.select_for_update(of=("self",)).get(number=number)
    if version is not None and version != project.version:
        raise Stale(
            f"{number}在您打开页面之后已被改动（现为第{project.version}版，您看到的是第{version}版）；"
            "没有写入，请看过最新内容后再办。"
        )
    return project


def _admitted(facts: ProjectFacts) -> Admission:
    threshold_wan = current_tenant().threshold_wan
    if admission := admit(facts, threshold_wan=threshold_wan):
        return admission
    raise NotEligible(
        f"总投资{shown('investment_wan', facts.investment_wan)}万元，"
        f"不到{shown('investment_wan', threshold_wan)}万元；请选择入选依据："
        f"{'、'.join(rule.label for rule in RULES[1:])}。"
    )


def _may_confirm(project: Project, on: date) -> None:
    if project.sent_on and on < project.sent_on:
        raise Refused(
            f"确认日期{shown('_on', on)}早于送征求意见的{shown('_on', project.sent_on)}；请核对后填写。"
        )
    if unhandled := queries.standing_of(project).unhandled:
        departments = "、".join(queries.department_names(c.department_code for c in unhandled))
        raise Refused(
            f"{departments}对{project.number}不同意，意见还没有处理；"
            "请在部门意见中写明采纳情况和理由，再确认入列。"
        )
