"""States of a procedure and the moves between them: what each does to the clock stands in its row."""

from dataclasses import dataclass

from django.db import models

from kernel.clock import Kind
from kernel.refusal import Refused


class State(models.TextChoices):
    PLANNED = "planned", "未收件"
    RECEIVED = "received", "已收件"
    CORRECTING = "correcting", "待补正"
    ACCEPTED = "accepted", "审查中"
    STOPPED = "stopped", "停表"
    DECIDED = "decided", "已办结"
    DELIVERED = "delivered", "已送达"
    WITHDRAWN = "withdrawn", "已撤回"


class Ball(models.TextChoices):
    """Who has to act next (在谁手里)."""

    OWNER = "owner", "项目单位"
    DEPARTMENT = "department", "审批部门"
    THIRD = "third", "停表事由承办方"
    NOBODY = "nobody", "已办结"


BALL = {
    State.PLANNED: Ball.OWNER,
    State.RECEIVED: Ball.DEPARTMENT,
    State.CORRECTING: Ball.OWNER,
    State.ACCEPTED: Ball.DEPARTMENT,
    State.STOPPED: Ball.THIRD,
    State.DECIDED: Ball.DEPARTMENT,  # until the certificate is delivered (许可法第四十四条)
    State.DELIVERED: Ball.NOBODY,
    State.WITHDRAWN: Ball.NOBODY,
}


@dataclass(frozen=True)
class Move:
    """One allowed step and the clock entry it writes. ``asks`` names the fields the form needs."""

    name: str
    label: str
    sources: frozenset[State]
    target: State
    clock: Kind
    asks: tuple[str, ...] = ()
    confirm: str = ""


MOVES = (
    Move(
        "receive", "收件", frozenset({State.PLANNED, State.WITHDRAWN}), State.RECEIVED, Kind.RECEIVE
    ),
    Move(
        "notify",
        "一次性告知补正",
        frozenset({State.RECEIVED}),
        State.CORRECTING,
        Kind.NOTICE,
        ("document", "text"),
    ),
    Move("correct", "补正收讫", frozenset({State.CORRECTING}), State.RECEIVED, Kind.CORRECT),
    Move("accept", "受理", frozenset({State.RECEIVED}), State.ACCEPTED, Kind.ACCEPT, ("document",)),
    Move(
        "stop",
        "停表",
        frozenset({State.ACCEPTED}),
        State.STOPPED,
        Kind.STOP,
        ("reason", "document", "text"),
    ),
    Move(
        "resume", "恢复计时", frozenset({State.STOPPED}), State.ACCEPTED, Kind.RESUME, ("document",)
    ),
    Move(
        "extend",
        "延长时限",
        frozenset({State.ACCEPTED}),
        State.ACCEPTED,
        Kind.EXTEND,
        ("days", "approver", "document", "text"),
    ),
    Move(
        "decide",
        "办结",
        frozenset({State.ACCEPTED}),
        State.DECIDED,
        Kind.DECIDE,
        ("document",),
        confirm="办结后时限停止计算，不能再改回。确认办结吗？",
    ),
    Move("deliver", "送达", frozenset({State.DECIDED}), State.DELIVERED, Kind.DELIVER),
    Move(
        "withdraw",
        "撤回申请",
        frozenset({State.RECEIVED, State.CORRECTING, State.ACCEPTED, State.STOPPED}),
        State.WITHDRAWN,
        Kind.WITHDRAW,
        ("text",),
        confirm="撤回后本次申请的计时作废，可以重新收件。确认撤回吗？",
    ),
)


class MoveRefused(Refused):
    """The procedure can't take this step; the text is for the clerk."""


def open_moves(state: str) -> tuple[Move, ...]:
    """The steps a procedure in ``state`` may take, in the order pages show them."""
    return tuple(move for move in MOVES if state in move.sources)


def move_from(state: str, name: str) -> Move:
    """The named step, if ``state`` allows it; else `MoveRefused`."""
    for move in MOVES:
        if move.name == name and state in move.sources:
            return move
    label = next((move.label for move in MOVES if move.name == name), name)
    raise MoveRefused(
        f"办件现为“{State(state).label}”，不能“{label}”。可能别人刚刚办过，请刷新页面。"
    )
