"""States of a project on the list and the moves between them."""

from dataclasses import dataclass

from django.db import models

from kernel.refusal import Refused


class State(models.TextChoices):
    DRAFT = "draft", "草拟"
    COMMENTING = "commenting", "征求意见"
    CONFIRMED = "confirmed", "已确认"
    REMOVED = "removed", "已移出"


@dataclass(frozen=True)
class Move:
    """One allowed step: from which states, to which, what the button says and what it brings about."""

    name: str
    label: str
    sources: frozenset[State]
    target: State
    effect: str
    needs_reason: bool = False


MOVES = (
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
)


class MoveRefused(Refused):
    """The project can't take this step from where it is."""


def open_moves(state: str) -> tuple[Move, ...]:
    """The steps a project in ``state`` may take, in the order pages show them."""
    return tuple(move for move in MOVES if state in move.sources)


def move_from(state: str, name: str) -> Move:
    """The named step, if ``state`` allows it; else `MoveRefused` with a sentence for the clerk."""
    for move in MOVES:
        if move.name == name and state in move.sources:
            return move
    label = next((move.label for move in MOVES if move.name == name), name)
    raise MoveRefused(
        f"项目现为“{State(state).label}”，不能“{label}”。请刷新页面后再看可办的步骤。"
    )
