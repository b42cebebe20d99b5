"""The chain holds whatever a caller hands in, and the trail never fails the refusal it records."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest

from kernel.trail import SYSTEM, Actor, record, record_refusal
from kernel.trail.models import TrailEntry
from kernel.trail.queries import narrowed
from kernel.trail.writing import first_broken_line
from tenants.models import Tenant

In = Callable[[Tenant], AbstractContextManager[Tenant]]


@pytest.mark.parametrize(
    "detail",
    [{1: "a", 10: "b", 2: "c"}, {"x": 1e20}, {"x": -0.0}, {"x": float("nan")}, {"x": (1, 2.5)}],
)
def test_the_chain_holds_for_every_detail(
    zhungeer: Tenant, in_tenant: In, detail: dict[Any, Any]
) -> None:
    with in_tenant(zhungeer):
        record(actor=SYSTEM, action="t.t", subject="s", summary="x", detail=detail)
        assert first_broken_line() is None


def test_a_refusal_of_what_the_database_can_not_hold_is_recorded_all_the_same(
    zhungeer: Tenant, in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        record_refusal(
            actor=Actor(1, "某" * 60, "角色" * 20),
            action="t.t",
            subject="/a\x00b/",
            summary="“\x00\ud800”不对",
        )
        line = TrailEntry.objects.get(action="t.t")
        assert (line.subject, line.summary) == ("/a\ufffdb/", "“\ufffd\ufffd”不对")
        assert first_broken_line() is None


def test_the_last_day_there_is_can_be_asked_for(zhungeer: Tenant, in_tenant: In) -> None:
    with in_tenant(zhungeer):
        days = {"from_on": date.min, "until_on": date.max}
        assert narrowed(days).count() == TrailEntry.objects.count()
