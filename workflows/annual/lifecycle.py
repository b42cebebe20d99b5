"""Stages of a cycle's calendar, and the states of the cycle itself with the moves between them."""

from dataclasses import dataclass

from django.db import models

from kernel.moves import Moves, Step
from kernel.refusal import Refused


class Stage(models.TextChoices):
    """The days a cycle is measured by (编制节点), in their order."""

    COLLECT = "collect", "启动征集"
    DECLARE = "declare", "项目申报截止"
    SEND = "send", "送征求意见"
    REPLY = "reply", "意见回复截止"
    CONFIRM = "confirm", "审定确认"


class State(models.TextChoices):
    PLANNED = "planned", "待启动"
    COLLECTING = "collecting", "征集申报"
    CONSULTING = "consulting", "征求意见"
    SETTLED = "settled", "动态更新"
    ARCHIVED = "archived", "已归档"


#: The first version is not out: the calendar still binds and may be changed.
DRAWING_UP = frozenset({State.PLANNED, State.COLLECTING, State.CONSULTING})
#: Departments are asked and reminded.
OPEN = DRAWING_UP | {State.SETTLED}


class MoveRefused(Refused):
    """The cycle can't take this step from where it is."""


@dataclass(frozen=True)
class Move(Step[State]):
    """One allowed step. ``issues``: it is taken by issuing a version, which has a page of its own."""

    effect: str
    needs_reason: bool = False
    issues: bool = False


MOVES = Moves(
    (
        Move(
            "start",
            "启动征集",
            frozenset({State.PLANNED}),
            State.COLLECTING,
            "通知各审批部门申报下一年度计划新开工项目。",
        ),
        Move(
            "close_collecting",
            "截止申报",
            frozenset({State.COLLECTING}),
            State.CONSULTING,
            "不再等待申报，逐个或者整单送行业部门征求意见。",
        ),
        Move(
            "reopen",
            "重新征集",
            frozenset({State.CONSULTING}),
            State.COLLECTING,
            "回到征集申报；已送出的征求意见照常进行。",
            needs_reason=True,
        ),
        Move(
            "settle",
            "审定确认",
            frozenset({State.CONSULTING}),
            State.SETTLED,
            "已确认入列的项目印发为清单第 1 版，各节点的实际日期就此定下。",
            issues=True,
        ),
        Move(
            "update",
            "印发更新",
            frozenset({State.SETTLED}),
            State.SETTLED,
            "上一版以后的入列、移出和变更印发为新的一版。",
            issues=True,
        ),
        Move(
            "archive",
            "归档",
            frozenset({State.SETTLED}),
            State.ARCHIVED,
            "本年度清单不再印发新的版本，各版留存。",
        ),
    ),
    of="本年度编制",
    states=State,
    refused=MoveRefused,
)


def issuing_move(state: str) -> Move:
    """The step by which ``state`` issues a version; `MoveRefused` where it issues none."""
    for move in MOVES.open(state):
        if move.issues:
            return move
    return MOVES.take(state, "settle" if state in DRAWING_UP else "update")
