"""Two officers who prepare the same guides at once: one set of drafts, nobody gets an error."""

from collections.abc import Callable
from datetime import date
from typing import Any

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.disclosure.actions import prepare_matters
from workflows.disclosure.models import Draft

ON = date(2026, 1, 12)
CODES = ["A08", "A10", "B01"]


def test_of_four_who_prepare_at_once_one_makes_the_drafts(
    own_tenant: Tenant, promise: Callable[..., Any], at_once: Callable[..., list[Any]]
) -> None:
    with visiting(own_tenant):
        for code in CODES:
            promise(code)
    outcomes = at_once(
        lambda n: prepare_matters(codes=CODES, on=ON, actor=Actor(n, f"某{n}（示例）"))
    )
    assert sorted(len(outcome.prepared) for outcome in outcomes) == [0, 0, 0, 3]
    assert sorted(len(outcome.unchanged) for outcome in outcomes) == [0, 3, 3, 3]
    with visiting(own_tenant):
        assert Draft.objects.count() == len(CODES)
