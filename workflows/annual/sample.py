"""A list drawn up in time, for demonstrations (示例数据): asked, answered, handled, issued. All invented."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.trail import Actor
from workflows.annual import actions, queries
from workflows.annual.lifecycle import Stage
from workflows.annual.models import Cycle
from workflows.projects.lifecycle import State
from workflows.projects.models import Comment, Opinion, Project, Verdict

_ADVICE = (
    ("请核对用地边界，避让永久基本农田。", Verdict.ADOPTED, "已调整用地边界，附复核图。"),
    ("建议同步落实用水指标来源。", Verdict.PARTLY, "首期用水已落实，后期指标另行申请。"),
    ("建议与在建项目共用进场道路。", Verdict.REJECTED, "两个项目建设时序不同，道路另行安排。"),
)
_OBJECTION = ("选址临近水源保护区，建议另选。", Verdict.ADOPTED, "已移出保护区外一公里，重新出图。")
_WORKING_DAYS_LATER = 3


@transaction.atomic
def fill(year: int, *, confirmed_on: date, actor: Actor) -> None:
    """The cycle of a year whose projects are confirmed, up to its first version; once."""
    projects = list(Project.objects.filter(year=year, state=State.CONFIRMED).order_by("number"))
    if not projects or Cycle.objects.filter(year=year).exists():
        return
    now = timezone.now()
    cycle = actions.open_cycle(
        year=year, on=min(confirmed_on, date(year, 1, 1)), at=now, actor=actor
    )
    days = {stage: min(day, confirmed_on) for stage, day in queries.planned(cycle).items()}
    for name, stage in (("start", Stage.COLLECT), ("close_collecting", Stage.DECLARE)):
        cycle = actions.make_move(
            year=year,
            name=name,
            on=days[stage],
            why="",
            version=cycle.version,
            at=now,
            actor=actor,
        )
    for project in projects:
        project.sent_on, project.reply_by = days[Stage.SEND], days[Stage.REPLY]
    Project.objects.bulk_update(projects, ["sent_on", "reply_by"])
    answered_on = min(work_calendar().add(days[Stage.SEND], _WORKING_DAYS_LATER), confirmed_on)
    Comment.objects.bulk_create(_comments(projects, answered_on, actor))
    actions.issue_version(
        year=year,
        on=confirmed_on,
        note="",
        digest=queries.next_version(cycle).digest,
        version=cycle.version,
        at=now,
        actor=actor,
    )


def _comments(projects: Sequence[Project], on: date, actor: Actor) -> Iterator[Comment]:
    """Most agree; some advise, one objects and is heeded; the last project's last department is silent."""
    for place, project in enumerate(projects):
        for turn, code in enumerate(project.consulted):
            if place == len(projects) - 1 and turn == len(project.consulted) - 1:
                continue
            at = timezone.make_aware(datetime.combine(on, time(9, (place * 7 + turn * 11) % 60)))
            said = Comment(
                project=project,
                department_code=code,
                round=project.round,
                opinion=Opinion.AGREE,
                at=at,
                by_name="业务科室（示例）",
            )
            if place == 1 and turn == 0:
                _answer(said, Opinion.OBJECT, _OBJECTION, actor)
            elif turn == 1 and place % 4 == 2:
                _answer(said, Opinion.ADVISE, _ADVICE[place // 4 % len(_ADVICE)], actor)
            yield said


def _answer(
    comment: Comment, opinion: Opinion, told: tuple[str, Verdict, str], actor: Actor
) -> None:
    comment.opinion = opinion
    comment.text, comment.verdict, comment.handled_why = told
    comment.handled_at = comment.at + timedelta(days=1)
    comment.handled_by = actor.name
