"""One table says what is open, what is refused with which words, and how it looks."""

from dataclasses import dataclass

import pytest
from django.db import models

from kernel.moves import Moves, Step
from kernel.refusal import Refused


class State(models.TextChoices):
    DRAFT = "draft", "草拟"
    SENT = "sent", "已送"
    KEPT = "kept", "已存"


class NotNow(Refused):
    """For these tests."""


@dataclass(frozen=True)
class Move(Step[State]):
    own: bool = False


MOVES = Moves(
    (
        Move("send", "送出", frozenset({State.DRAFT}), State.SENT),
        Move("keep", "存档", frozenset({State.DRAFT, State.SENT}), State.KEPT, own=True),
        Move("look", "查阅", frozenset({State.KEPT}), State.KEPT),
    ),
    of="这封信",
    states=State,
    refused=NotNow,
    begins="写信",
)


def test_a_step_is_taken_where_it_is_open() -> None:
    assert [move.name for move in MOVES.open(State.DRAFT)] == ["send", "keep"]
    assert MOVES.take("sent", "keep").target is State.KEPT


@pytest.mark.parametrize(
    ("state", "name", "said"),
    [
        ("sent", "send", "这封信现为“已送”，不能“送出”。现在可办：存档。"),
        ("kept", "burn", "这封信现为“已存”，不能“burn”。现在可办：查阅。"),
    ],
)
def test_a_refusal_says_what_is_open_instead(state: str, name: str, said: str) -> None:
    with pytest.raises(NotNow, match=said):
        MOVES.take(state, name)


def test_some_things_take_fewer_steps_and_refuse_the_others_by_their_name() -> None:
    fewer = MOVES.where(lambda move: not move.own)
    assert [move.name for move in fewer.open("sent")] == []
    with pytest.raises(NotNow, match="不能“存档”。现在可办：没有可办的步骤"):
        fewer.take("sent", "keep")
    assert fewer.where(lambda _: False).every == MOVES.steps


def test_the_picture_shows_each_arrow_and_where_it_ends() -> None:
    assert MOVES.diagram().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> 草拟: 写信",
        "    草拟 --> 已送: 送出",
        "    草拟 --> 已存: 存档",
        "    已送 --> 已存: 存档",
        "    已存 --> 已存: 查阅",
        "    已存 --> [*]",
    ]
