"""The counting rule a tenant starts with (随产品提供的口径): a proposal, confirmed by nobody yet.

Other places count their hundred days in a like manner, which is an analogy and no source.
"""

from typing import Any

from kernel.clock import StopReason, Unit
from kernel.clock.meter import Party
from workflows.meter.models import THIRD_PARTY, Begin

#: Working days of the government's own and of those it commissioned count. Where several hold
#: something on a day it is charged to whom the hundred days bind; nobody gains by a second holder.
TERMS: dict[str, Any] = {
    "begins": Begin.FIRST_RECEIPT.value,
    "precedence": [
        Party.GOVERNMENT.value,
        Party.GOVERNMENT_AGENT.value,
        Party.HIGHER.value,
        Party.OWNER_AGENT.value,
        Party.OWNER.value,
    ],
    "counted": [Party.GOVERNMENT.value, Party.GOVERNMENT_AGENT.value],
    "unit": Unit.WORKING.value,
    "allowance_days": 100,
    # Where the ledger does not say who commissioned: the organ holds its hearing itself, and the
    # rest is presumed its own commission, so that silence never lightens the government's count.
    "stop_parties": {
        reason.value: (
            Party.GOVERNMENT if reason is StopReason.HEARING else Party.GOVERNMENT_AGENT
        ).value
        for reason in THIRD_PARTY
    },
    "basis": "本产品建议的口径，参照外地做法类推，尚无本市文件依据",
    "verified": False,
}
REASON = "随产品提供的建议口径，本级另行确定之前适用。"
