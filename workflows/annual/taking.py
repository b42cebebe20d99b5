"""What the projects tell this room (联动): a round gets its deadline, a change waits for the next version."""

from datetime import date

from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.trail import Actor
from workflows.annual.lifecycle import Stage
from workflows.annual.models import Change, ChangeKind, Milestone
from workflows.annual.scheduling import reply_by
from workflows.projects.models import Project


def sent(project: Project, *, on: date, actor: Actor) -> None:
    """The round's deadline is the calendar's, or ten working days where that leaves no time."""
    milestone = Milestone.objects.filter(cycle__year=project.year, stage=Stage.REPLY).first()
    project.reply_by = reply_by(on, milestone.planned_on if milestone else None, work_calendar())
    project.save(update_fields=["reply_by"])


def admitted(project: Project, *, on: date, actor: Actor) -> None:
    """The rule of A2.1 that admitted it is its reason."""
    _keep(ChangeKind.ADMITTED, project, project.admission_reason, on, actor)


def changed(project: Project, *, on: date, actor: Actor) -> None:
    _keep(ChangeKind.CHANGED, project, _reason(project), on, actor)


def removed(project: Project, *, on: date, actor: Actor) -> None:
    _keep(ChangeKind.REMOVED, project, _reason(project), on, actor)


def _reason(project: Project) -> str:
    """Why, as the history has just been told."""
    revision = project.revisions.order_by("-version", "-pk").first()
    return revision.reason if revision else ""


def _keep(kind: ChangeKind, project: Project, reason: str, on: date, actor: Actor) -> None:
    Change.objects.create(
        year=project.year,
        kind=kind,
        project=project,
        on=on,
        rule=project.admission_rule,
        reason=reason[:200],
        at=timezone.now(),
        by_name=actor.name,
    )
