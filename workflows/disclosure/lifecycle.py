"""States of a disclosure on its way to the public: prepared by one, released by another."""

from dataclasses import dataclass

from django.db import models

from kernel.refusal import Refused


class State(models.TextChoices):
    PREPARED = "prepared", "待审核"
    RELEASED = "released", "已发布"
    REJECTED = "rejected", "未通过"
    WITHDRAWN = "withdrawn", "已撤下"
    REPLACED = "replaced", "已被替代"


@dataclass(frozen=True)
class Move:
    """One allowed step; ``second_person`` ones are refused to whoever prepared the draft."""

    name: str
    label: str
    sources: frozenset[State]
    target: State
    second_person: bool = False
    asks: tuple[str, ...] = ()


MOVES = (
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
)


class MoveRefused(Refused):
    """The disclosure can't take this step; the text is for the clerk."""


def open_moves(state: str) -> tuple[Move, ...]:
    return tuple(move for move in MOVES if state in move.sources)


def move_from(state: str, name: str) -> Move:
    """The named step, if ``state`` allows it; else `MoveRefused`."""
    for move in MOVES:
        if move.name == name and state in move.sources:
            return move
    label = next((move.label for move in MOVES if move.name == name), name)
    raise MoveRefused(f"该稿现为“{State(state).label}”，不能“{label}”。请刷新页面后再办。")
