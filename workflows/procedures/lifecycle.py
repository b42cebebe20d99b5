"""States of a procedure and the moves between them: what each does to the clock stands in its row."""

from dataclasses import dataclass

from django.db import models

from kernel.clock import Kind, StopReason
from kernel.moves import Moves, Step
from kernel.refusal import Refused

#: The clock's own words by the value a column holds.
KIND_OF = {kind.value: kind for kind in Kind}
REASON_OF = {reason.value: reason for reason in StopReason}


class State(models.TextChoices):
    PLANNED = "planned", "未收件"
    RECEIVED = "received", "已收件"
    CORRECTING = "correcting", "待补正"
    ACCEPTED = "accepted", "审查中"
    STOPPED = "stopped", "停表"
    HANDED_UP = "handed_up", "已报上级"
    DECIDED = "decided", "已办结"
    DELIVERED = "delivered", "已送达"
    WITHDRAWN = "withdrawn", "已撤回"
    REFUSED = "refused", "不予受理"


#: Nothing of these has been handed in, or what was no longer counts.
NOT_STARTED = frozenset({State.PLANNED, State.WITHDRAWN, State.REFUSED})
RUNNING = frozenset(
    {State.RECEIVED, State.CORRECTING, State.ACCEPTED, State.STOPPED, State.HANDED_UP}
)
#: The clock stands still.
PAUSED = frozenset({State.STOPPED, State.HANDED_UP})
FINISHED = frozenset({State.DECIDED, State.DELIVERED})


class Ball(models.TextChoices):
    """Who has to act next (在谁手里)."""

    OWNER = "owner", "项目单位"
    DEPARTMENT = "department", "审批部门"
    THIRD = "third", "停表事由承办方"
    HIGHER = "higher", "上级机关"
    NOBODY = "nobody", "已办结"


BALL = {
    State.PLANNED: Ball.OWNER,
    State.RECEIVED: Ball.DEPARTMENT,
    State.CORRECTING: Ball.OWNER,
    State.ACCEPTED: Ball.DEPARTMENT,
    State.STOPPED: Ball.THIRD,
    State.HANDED_UP: Ball.HIGHER,
    State.DECIDED: Ball.DEPARTMENT,  # until the certificate is delivered (许可法第四十四条)
    State.DELIVERED: Ball.NOBODY,
    State.WITHDRAWN: Ball.OWNER,  # the project still needs the approval: hand it in again
    State.REFUSED: Ball.OWNER,
}
#: A stop for these reasons waits for the applicant, not for a third party.
OWNERS_STOPS = frozenset({StopReason.CORRECTION, StopReason.OWNER_REQUEST})


class MoveRefused(Refused):
    """The procedure can't take this step; the text is for the clerk."""


class Stale(MoveRefused):
    """Somebody took a step since the clerk looked."""


@dataclass(frozen=True)
class Move(Step[State]):
    """One allowed step and the clock entry it writes. ``asks`` names the fields the form needs,
    ``reason`` the one reason the step can have."""

    clock: Kind
    asks: tuple[str, ...] = ()
    confirm: str = ""
    reason: StopReason | None = None


