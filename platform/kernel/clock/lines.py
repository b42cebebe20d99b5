"""时限说明：the lines by which a reading derives its dates, and the articles they obey."""

from dataclasses import dataclass
from datetime import date, timedelta

from kernel.clock.calendar import Unit
from kernel.clock.ledger import LICENSING_LAW

DAY = timedelta(days=1)
NOTICE_ARTICLE = f"{LICENSING_LAW}第三十二条"
DELIVERY_ARTICLE = f"{LICENSING_LAW}第四十四条"
STOP_ARTICLE = f"{LICENSING_LAW}第四十五条"
EXTENSION_ARTICLE = f"{LICENSING_LAW}第四十二条"
CUT_OFF_RULE = "窗口公开的收件截止时间"
# General knowledge, by analogy only: lines that cite these two are never `verified`.
START_ARTICLE = "《民法典》第二百零一条（参照）"
REST_DAY_ARTICLE = "《民法典》第二百零三条（参照）"


@dataclass(frozen=True, slots=True)
class Line:
    """说明行：one step of the derivation, both days included; `days` are counted in `unit`.

    `provisional`: rests on a year without a published notice. `verified`: nobody need confirm it.
    """

    label: str
    from_on: date
    until_on: date | None = None
    days: int | None = None
    unit: Unit = Unit.WORKING
    article: str = ""
    document: str = ""
    provisional: bool = False
    verified: bool = True
