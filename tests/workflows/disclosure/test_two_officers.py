"""Two officers who prepare the same guides at once: one set of drafts, nobody gets an error."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

from django.db import connection

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.disclosure.actions import Outcome, prepare_matters
from workflows.disclosure.models import Draft

ON = date(2026, 1, 12)
CODES = ["A08", "A10", "B01"]
OFFICERS = 4


def test_of_four_who_prepare_at_once_one_makes_the_drafts(
    own_tenant: Tenant, promise: Callable[..., Any], django_db_blocker: Any
) -> None:
    together = Barrier(OFFICERS)

    def press(n: int) -> Outcome:
        try:
            with visiting(own_tenant):
                together.wait(timeout=30)
                return prepare_matters(codes=CODES, on=ON, actor=Actor(n, f"某{n}（示例）"))
        finally:
            connection.close()

    with django_db_blocker.unblock():
        with visiting(own_tenant):
            for code in CODES:
                promise(code)
        with ThreadPoolExecutor(OFFICERS) as pool:
            outcomes = list(pool.map(press, range(OFFICERS)))

        assert sorted(len(outcome.prepared) for outcome in outcomes) == [0, 0, 0, 3]
        assert sorted(len(outcome.unchanged) for outcome in outcomes) == [0, 3, 3, 3]
        with visiting(own_tenant):
            assert Draft.objects.count() == len(CODES)
