"""Two officers at one procedure at once: one is done, the other is told; nothing is written twice."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.procedures.actions import comb_out, make_move
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import ClockEntry, Procedure
from workflows.projects.models import Project

CONFIRMED_ON = date(2025, 11, 1)


@pytest.fixture
def committing(django_db_blocker: Any) -> Iterator[None]:
    """Real connections and real commits, in a tenant that is dropped afterwards."""
    with django_db_blocker.unblock():
        yield


def test_of_eight_officers_at_once_one_is_done(
    own_tenant: Tenant, make_project: Callable[..., Project], committing: None
) -> None:
    officers = 8
    with visiting(own_tenant):
        project = make_project(number="LSQ-2026-001")
        comb_out(project, on=CONFIRMED_ON, actor=Actor(1, "某主任（示例）"))
    together = Barrier(officers)

    def press(n: int) -> str:
        try:
            together.wait(timeout=30)
            with visiting(own_tenant):
                make_move(
                    procedure_number="LSQ-2026-001-09",
                    name="receive",
                    on=date(2026, 1, 26),
                    version=1,
                    actor=Actor(n, f"某{n}（示例）"),
                )
        except MoveRefused as refusal:
            return str(refusal)
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(officers) as pool:
        answers = list(pool.map(press, range(officers)))
    assert answers.count("done") == 1
    assert all("已有人办理" in answer for answer in answers if answer != "done")
    with visiting(own_tenant):
        assert ClockEntry.objects.count() == 1
        assert Procedure.objects.get(number="LSQ-2026-001-09").version == 2
