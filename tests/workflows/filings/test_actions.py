"""Filing, superseding, acknowledging, returning: what is kept and what is refused."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest

from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.models import Tenant
from tenants.registry.freezing import digest_of
from tenants.registry.models import Filing
from workflows.filings import actions, queries
from workflows.filings.contents.base import Term
from workflows.projects.models import Project

In = Callable[[Tenant], AbstractContextManager[Tenant]]
ON = date(2026, 1, 14)
SENDER = Actor(1, "娜仁（示例）", "机制办公室")
CITY = Actor(2, "王某（示例）", "机制办公室")


def send(kind: str = "annual_list", **rest: Any) -> Filing:
    return actions.send(**{"kind": kind, "year": 2026, "on": ON, "actor": SENDER} | rest)


def test_a_filing_carries_number_digest_and_line_of_the_trail(
    listed: Tenant, in_tenant: In
) -> None:
    with in_tenant(listed):
        filing = send()
        line = TrailEntry.objects.get(subject=filing.number, action="filings.send")
    assert filing.number == "准格尔旗报〔2026〕1号"
    assert (filing.sender, filing.receiver, filing.state) == ("t_zhungeer", "t_city", "sent")
    assert line.detail == {"digest": filing.digest}


def test_both_sides_count_the_same_digest(listed: Tenant, city: Tenant, in_tenant: In) -> None:
    with in_tenant(listed):
        filing = send()
        at_home = Filing.objects.get(pk=filing.pk)
        assert queries.digest_holds(at_home)
    with in_tenant(city):
        there = Filing.objects.get(pk=filing.pk)
        assert queries.digest_holds(there)
        assert (
            there.digest
            == filing.digest
            == digest_of(
                queries.sealed(
                    kind="annual_list",
                    term=Term(2026),
                    unit_code="",
                    sender="t_zhungeer",
                    snapshot=there.snapshot,
                )
            )
        )
        there.snapshot["projects"][0]["investment_wan"] = "1.00"
        assert not queries.digest_holds(there)


def test_a_later_filing_supersedes_the_one_before(
    listed: Tenant, in_tenant: In, project: Callable[..., Project]
) -> None:
    with in_tenant(listed):
        first = send()
        project("ZGE-2026-002")
        second = send()
        first.refresh_from_db()
        assert (first.state, second.supersedes) == ("superseded", first)
        assert second.number == "准格尔旗报〔2026〕2号"
        assert Filing.objects.exclude(state="superseded").count() == 1


def test_the_same_content_is_not_sent_twice(listed: Tenant, in_tenant: In) -> None:
    with in_tenant(listed):
        send("mechanism", year=2027, on=date(2027, 1, 4))
        with pytest.raises(actions.FilingRefused, match="完全一样，不必重复报送"):
            send("mechanism", year=2027, on=date(2027, 1, 5))
        last = send(on=date(2027, 1, 5))
        assert last.number == "准格尔旗报〔2027〕2号", "a refused filing used up no number"


def test_an_acknowledged_filing_can_be_superseded(
    listed: Tenant, city: Tenant, in_tenant: In, project: Callable[..., Project]
) -> None:
    with in_tenant(listed):
        first = send()
    with in_tenant(city):
        assert (
            actions.acknowledge(pk=first.pk, on=ON, actor=CITY).receipt_number
            == "鄂联审备〔2026〕1号"
        )
    with in_tenant(listed):
        project("ZGE-2026-002")
        send()
        first.refresh_from_db()
        assert (first.state, first.receipt_number) == ("superseded", "鄂联审备〔2026〕1号")


def test_a_returned_filing_must_change_before_it_is_sent_again(
    listed: Tenant, city: Tenant, in_tenant: In, project: Callable[..., Project]
) -> None:
    with in_tenant(listed):
        first = send()
    with in_tenant(city):
        actions.return_(pk=first.pk, reason="  缺第二个项目 ", actor=CITY)
        assert TrailEntry.objects.get(action="filings.return").subject == first.number
    with in_tenant(listed):
        with pytest.raises(actions.FilingRefused, match="请先按退回理由修改：缺第二个项目"):
            send()
        project("ZGE-2026-002")
        assert send().supersedes == first
        first.refresh_from_db()
        assert (first.state, first.return_reason) == ("superseded", "缺第二个项目")


def test_what_changed_after_the_clerk_looked_is_not_sent(
    listed: Tenant, in_tenant: In, project: Callable[..., Project]
) -> None:
    with in_tenant(listed):
        with pytest.raises(actions.FilingRefused, match="您查看之后内容又有变化"):
            send(seen_digest="0" * 64)
        assert not Filing.objects.exists()


def test_nothing_is_not_filed(zhungeer: Tenant, in_tenant: In) -> None:
    with in_tenant(zhungeer), pytest.raises(actions.FilingRefused, match="还没有可报的内容"):
        send()


def test_the_city_has_nobody_to_file_to(city: Tenant, in_tenant: In) -> None:
    with in_tenant(city), pytest.raises(actions.FilingRefused, match="没有上级"):
        send("mechanism")


@pytest.mark.parametrize("first", ["acknowledge", "return"])
def test_the_second_officer_is_refused_with_a_sentence(
    listed: Tenant, city: Tenant, in_tenant: In, first: str
) -> None:
    with in_tenant(listed):
        filing = send()
    with in_tenant(city):
        if first == "acknowledge":
            actions.acknowledge(pk=filing.pk, on=ON, actor=CITY)
        else:
            actions.return_(pk=filing.pk, reason="缺召集人", actor=CITY)
        for again in (
            lambda: actions.acknowledge(pk=filing.pk, on=ON, actor=SENDER),
            lambda: actions.return_(pk=filing.pk, reason="x", actor=SENDER),
        ):
            with pytest.raises(actions.FilingRefused, match=r"已由王某（示例）办理.*不能再办一次"):
                again()


def test_a_superseded_filing_is_answered_in_its_newer_one(
    listed: Tenant, city: Tenant, in_tenant: In, project: Callable[..., Project]
) -> None:
    with in_tenant(listed):
        first = send()
        project("ZGE-2026-002")
        send()
    with in_tenant(city), pytest.raises(actions.FilingRefused, match="请办理新的一件"):
        actions.acknowledge(pk=first.pk, on=ON, actor=CITY)


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_return_says_why(listed: Tenant, city: Tenant, in_tenant: In, reason: str) -> None:
    with in_tenant(listed):
        filing = send()
    with in_tenant(city), pytest.raises(actions.FilingRefused, match="必须写明理由"):
        actions.return_(pk=filing.pk, reason=reason, actor=CITY)


def test_only_the_receiver_answers(listed: Tenant, dalate: Tenant, in_tenant: In) -> None:
    with in_tenant(listed):
        filing = send()
        with pytest.raises(Filing.DoesNotExist):
            actions.acknowledge(pk=filing.pk, on=ON, actor=SENDER)
    with in_tenant(dalate), pytest.raises(Filing.DoesNotExist):
        actions.acknowledge(pk=filing.pk, on=ON, actor=SENDER)
