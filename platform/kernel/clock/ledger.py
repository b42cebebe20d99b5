"""计时台账：what happened to a procedure, as append-only entries; and what the law grants it."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Literal, Self

from kernel.clock.calendar import Unit
from kernel.labelled import Labelled

LICENSING_LAW = "《行政许可法》"


class Kind(Labelled):
    """事件：the kinds of entry. Their order here is their order within one day."""

    RECEIVE = "receive", "收件"
    NOTICE = "notice", "一次性告知"
    CORRECT = "correct", "补正收讫"
    REDO = "redo", "重新办理"
    ACCEPT = "accept", "受理"
    REFUSE = "refuse", "不予受理"
    STOP = "stop", "停表"
    RESUME = "resume", "恢复"
    EXTEND = "extend", "延长"
    DECIDE = "decide", "办结"
    DELIVER = "deliver", "送达"
    WITHDRAW = "withdraw", "撤回"


class StopReason(StrEnum):
    """停表事由：why time may stand still, with the article that allows it.

    Correction and the owner's request are no grounds of article 45: `verified` is False, and a
    person of the responsible department has to confirm them before they govern a live clock.
    """

    label: str
    article: str
    verified: bool

    def __new__(
        cls, value: str, label: str = "", article: str = "", verified: bool = False
    ) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.article, member.verified = label, article, verified
        return member

    HEARING = "hearing", "听证", f"{LICENSING_LAW}第四十五条", True
    TENDER = "tender", "招标", f"{LICENSING_LAW}第四十五条", True
    AUCTION = "auction", "拍卖", f"{LICENSING_LAW}第四十五条", True
    INSPECTION = "inspection", "检验", f"{LICENSING_LAW}第四十五条", True
    TESTING = "testing", "检测", f"{LICENSING_LAW}第四十五条", True
    QUARANTINE = "quarantine", "检疫", f"{LICENSING_LAW}第四十五条", True
    APPRAISAL = "appraisal", "鉴定", f"{LICENSING_LAW}第四十五条", True
    EXPERT_REVIEW = "expert_review", "专家评审", f"{LICENSING_LAW}第四十五条", True
    HAND_UP = "hand_up", "报送上级机关审查", f"{LICENSING_LAW}第四十三条", True
    CORRECTION = "correction", "申请人补正材料", f"{LICENSING_LAW}第三十二条（参照）"
    OWNER_REQUEST = "owner_request", "申请人书面申请", "依申请人书面申请"


@dataclass(frozen=True, slots=True)
class Entry:
    """台账记录：one event. `on` is the day it happened (`at` the hour, where the window noted it),
    `recorded_at` when we learnt of it.

    `days` is what an extension grants, in the limit's unit, and `level` who granted it.
    `document` is the number of the paper.
    """

    kind: Kind
    on: date
    reason: StopReason | None = None
    document: str = ""
    days: int = 0
    approver: str = ""
    level: str = ""
    at: time | None = None
    recorded_at: datetime | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """时限：what the law, or a promise, grants for a decision.

    `days` None: no limit is fixed; 0: decided on the spot. `starts` tells what sets it running.
    `notice_days` (article 32) and `delivery_days` (article 44) are always working days.
    `extension_days` caps all extensions together; None sets no cap. An extension granted at
    another level than `extension_level` is none, where that is named. Papers handed in at or after
    `cut_off` count as handed in on the next working day.
    """

    days: int | None
    unit: Unit
    article: str = ""
    starts: Literal["accept", "receive"] = "accept"
    notice_days: int = 5
    delivery_days: int = 10
    extension_days: int | None = None
    extension_article: str = ""
    extension_level: str = ""
    cut_off: time | None = None
    verified: bool = False
