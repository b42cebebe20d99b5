"""Answers that departments owe, as supervision chases them (督办对象)."""

from collections.abc import Iterable, Iterator
from datetime import date

from workflows.annual.replies import Owed, owed
from workflows.projects.lifecycle import State
from workflows.projects.models import Project
from workflows.projects.queries import standings
from workflows.supervision.duties import Duty, Source

_KEY = "annual.replies"


def _owed(projects: list[Project]) -> Iterator[tuple[str, int, Owed]]:
    """Each answer owed with its key and year; two queries."""
    found = standings(projects)
    years = sorted({project.year for project in projects})
    for year in years:
        own = [(project, found[project.pk]) for project in projects if project.year == year]
        for one in owed(own):
            yield f"{year}:{one.department_code}:{one.reply_by}", year, one


def _open() -> list[Project]:
    return list(Project.objects.filter(state=State.COMMENTING).order_by("year", "number"))


def open_until(last: date) -> list[Duty]:
    """One for each department and deadline no later than ``last``, by deadline."""
    duties = [
        Duty(
            source=_KEY,
            key=key,
            number=f"{year}年度清单",
            title=f"回复征求意见（{one.projects}个项目，未回复不算同意）",
            department_code=one.department_code,
            due_on=one.reply_by,
            url=f"/annual/{year}/replies/",
        )
        for key, year, one in _owed(_open())
        if one.reply_by is not None and one.reply_by <= last
    ]
    return sorted(duties, key=lambda duty: (duty.due_on, duty.key))


def still_open(keys: Iterable[str]) -> set[str]:
    """Those of ``keys`` for which an answer is still owed."""
    return set(keys) & {key for key, _, _ in _owed(_open())}


REPLIES = Source(_KEY, "年度清单征求意见", open_until, still_open)
