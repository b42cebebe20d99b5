"""Officers at once: no number is given twice, and one paper is voided by one of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from kernel.papers.paper import Para
from kernel.refusal import Refused
from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.issuing import actions
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.issuing.models import Issued

OFFICERS = 4
ON, AT = date(2026, 1, 5), datetime(2026, 1, 5, 1, tzinfo=UTC)


def officer(n: int) -> Actor:
    return Actor(n, f"某{n}（示例）", "机制办公室")


def at_once(tenant: Tenant, work: Callable[[int], Any]) -> list[Any]:
    """What each officer got who did ``work`` in the same moment, or was told."""
    together = Barrier(OFFICERS)

    def one(n: int) -> Any:
        try:
            with visiting(tenant):
                together.wait(timeout=30)
                return work(n)
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(OFFICERS) as pool:
        return list(pool.map(one, range(OFFICERS)))


def issue(n: int) -> Issued:
    paper = compose(Kind.ASSIGNMENT, title=f"第{n}件", body=[Para("正文")], on=ON)
    return actions.issue(
        paper,
        kind=Kind.ASSIGNMENT,
        room="assignments",
        key=str(n),
        url="/",
        on=ON,
        actor=officer(n),
    )


@pytest.fixture
def committing(own_tenant: Tenant, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock():
        yield own_tenant
        connection.set_schema_to_public()


def test_no_number_is_given_twice_and_none_is_left_out(committing: Tenant) -> None:
    serials = sorted(issued.serial for issued in at_once(committing, issue))
    assert serials == list(range(serials[0], serials[0] + OFFICERS))


def test_one_paper_is_voided_once(committing: Tenant) -> None:
    with visiting(committing):
        paper = issue(9)
    answers = at_once(
        committing,
        lambda n: actions.void(pk=paper.pk, why=f"理由{n}", actor=officer(n), at=AT),
    )
    told = [answer for answer in answers if isinstance(answer, str)]
    assert len(told) == OFFICERS - 1
    winner = next(answer for answer in answers if isinstance(answer, Issued))
    assert all(f"“{winner.voided_why}”" in answer for answer in told)
    with visiting(committing):
        assert Issued.objects.get(pk=paper.pk).voided_why == winner.voided_why
