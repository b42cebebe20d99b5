"""Two sweeps at once: each stage of each deadline is raised by one of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from django.db import connections
from django.utils import timezone

from tenants.gateway import visiting
from tenants.models import Tenant
from tests.workflows.supervision.test_sweep import handed
from workflows.issuing.models import Issued
from workflows.supervision.actions import sweep
from workflows.supervision.models import Step

ON = date(2026, 2, 12)


def test_each_stage_is_raised_once_and_one_letter_is_issued(
    own_tenant: Tenant, django_db_blocker: Any
) -> None:
    def one(_: int) -> int:
        try:
            with visiting(own_tenant):
                return sweep(on=ON, at=timezone.now())
        finally:
            connections.close_all()

    with django_db_blocker.unblock():
        with visiting(own_tenant):
            for _ in range(5):
                handed()
        with ThreadPoolExecutor(4) as pool:
            counts = list(pool.map(one, range(4)))
        assert sorted(counts) == [0, 0, 0, 5]
        with visiting(own_tenant):
            assert Step.objects.filter(kind=Step.Kind.STAGE).count() == 5
            assert Issued.objects.filter(kind="urging").count() == 1
