"""Officers who hand over the same drafts in other orders: each draft goes out once, nobody is turned away."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction

from tenants.gateway import visiting
from tenants.models import Tenant
from tests.conftest import OFFICERS
from tests.workflows.assignments.conftest import CLERK, TODAY, draft
from workflows.assignments import actions
from workflows.assignments.models import Sheet
from workflows.mechanism import sample as mechanism_sample

DRAFTS = 6


def test_lists_in_other_orders_never_wait_for_each_other(
    own_tenant: Tenant, at_once: Callable[..., list[Any]]
) -> None:
    with visiting(own_tenant):
        mechanism_sample.fill(on=date(2025, 10, 28))
        made = [draft(title=f"任务{n}").pk for n in range(DRAFTS)]

    def hand_over(n: int) -> Any:
        # In the one transaction of a form that is dealt with once.
        with transaction.atomic():
            order = made[::-1] if n % 2 else made
            return actions.hand_over_all(sheet_ids=order[n:], on=TODAY, actor=CLERK)

    came = [each for answers in at_once(hand_over) for each in answers]
    handed = Counter(each.pk for each in came if isinstance(each, Sheet))
    assert set(handed.values()) == {1}
    assert len(came) == sum(DRAFTS - n for n in range(OFFICERS))
    with visiting(own_tenant):
        numbers = Sheet.objects.exclude(number="").values_list("number", flat=True)
        assert len(set(numbers)) == len(numbers) == DRAFTS
