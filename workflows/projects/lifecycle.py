"""States of a project on the list and the moves between them."""

from dataclasses import dataclass

from django.db import models

from kernel.moves import Moves, Step
from kernel.refusal import Refused


class State(models.TextChoices):
    DRAFT = "draft", "草拟"
    COMMENTING = "commenting", "征求意见"
    CONFIRMED = "confirmed", "已确认"
    REMOVED = "removed", "已移出"


class MoveRefused(Refused):
    """The project can't take this step from where it is."""


@dataclass(frozen=True)
class Move(Step[State]):
    """One allowed step: from which states, to which, what the button says and what it brings about."""

    effect: str
    needs_reason: bool = False


MOVES = Moves(
    (
        Move(
            "send_for_comment",
            "送行业部门征求意见",
            frozenset({State.DRAFT}),
            State.COMMENTING,
            "行业部门将在“待回复意见”中看到这个项目。",
        ),
        Move(
            "confirm",
            "确认入列",
            frozenset({State.COMMENTING}),
            State.CONFIRMED,
            "列入年度清单，随即梳理审批事项、倒排计划；以后的修改都留有记录。",
        ),
        Move(
            "take_back",
            "撤回修改",
            frozenset({State.COMMENTING}),
            State.DRAFT,
            "回到草拟；再次送出时重新征求意见，这一轮的意见只作记录。",
            needs_reason=True,
        ),
        Move(
            "remove",
            "移出清单",
            frozenset({State.DRAFT, State.COMMENTING, State.CONFIRMED}),
            State.REMOVED,
            "不再列入清单，未办结的审批事项随之关闭；记录保留，可以恢复。",
            needs_reason=True,
        ),
        Move(
            "restore",
            "恢复为草拟",
            frozenset({State.REMOVED}),
            State.DRAFT,
            "回到草拟，须重新征求意见和确认。",
            needs_reason=True,
        ),
    ),
    of="项目",
    states=State,
    refused=MoveRefused,
)
