"""States of a missing paper and the steps between them."""

from dataclasses import dataclass

from django.db import models

from kernel.refusal import Refused


class State(models.TextChoices):
    OPEN = "open", "待补齐"
    HANDED_IN = "handed_in", "已交待审"
    MADE_GOOD = "made_good", "已补齐"
    BREACHED = "breached", "失信已处理"
    CANCELLED = "cancelled", "已撤销"


#: The paper is still missing; what was handed in counts when the department has accepted it.
MISSING = frozenset({State.OPEN, State.HANDED_IN, State.BREACHED})
#: Nothing has ended yet.
UNDER_WAY = frozenset({State.OPEN, State.HANDED_IN})


class Consequence(models.TextChoices):
    """What follows when the promise is not kept (逾期后果)."""

    REVOKED = "revoked", "撤销容缺受理，退回申请"
    RECORDED = "recorded", "列入信用记录，不再适用容缺"
    NOTED = "noted", "书面提醒，限期补齐"


@dataclass(frozen=True)
class Move:
    """One allowed step: from which states to which, and what the button says."""

    name: str
    label: str
    sources: frozenset[State]
    target: State


MOVES = (
    Move("hand_in", "交来材料", frozenset({State.OPEN}), State.HANDED_IN),
    Move("make_good", "补齐", MISSING, State.MADE_GOOD),
    Move("send_back", "退回材料", frozenset({State.HANDED_IN}), State.OPEN),
    Move("extend", "延期", frozenset({State.OPEN}), State.OPEN),
    Move("breach", "处理逾期", frozenset({State.OPEN}), State.BREACHED),
    Move("cancel", "撤销", UNDER_WAY, State.CANCELLED),
    Move("repair", "信用修复", frozenset({State.MADE_GOOD}), State.MADE_GOOD),
)


class DeficiencyRefused(Refused):
    """This can't come later, or can't take this step; the text is for the clerk."""


def open_moves(state: str) -> tuple[Move, ...]:
    """The steps open from ``state``, in the order pages show them."""
    return tuple(move for move in MOVES if state in move.sources)


def move_from(state: str, name: str) -> Move:
    """The named step, if ``state`` allows it; else `DeficiencyRefused` with a sentence for the clerk."""
    for move in MOVES:
        if move.name == name and state in move.sources:
            return move
    label = next((move.label for move in MOVES if move.name == name), name)
    others = "、".join(move.label for move in open_moves(state)) or "没有可办的步骤"
    raise DeficiencyRefused(
        f"这件容缺现为“{State(state).label}”，不能“{label}”。现在可办：{others}。"
    )


def diagram() -> str:
    """The table as a Mermaid state diagram, for the README; a test keeps it current."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.OPEN.label}: 容缺受理"]
    lines += [
        f"    {source.label} --> {move.target.label}: {move.label}"
        for move in MOVES
        for source in State
        if source in move.sources
    ]
    lines += [
        f"    {state.label} --> [*]"
        for state in State
        if all(move.target == state for move in open_moves(state))
    ]
    return "\n".join(lines)
