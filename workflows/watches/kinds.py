"""What is noticed (提醒种类), and how many working days ahead: one table."""

from collections.abc import Mapping

from django.db import models

from workflows.procedures.queries import DUE_SOON_DAYS


class Kind(models.TextChoices):
    NOTICE_DUE = "notice_due", "五日内须答复"
    NOTICE_PASSED = "notice_passed", "逾期未答复"
    DUE_SOON = "due_soon", "即将到期"
    PASSED = "passed", "已逾期"
    DELIVERY_DUE = "delivery_due", "即将须送达"
    DELIVERY_PASSED = "delivery_passed", "逾期未送达"
    RENEWAL_DUE = "renewal_due", "批文待延续"
    LAPSES_BEFORE_START = "lapses_before_start", "批文开工前届满"


#: Working days before the deadline from which it is noticed; the other kinds are noticed once passed.
LEAD_DAYS: Mapping[Kind, int] = {
    Kind.NOTICE_DUE: 2,
    Kind.DUE_SOON: DUE_SOON_DAYS,
    Kind.DELIVERY_DUE: 3,
    Kind.RENEWAL_DUE: 20,
}
#: What a deadline is noticed as once it has passed.
AFTER: Mapping[Kind, Kind] = {
    Kind.NOTICE_DUE: Kind.NOTICE_PASSED,
    Kind.DUE_SOON: Kind.PASSED,
    Kind.DELIVERY_DUE: Kind.DELIVERY_PASSED,
}
PRESSING = frozenset({*AFTER.values(), Kind.LAPSES_BEFORE_START})
