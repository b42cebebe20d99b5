"""Two officers at one procedure at once: one is done, the other is told; nothing is written twice."""

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
from workflows.procedures import bundles
from workflows.procedures.actions import comb_out, make_move, rebuild_caches
from workflows.procedures.corrections import correct
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import Bundle, ClockEntry, Procedure
from workflows.projects.models import Project

CONFIRMED_ON = date(2025, 11, 1)
CLERK = Actor(1, "某主任（示例）")


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


def at_once(tenant: Tenant, *acts: Callable[[], Any]) -> list[str]:
    """Each act on a connection of its own, all together: "done", or why not."""
    together = Barrier(len(acts))

    def press(act: Callable[[], Any]) -> str:
        try:
            together.wait(timeout=30)
            with visiting(tenant):
                act()
        except MoveRefused as refusal:
            return str(refusal)
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(press, acts))


def test_of_two_officers_correcting_one_line_one_is_done(
    own_tenant: Tenant, make_project: Callable[..., Project], committing: None
) -> None:
    with visiting(own_tenant):
        project = make_project(number="LSQ-2026-001")
        comb_out(project, on=CONFIRMED_ON, actor=CLERK)
        number = Procedure.objects.get(matter_code="C03").number
        receive(number, version=1)
        line = ClockEntry.objects.get()

    def fix(day: int) -> Callable[[], Any]:
        return lambda: correct(
            procedure_number=number,
            entry_id=line.pk,
            version=2,
            why="窗口登记簿为准",
            on=date(2026, 1, day),
            actor=CLERK,
        )

    answers = at_once(own_tenant, fix(22), fix(23), fix(21))
    assert answers.count("done") == 1
    assert all("已有人办理" in answer for answer in answers if answer != "done")
    with visiting(own_tenant):
        assert ClockEntry.objects.count() == 2


def test_of_two_officers_joining_the_same_matters_one_is_done(
    own_tenant: Tenant, make_project: Callable[..., Project], committing: None
) -> None:
    with visiting(own_tenant):
        project = make_project(number="LSQ-2026-001")
        comb_out(project, on=CONFIRMED_ON, actor=CLERK)
        joined = list(Procedure.objects.filter(matter_code__in=["C02", "C03"]).order_by("pk"))

    def join(paper: str) -> Callable[[], Any]:
        return lambda: bundles.form(
            Project.objects.get(pk=project.pk),
            numbers=[p.number for p in joined],
            handling="joint",
            document=paper,
            lead_code=joined[0].department_code,
            on=date(2026, 1, 5),
            actor=CLERK,
        )

    answers = at_once(own_tenant, join("准联办〔2026〕1号"), join("准联办〔2026〕2号"))
    assert answers.count("done") == 1
    assert any("不能并入：已在“联合办理" in answer for answer in answers)
    with visiting(own_tenant):
        assert Bundle.objects.count() == 1


def test_a_sweep_at_the_moment_of_a_move_loses_neither(
    own_tenant: Tenant, make_project: Callable[..., Project], committing: None
) -> None:
    with visiting(own_tenant):
        project = make_project(number="LSQ-2026-001")
        comb_out(project, on=CONFIRMED_ON, actor=CLERK)
        numbers = list(Procedure.objects.order_by("pk").values_list("number", flat=True))[:4]
    on = timezone.localdate()
    moves = [lambda number=number: receive(number, version=1) for number in numbers]
    sweeps = [lambda: rebuild_caches(on)] * 3
    assert set(at_once(own_tenant, *moves, *sweeps)) == {"done"}
    with visiting(own_tenant):
        assert ClockEntry.objects.count() == len(numbers)
        assert not Procedure.objects.filter(number__in=numbers, state="planned").exists()
        assert rebuild_caches(on) == 0  # what is stored is what the ledger says


def receive(number: str, version: int) -> None:
    make_move(
        procedure_number=number,
        name="receive",
        on=date(2026, 1, 26),
        version=version,
        actor=CLERK,
    )
