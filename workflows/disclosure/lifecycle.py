"""States of a disclosure on its way to the public: prepared by one, released by another."""

from dataclasses import dataclass

from django.db import models

from kernel.moves import Moves, Step
from kernel.refusal import Refused


class State(models.TextChoices):
    PREPARED = "prepared", "待审核"
    RELEASED = "released", "已发布"
    REJECTED = "rejected", "未通过"
    WITHDRAWN = "withdrawn", "已撤下"
    REPLACED = "replaced", "已被替代"


class MoveRefused(Refused):
    """The disclosure can't take this step; the text is for the clerk."""


@dataclass(frozen=True)
class Move(Step[State]):
    """One allowed step; ``second_person`` ones are refused to whoever prepared the draft."""

    second_person: bool = False
    asks: tuple[str, ...] = ()


MOVES = Moves(
    (
        Move("release", "发布", frozenset({State.PREPARED}), State.RELEASED, second_person=True),
        Move(
            "reject",
            "不通过",
            frozenset({State.PREPARED}),
            State.REJECTED,
            second_person=True,
            asks=("reason",),
        ),
        Move("withdraw", "撤下", frozenset({State.RELEASED}), State.WITHDRAWN, asks=("reason",)),
    ),
    of="该稿",
    states=State,
    refused=MoveRefused,
)
