"""Kinds of meetings, their states, and the steps between them."""

from dataclasses import dataclass

from django.db import models

from kernel.moves import Moves, Step
from kernel.refusal import Refused


class Kind(models.TextChoices):
    CONSULTATION = "consultation", "集中联动审批会商会"
    COORDINATION = "coordination", "专题协调会"


class Ground(models.TextChoices):
    """Why a special coordination meeting is called (A4.5)."""

    BEYOND = "beyond", "单靠审批部门难以解决"
    COMPLAINT = "complaint", "企业反映强烈"
    DRAGGING = "dragging", "久拖不决"
    PUBLIC = "public", "公开征集反映的重大问题"


class State(models.TextChoices):
    PREPARING = "preparing", "筹备"
    ASKED = "asked", "报请同意"
    REFUSED = "refused", "不同意召开"
    AGREED = "agreed", "已同意"
    INVITED = "invited", "已通知"
    HELD = "held", "已召开"
    REVIEW = "review", "纪要待审"
    MINUTED = "minuted", "纪要已印发"
    CLOSED = "closed", "已办结"
    CANCELLED = "cancelled", "已取消"


class SixStep(models.TextChoices):
    """What is done for each item (A4.4), in order."""

    RECONCILE = "reconcile", "对账梳理"
    ANALYSE = "analyse", "分析研判"
    FACTS = "facts", "查清事实"
    DELIBERATE = "deliberate", "会商研究"
    PLAN = "plan", "制定方案"
    ASSIGN = "assign", "分解落实"


class Cause(models.TextChoices):
    """Why an item was stuck; with its matter it names a class of problem."""

    POLICY = "policy", "政策不明确或者不衔接"
    OPINIONS = "opinions", "部门意见不一致"
    RESOURCES = "resources", "用地、环境、能耗等要素不足"
    PAPERS = "papers", "材料组件不齐"
    AGENTS = "agents", "中介服务耗时"
    HIGHER = "higher", "上级审批未定"
    OTHER = "other", "其他"


#: The meeting can still be changed; what was said at it can't yet.
BEFORE = frozenset({State.PREPARING, State.ASKED, State.AGREED, State.INVITED, State.REFUSED})


def fixed(state: str, kind: str) -> bool:
    """Agenda, time and place lie before the convener or have their consent, and stay as they are."""
    return kind == Kind.COORDINATION and state in (State.ASKED, State.AGREED, State.INVITED)


#: It took place.
HELD = frozenset({State.HELD, State.REVIEW, State.MINUTED, State.CLOSED})


class MeetingRefused(Refused):
    """The meeting can't take this step; the text is for the clerk."""


@dataclass(frozen=True)
class Move(Step[State]):
    """One allowed step: from which states to which, who takes it, and for which kind (empty: both)."""

    by: str
    kind: str = ""


MOVES = Moves(
    (
        Move(
            "ask",
            "报请同意",
            frozenset({State.PREPARING}),
            State.ASKED,
            "机制办公室",
            Kind.COORDINATION,
        ),
        Move(
            "agree", "同意召开", frozenset({State.ASKED}), State.AGREED, "召集人", Kind.COORDINATION
        ),
        Move(
            "refuse", "不同意", frozenset({State.ASKED}), State.REFUSED, "召集人", Kind.COORDINATION
        ),
        Move(
            "rework",
            "重新筹备",
            frozenset({State.REFUSED}),
            State.PREPARING,
            "机制办公室",
            Kind.COORDINATION,
        ),
        Move(
            "invite",
            "印发通知",
            frozenset({State.PREPARING}),
            State.INVITED,
            "机制办公室",
            Kind.CONSULTATION,
        ),
        Move(
            "invite",
            "印发通知",
            frozenset({State.AGREED}),
            State.INVITED,
            "机制办公室",
            Kind.COORDINATION,
        ),
        Move(
            "withdraw",
            "撤回重报",
            frozenset({State.ASKED, State.AGREED, State.INVITED}),
            State.PREPARING,
            "机制办公室",
            Kind.COORDINATION,
        ),
        Move(
            "reschedule",
            "改期",
            frozenset({State.INVITED}),
            State.INVITED,
            "机制办公室",
            Kind.CONSULTATION,
        ),
        Move("hold", "登记召开", frozenset({State.INVITED}), State.HELD, "机制办公室"),
        Move("submit", "纪要送审", frozenset({State.HELD}), State.REVIEW, "机制办公室"),
        Move("send_back", "退回修改", frozenset({State.REVIEW}), State.HELD, "第二人"),
        Move("issue", "印发纪要", frozenset({State.REVIEW}), State.MINUTED, "第二人"),
        Move("close", "办结", frozenset({State.MINUTED}), State.CLOSED, "议定事项全部销号"),
        Move("reopen", "恢复督办", frozenset({State.CLOSED}), State.MINUTED, "议定事项恢复督办"),
        Move("cancel", "取消会议", BEFORE, State.CANCELLED, "机制办公室"),
    ),
    of="会议",
    states=State,
    refused=MeetingRefused,
)


def _of(kind: str) -> Moves[Move]:
    return MOVES.where(lambda step: step.kind in ("", kind))


def open_moves(state: str, kind: str) -> tuple[Move, ...]:
    """The steps open from ``state`` for a meeting of ``kind``."""
    return _of(kind).open(state)


def move_from(state: str, kind: str, name: str) -> Move:
    """The named step, if it is open; else `MeetingRefused` with a sentence for the clerk."""
    if name == "invite" and kind == Kind.COORDINATION and state != State.AGREED:
        raise MeetingRefused(
            f"专题协调会须经总召集人或者副总召集人同意才能召开，现为“{State(state).label}”。请先报请同意。"
        )
    return _of(kind).take(state, name)
