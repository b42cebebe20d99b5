"""What other rooms do when a project enters, changes on or leaves the list (联动).

A room appends its callables in its ``AppConfig.ready``; each runs inside the transaction of the
action that calls it, so both are written or neither. A hook that raises `Refused` stops the action.
"""

from datetime import date
from typing import Protocol

from kernel.trail import Actor
from workflows.projects.models import Project


class Hook(Protocol):
    """``on`` is the day it happened; ``project`` is locked, saved and in its new state."""

    def __call__(self, project: Project, *, on: date, actor: Actor) -> object: ...


ON_SEND: list[Hook] = []  #: 送征求意见: the round gets its deadline
ON_CONFIRM: list[Hook] = []  #: 确认入列: its procedures are combed out
ON_CHANGE: list[Hook] = []  #: 确认后有变更: its plan is made again
ON_REMOVE: list[Hook] = []  #: 移出清单: its procedures are closed


def run(hooks: list[Hook], project: Project, *, on: date, actor: Actor) -> None:
    """Each of ``hooks`` in the order of the rooms."""
    for hook in hooks:
        hook(project, on=on, actor=actor)
