"""Stages of a chase and states of a case (督办): who is told at each stage stands in the rule."""

from dataclasses import dataclass

from django.db import models

from kernel.moves import Moves, Step
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


class ChaseRefused(Refused):
    """The case can't take this step; the text is for the clerk."""


@dataclass(frozen=True)
class Move(Step[State]):
    """One allowed step: from which states to which; ``by`` says who takes it."""

    by: str


MOVES = Moves(
    (
        Move("chase", "加办", frozenset({State.CHASING, State.PAUSED}), State.CHASING, "督办人员"),
        Move("pause", "暂缓", frozenset({State.CHASING}), State.PAUSED, "督办人员"),
        Move("resume", "恢复督办", frozenset({State.PAUSED}), State.CHASING, "督办人员或到期巡检"),
        Move("close", "了结", frozenset({State.CHASING, State.PAUSED}), State.CLOSED, "巡检"),
        Move("reopen", "重新督办", frozenset({State.CLOSED}), State.CHASING, "巡检"),
    ),
    of="这件督办",
    states=State,
    refused=ChaseRefused,
    begins="巡检立项",
)
