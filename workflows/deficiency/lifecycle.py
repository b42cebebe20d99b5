"""States of a missing paper and the steps between them."""

from dataclasses import dataclass

from django.db import models

from kernel.moves import Moves, Step
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


class DeficiencyRefused(Refused):
    """This can't come later, or can't take this step; the text is for the clerk."""


@dataclass(frozen=True)
class Move(Step[State]):
    """One allowed step: from which states to which, and what the button says."""


MOVES = Moves(
    (
        Move("hand_in", "交来材料", frozenset({State.OPEN}), State.HANDED_IN),
        Move("make_good", "补齐", MISSING, State.MADE_GOOD),
        Move("send_back", "退回材料", frozenset({State.HANDED_IN}), State.OPEN),
        Move("extend", "延期", frozenset({State.OPEN}), State.OPEN),
        Move("breach", "处理逾期", frozenset({State.OPEN}), State.BREACHED),
        Move("cancel", "撤销", UNDER_WAY, State.CANCELLED),
        Move("repair", "信用修复", frozenset({State.MADE_GOOD}), State.MADE_GOOD),
    ),
    of="这件容缺",
    states=State,
    refused=DeficiencyRefused,
    begins="容缺受理",
)
