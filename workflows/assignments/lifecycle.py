"""States of a sheet and of each department's part in it, and the moves of a part."""

from dataclasses import dataclass

from django.db import models

from kernel.moves import Moves, Step
from kernel.refusal import Refused


class SheetState(models.TextChoices):
    """A sheet is drafted, handed over as a whole, and closed when its last part is."""

    DRAFT = "draft", "草拟"
    HANDED_OVER = "handed_over", "已交办"
    CLOSED = "closed", "已销号"
    CANCELLED = "cancelled", "已撤销"


class State(models.TextChoices):
    """Where one department's part stands."""

    WAITING = "waiting", "待签收"
    WORKING = "working", "办理中"
    REPORTED = "reported", "已反馈待核"
    WRITTEN_OFF = "written_off", "已销号"
    CANCELLED = "cancelled", "已撤销"


OPEN = frozenset({State.WAITING, State.WORKING, State.REPORTED})


class SourceKind(models.TextChoices):
    """Where a sheet comes from (来源)."""

    PROJECT = "project", "项目台账"
    MEETING = "meeting", "会议议定"
    LEADER = "leader", "领导批示"
    DISPATCH = "dispatch", "半月调度"


class MoveRefused(Refused):
    """The sheet can't take this step; the text is for the clerk."""


@dataclass(frozen=True)
class Move(Step[State]):
    """One allowed step of a part: who takes it, the words on the button, what it needs."""

    by_office: bool
    needs_text: bool = False
    needs_evidence: bool = False


MOVES = Moves(
    (
        Move("sign", "签收", frozenset({State.WAITING}), State.WORKING, by_office=False),
        Move(
            "report",
            "反馈办结",
            frozenset({State.WORKING}),
            State.REPORTED,
            by_office=False,
            needs_text=True,
            needs_evidence=True,
        ),
        Move(
            "send_back",
            "退回重办",
            frozenset({State.REPORTED}),
            State.WORKING,
            by_office=True,
            needs_text=True,
        ),
        Move("write_off", "销号", frozenset({State.REPORTED}), State.WRITTEN_OFF, by_office=True),
        Move(
            "reopen",
            "恢复督办",
            frozenset({State.WRITTEN_OFF}),
            State.WORKING,
            by_office=True,
            needs_text=True,
        ),
        Move(
            "cancel",
            "撤销",
            OPEN,
            State.CANCELLED,
            by_office=True,
            needs_text=True,
        ),
    ),
    of="这项任务",
    states=State,
    refused=MoveRefused,
    begins="交办",
)
