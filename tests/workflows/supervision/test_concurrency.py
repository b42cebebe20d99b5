"""Two sweeps at once: each stage of each deadline is raised by one of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from typing import Any

from django.db import connections, transaction
from django.utils import timezone

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.workflows.supervision.test_sweep import handed
from workflows.issuing.models import Issued
from workflows.supervision.actions import pause, sweep
from workflows.supervision.lifecycle import Stage, State
from workflows.supervision.models import Case, Step

ON = date(2026, 2, 12)
CLERK = Actor(1, "某某（示例）", "督查室")


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


def test_what_an_officer_does_while_a_sweep_runs_is_not_lost(
    own_tenant: Tenant, django_db_blocker: Any
) -> None:
    """The officer's pause is written, uncommitted, when the sweep reads; it waits for the row."""
    paused, read = Event(), Event()

    def officer() -> None:
        try:
            with visiting(own_tenant), transaction.atomic():
                case = Case.objects.get()
                pause(
                    case_id=case.pk, version=case.version, until_on=date(2026, 3, 31), text="等评审",
                    on=ON, at=timezone.now(), actor=CLERK,
                )  # fmt: skip
                paused.set()
                read.wait(timeout=1)  # the sweep can't end before; it has read by then
        finally:
            connections.close_all()

    def sweeper() -> int:
        try:
            paused.wait(timeout=30)
            with visiting(own_tenant):
                return sweep(on=date(2026, 2, 14), at=timezone.now())
        finally:
            read.set()
            connections.close_all()

    with django_db_blocker.unblock():
        with visiting(own_tenant):
            handed()
            assert sweep(on=ON, at=timezone.now()) == 1
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.submit(officer), pool.submit(sweeper)
            first.result()
            assert second.result() == 0
        with visiting(own_tenant):
            case = Case.objects.get()
            assert (case.state, case.paused_until) == (State.PAUSED, date(2026, 3, 31))
            assert case.stage == Stage.URGE
