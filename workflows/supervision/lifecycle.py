"""Stages of a chase and states of a case (督办): who is told at each stage stands in the rule."""

from dataclasses import dataclass

from django.db import models

from kernel.refusal import Refused


class Stage(models.TextChoices):
    """How hard a deadline is chased, in order."""

    REMIND = "remind", "提醒"
    URGE = "urge", "催办"
    SUPERVISE = "supervise", "督办"
    REPORT = "report", "报告召集人"


ORDER = {stage: place for place, stage in enumerate(Stage)}


class State(models.TextChoices):
    CHASING = "chasing", "督办中"
    PAUSED = "paused", "暂缓"
    CLOSED = "closed", "已了结"


#: Why a case is closed (了结说明). Only what was done counts as kept or late.
DONE, MOVED, DROPPED = "已办结", "期限变更或停表", "不再办理"


@dataclass(frozen=True)
class Move:
    """One allowed step: from which states to which; ``by`` says who takes it."""

    name: str
    label: str
    sources: frozenset[State]
    target: State
    by: str


MOVES = (
    Move("chase", "加办", frozenset({State.CHASING, State.PAUSED}), State.CHASING, "督办人员"),
    Move("pause", "暂缓", frozenset({State.CHASING}), State.PAUSED, "督办人员"),
    Move("resume", "恢复督办", frozenset({State.PAUSED}), State.CHASING, "督办人员或到期巡检"),
    Move("close", "了结", frozenset({State.CHASING, State.PAUSED}), State.CLOSED, "巡检"),
    Move("reopen", "重新督办", frozenset({State.CLOSED}), State.CHASING, "巡检"),
)


class ChaseRefused(Refused):
    """The case can't take this step; the text is for the clerk."""


def move_from(state: str, name: str) -> Move:
    """The named step, if ``state`` allows it; else `ChaseRefused` with a sentence for the clerk."""
    for move in MOVES:
        if move.name == name and state in move.sources:
            return move
    label = next((move.label for move in MOVES if move.name == name), name)
    raise ChaseRefused(
        f"这件督办现为“{State(state).label}”，不能“{label}”。如与页面不符，可能巡检刚刚处理过，请刷新。"
    )


def diagram() -> str:
    """The table as a Mermaid state diagram, for the README; a test keeps it current."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.CHASING.label}: 巡检立项"]
    lines += [
        f"    {source.label} --> {move.target.label}: {move.label}"
        for move in MOVES
        for source in State
        if source in move.sources
    ]
    return "\n".join(lines)
