"""Officers at once: no number is given twice, and one paper is voided by one of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from kernel.papers.paper import Para
from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.conftest import OFFICERS
from workflows.issuing import actions
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.issuing.models import Issued

AtOnce = Callable[..., list[Any]]
ON, AT = date(2026, 1, 5), datetime(2026, 1, 5, 1, tzinfo=UTC)


def officer(n: int) -> Actor:
    return Actor(n, f"某{n}（示例）", "机制办公室")


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


def test_no_number_is_given_twice_and_none_is_left_out(own_tenant: Tenant, at_once: AtOnce) -> None:
    serials = sorted(issued.serial for issued in at_once(issue))
    assert serials == list(range(serials[0], serials[0] + OFFICERS))


def test_one_paper_is_voided_once(own_tenant: Tenant, at_once: AtOnce) -> None:
    with visiting(own_tenant):
        paper = issue(9)
    answers = at_once(lambda n: actions.void(pk=paper.pk, why=f"理由{n}", actor=officer(n), at=AT))
    told = [answer for answer in answers if isinstance(answer, str)]
    assert len(told) == OFFICERS - 1
    winner = next(answer for answer in answers if isinstance(answer, Issued))
    assert all(f"“{winner.voided_why}”" in answer for answer in told)
    with visiting(own_tenant):
        assert Issued.objects.get(pk=paper.pk).voided_why == winner.voided_why
