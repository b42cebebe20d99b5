"""National states of a case (办理状态) and which line of our ledger says each: a table somebody can check.

Codes 1 to 15 stand alike in the public code of two vendors, 16 in that of one; the standard's own text was
not at hand, so all of them are 未核实.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.clock import Kind, StopReason

NATIONAL: Mapping[str, str] = {
    "1": "已接件",
    "2": "已撤件",
    "3": "已受理",
    "4": "不受理",
    "5": "不予受理",
    "6": "补正（开始）",
    "7": "补正（结束）",
    "8": "部门开始办理",
    "9": "特别程序（开始）",
    "10": "特别程序（结束）",
    "11": "办结（通过）",
    "12": "办结（容缺通过）",
    "13": "办结（不通过）",
    "14": "撤回",
    "15": "撤销",
    "16": "撤件待确认",
}
GRANTED, GRANTED_SHORT = "11", "12"
#: Steps that say yes or no, or ask for more: the opinion must be a real one.
WITH_OPINION = frozenset({"4", "5", "6", GRANTED, GRANTED_SHORT, "13", "15"})
#: 行政许可法第四十五条: only these stops are the special procedure of the standard.
SPECIAL = (
    StopReason.HEARING,
    StopReason.TENDER,
    StopReason.AUCTION,
    StopReason.INSPECTION,
    StopReason.TESTING,
    StopReason.QUARANTINE,
    StopReason.APPRAISAL,
    StopReason.EXPERT_REVIEW,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a kind of ledger line becomes; ``code`` is empty where the nation has no word for it."""

    kind: Kind
    code: str
    why: str
    reasons: tuple[StopReason, ...] = ()

    @property
    def label(self) -> str:
        return NATIONAL.get(self.code, "不上报")


SAID = (
    Said(Kind.RECEIVE, "1", "窗口收件"),
    Said(Kind.NOTICE, "6", "一次性告知补正"),
    Said(Kind.CORRECT, "7", "补正收讫"),
    Said(Kind.ACCEPT, "3", "受理"),
    Said(Kind.REFUSE, "5", "出具不予受理凭证"),
    Said(Kind.STOP, "9", "行政许可法第四十五条所列的停表", SPECIAL),
    Said(Kind.RESUME, "10", "第四十五条停表结束", SPECIAL),
    Said(Kind.STOP, "", "报送上级、申请人原因的停表不是特别程序"),
    Said(Kind.RESUME, "", "同上，随停表不上报"),
    Said(Kind.EXTEND, "", "延长时限没有对应状态"),
    Said(Kind.DECIDE, GRANTED, "办结；办结时还有容缺材料没有补齐的，报 12"),
    Said(Kind.DELIVER, "", "送达没有对应状态"),
    Said(Kind.WITHDRAW, "14", "申请人撤回"),
    Said(Kind.REDO, "15", "原决定被撤销，责令重新办理"),
)


def code_of(kind: str, reason: str = "", *, short: bool = False) -> str:
    """The national code of a ledger line; empty where there is none and the line stays at home.

    ``short``: papers that may come later were still missing on the day of the decision.
    """
    for said in SAID:
        if said.kind == kind and (not said.reasons or reason in said.reasons):
            return GRANTED_SHORT if said.code == GRANTED and short else said.code
    return ""
