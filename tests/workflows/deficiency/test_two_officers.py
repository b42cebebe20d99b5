"""Two officers at one promise at once: what lacks a paper is not decided, and each step is taken once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.refusal import Refused
from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.deficiency.actions import grant, hand_in, make_good
from workflows.deficiency.models import Deficiency
from workflows.procedures.actions import comb_out, make_move
from workflows.procedures.models import Procedure
from workflows.projects.models import Project
from workflows.projects.sample import load, sample_rows

CLERK = Actor(1, "某某（示例）", "机制办公室")


@pytest.fixture
def committing(django_db_blocker: Any) -> Iterator[None]:
    """Real connections and real commits, in a tenant that is dropped afterwards."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def accepted(own_tenant: Tenant, committing: None) -> Procedure:
    """An application under way, of which one paper may follow."""
    today = timezone.localdate()
    with visiting(own_tenant):
        rows = sample_rows("zhungeer", today.year, 1)
        load(rows, year=today.year, on=date(today.year, 1, 5), actor=CLERK)
        project = Project.objects.get()
        comb_out(project, on=date(today.year, 1, 5), actor=CLERK)
        procedure = project.procedures.filter(edges_in=None).order_by("order").first()
        assert procedure
        terms = procedure.terms | {"deficiency": "M", "materials": [["平面图", True]]}
        Procedure.objects.filter(pk=procedure.pk).update(terms=terms)
        for name in ("receive", "accept"):
            procedure.refresh_from_db()
            make_move(
                procedure_number=procedure.number,
                name=name,
                on=today,
                version=procedure.version,
                actor=CLERK,
            )
        procedure.refresh_from_db()
        return procedure


def at_once(tenant: Tenant, *acts: Callable[[], Any]) -> list[str]:
    """Each act on a connection of its own, all together: "done", or why not."""
    together = Barrier(len(acts))

    def press(act: Callable[[], Any]) -> str:
        try:
            together.wait(timeout=30)
            with visiting(tenant):
                act()
        except Refused as refusal:
            return str(refusal)
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(press, acts))


def let(procedure: Procedure) -> Deficiency:
    today = timezone.localdate()
    return grant(
        procedure_number=procedure.number,
        material="平面图",
        why="正在盖章",
        due_on=work_calendar().add(today, 5),
        promised_by="某总（示例）",
        promise_number="承诺1号",
        promise_on=today,
        promise_text="按期补交",
        consequence="recorded",
        credit_clear=True,
        credit_on=today,
        credit_source="信用平台",
        on=today,
        actor=CLERK,
        reach=None,
    )


def decide(procedure: Procedure) -> Procedure:
    return make_move(
        procedure_number=procedure.number,
        name="decide",
        on=timezone.localdate(),
        version=procedure.version,
        actor=CLERK,
        document="批1号",
    )


def test_a_paper_let_come_later_at_the_moment_of_the_decision_stops_it_or_comes_too_late(
    own_tenant: Tenant, accepted: Procedure
) -> None:
    answers = at_once(own_tenant, lambda: let(accepted), lambda: decide(accepted))
    assert answers.count("done") == 1
    with visiting(own_tenant):
        accepted.refresh_from_db()
        assert (accepted.state == "decided") != Deficiency.objects.exists()


def test_while_it_is_missing_no_worker_of_several_decides(
    own_tenant: Tenant, accepted: Procedure
) -> None:
    with visiting(own_tenant):
        let(accepted)
    answers = at_once(own_tenant, *[lambda: decide(accepted)] * 3)
    assert all("还有容缺材料没有补齐：平面图" in answer for answer in answers)
    with visiting(own_tenant):
        accepted.refresh_from_db()
        assert accepted.state == "accepted"


def test_of_two_who_take_in_the_same_paper_one_is_done(
    own_tenant: Tenant, accepted: Procedure
) -> None:
    today = timezone.localdate()
    with visiting(own_tenant):
        row = let(accepted)
    facts: dict[str, Any] = {"pk": row.pk, "version": 1, "on": today, "actor": CLERK, "reach": None}
    answers = at_once(
        own_tenant,
        lambda: hand_in(handed_in_on=today, **facts),
        lambda: make_good(received_on=today, **facts),
        lambda: make_good(received_on=today, **facts),
    )
    assert answers.count("done") == 1
    assert all("已有人办理" in answer for answer in answers if answer != "done")
