"""Sweeps at once, while an officer takes note: nothing is written twice and nothing is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.procedures.actions import comb_out
from workflows.projects.models import Project
from workflows.watches.actions import notice, take_note
from workflows.watches.models import Alert

CLERK = Actor(1, "某主任（示例）", "机制办公室")


@pytest.fixture
def committing(django_db_blocker: Any) -> Iterator[None]:
    """Real connections and real commits, in a tenant that is dropped afterwards."""
    with django_db_blocker.unblock():
        yield


def test_six_sweeps_at_once_notice_each_deadline_once(
    own_tenant: Tenant, make_project: Callable[..., Project], committing: None
) -> None:
    with visiting(own_tenant):
        for n in (1, 2):
            project = make_project(n, number=f"LSQ-2026-{n:03d}")
            comb_out(project, on=date(2025, 11, 1), actor=CLERK)
    sweeps = 6
    together = Barrier(sweeps)

    def sweep(n: int) -> None:
        try:
            together.wait(timeout=30)
            with visiting(own_tenant):
                notice(on=date(2026, 3, 20), at=timezone.now())
                keys = list(Alert.objects.values_list("pk", flat=True))
                take_note(keys=keys, reach=None, actor=CLERK, at=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(sweeps) as pool:
        list(pool.map(sweep, range(sweeps)))
    with visiting(own_tenant):
        found = list(Alert.objects.values_list("procedure", "kind", "deadline_on"))
        assert len(found) == len(set(found)) > 0
        assert not Alert.objects.filter(seen_at__isnull=True).exists()
        assert notice(on=date(2026, 3, 20), at=timezone.now()) == (0, 0)