MOVES = Moves(
    (
        Move(
            "receive",
            "收件",
            frozenset({State.PLANNED, State.WITHDRAWN, State.REFUSED}),
            State.RECEIVED,
            Kind.RECEIVE,
            ("at",),
        ),
        Move(
            "notify",
            "一次性告知补正",
            frozenset({State.RECEIVED}),
            State.CORRECTING,
            Kind.NOTICE,
            ("document", "items", "text", "ground"),
        ),
        Move(
            "correct",
            "补正收讫",
            frozenset({State.CORRECTING}),
            State.RECEIVED,
            Kind.CORRECT,
            ("at",),
        ),
        Move(
            "accept",
            "受理",
            frozenset({State.RECEIVED}),
            State.ACCEPTED,
            Kind.ACCEPT,
            ("document",),
        ),
        Move(
            "refuse",
            "不予受理",
            frozenset({State.RECEIVED}),
            State.REFUSED,
            Kind.REFUSE,
            ("document", "text"),
            confirm="不予受理须出具加盖专用印章、注明日期的书面凭证（行政许可法第三十二条）。确认不予受理吗？",
        ),
        Move(
            "stop",
            "停表",
            frozenset({State.ACCEPTED, State.STOPPED}),
            State.STOPPED,
            Kind.STOP,
            ("reason", "commissioned", "document", "text"),
        ),
        Move(
            "resume",
            "恢复计时",
            frozenset({State.STOPPED}),
            State.ACCEPTED,
            Kind.RESUME,
            ("reason", "document"),
        ),
        Move(
            "hand_up",
            "上报上级",
            frozenset({State.ACCEPTED}),
            State.HANDED_UP,
            Kind.STOP,
            ("document", "text"),
            reason=StopReason.HAND_UP,
        ),
        Move(
            "return_down",
            "上级退回",
            frozenset({State.HANDED_UP}),
            State.ACCEPTED,
            Kind.RESUME,
            ("document", "text"),
            reason=StopReason.HAND_UP,
        ),
        Move(
            "extend",
            "延长时限",
            frozenset({State.ACCEPTED}),
            State.ACCEPTED,
            Kind.EXTEND,
            ("days", "level", "approver", "document", "text"),
        ),
        Move(
            "decide",
            "办结",
            frozenset({State.ACCEPTED, State.HANDED_UP}),
            State.DECIDED,
            Kind.DECIDE,
            ("document",),
            confirm="办结后时限停止计算，不能再改回。确认办结吗？",
        ),
        Move("deliver", "送达", frozenset({State.DECIDED}), State.DELIVERED, Kind.DELIVER),
        Move(
            "redo",
            "责令重新办理",
            frozenset({State.DECIDED, State.DELIVERED}),
            State.ACCEPTED,
            Kind.REDO,
            ("document", "text"),
            confirm="原决定被撤销，时限从责令之日起重新计算。确认重新办理吗？",
        ),
        Move(
            "withdraw",
            "撤回申请",
            RUNNING,
            State.WITHDRAWN,
            Kind.WITHDRAW,
            ("text",),
            confirm="撤回后本次申请的计时作废，可以重新收件。确认撤回吗？",
        ),
    ),
    of="办件",
    states=State,
    refused=MoveRefused,
)


#: What each clock entry leaves the procedure in: the stored state is read back from the ledger.
#: Whether the clock still stands after a resume, the reading says.
STATE_AFTER = {move.clock: move.target for move in MOVES if move.reason is None}
#: Moves that an entry of the ledger may be, by its kind and its reason.
LABELS: dict[tuple[str, str], str] = {
    (move.clock.value, move.reason.value): move.label for move in MOVES if move.reason
}
#: A line of the ledger that only takes another one back (更正): no event of the clock.
VOID = "void"


class Ground(models.TextChoices):
    """Why a one-time notice may ask for more than the first did (再次告知的理由)."""

    LAW_CHANGE = "law_change", "法律法规规章有修改"
    NEW_FACT = "new_fact", "出现新的事实"
    APPLICANT = "applicant", "申请人变更了申请内容"


class Level(models.TextChoices):
    """Who granted an extension (批准层级)."""

    HEAD = "head", "本部门负责人"
    GOVERNMENT = "government", "本级人民政府负责人"


class Commissioned(models.TextChoices):
    """Who commissioned the third party that a stop waits for (委托方)."""

    GOVERNMENT = "government", "政府部门委托"
    OWNER = "owner", "项目单位委托"


def ball_of(state: State, stop: StopReason | None = None) -> Ball:
    """Who has to act next in ``state``; a stop for the applicant's own reasons waits for them."""
    if state is State.STOPPED and stop in OWNERS_STOPS:
        return Ball.OWNER
    return BALL[state]
