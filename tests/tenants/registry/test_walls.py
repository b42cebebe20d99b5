"""Filings: seen by sender and receiver, answered by the receiver alone, never rewritten."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.utils import timezone

from tenants.models import Tenant
from tenants.registry.freezing import digest_of
from tenants.registry.models import Filing
from tenants.registry.numbering import next_number, next_numbers

In = Callable[[Tenant], AbstractContextManager[Tenant]]
SNAPSHOT = {"单位": "准格尔旗", "件数": 3}


@pytest.fixture
def filing(zhungeer: Tenant, in_tenant: In) -> Filing:
    with in_tenant(zhungeer):
        return make()


def make(**facts: object) -> Filing:
    return Filing.objects.create(
        **{
            "number": "准格尔旗报〔2026〕1号", "kind": "mechanism", "year": 2026,
            "sender": "t_zhungeer", "sender_name": "准格尔旗",
            "receiver": "t_city", "receiver_name": "鄂尔多斯市", "title": "工作机制",
            "snapshot": SNAPSHOT, "digest": digest_of(SNAPSHOT),
            "sent_at": timezone.now(), "sent_by": "某",
        } | facts
    )  # fmt: skip


def run(tenant: Tenant, in_tenant: In, sql: str) -> int:
    with in_tenant(tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


def test_the_neighbour_sees_nothing_and_changes_nothing(
    filing: Filing, city: Tenant, zhungeer: Tenant, dalate: Tenant, in_tenant: In
) -> None:
    for tenant, seen in ((zhungeer, 1), (city, 1), (dalate, 0)):
        assert run(tenant, in_tenant, "SELECT * FROM registry_filing") == seen
    assert run(dalate, in_tenant, "UPDATE registry_filing SET state = 'superseded'") == 0


def test_nobody_sends_in_anothers_name(dalate: Tenant, in_tenant: In) -> None:
    with (
        in_tenant(dalate),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        make(receiver="t_dalate")


@pytest.mark.parametrize(
    "column",
    ["snapshot = '{}'", "digest = 'x'", "number = 'x'", "sender = 't_city'", "year = 2027"],
)
def test_what_was_filed_can_not_be_changed_by_either_side(
    filing: Filing, city: Tenant, zhungeer: Tenant, in_tenant: In, column: str
) -> None:
    for tenant in (city, zhungeer):
        with pytest.raises(ProgrammingError, match="permission denied"):
            run(tenant, in_tenant, f"UPDATE registry_filing SET {column}")


def test_a_filing_is_never_deleted(filing: Filing, zhungeer: Tenant, in_tenant: In) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(zhungeer, in_tenant, "DELETE FROM registry_filing")


def test_the_sender_can_not_answer_itself_nor_the_receiver_withdraw(
    filing: Filing, city: Tenant, zhungeer: Tenant, in_tenant: In
) -> None:
    answer = "UPDATE registry_filing SET state = 'acknowledged', receipt_number = 'x'"
    with pytest.raises(ProgrammingError, match="row-level security"):
        run(zhungeer, in_tenant, answer)
    with pytest.raises(ProgrammingError, match="row-level security"):
        run(city, in_tenant, "UPDATE registry_filing SET state = 'superseded'")
    assert run(city, in_tenant, answer) == 1


def test_one_in_force_a_sender_kind_and_year(
    filing: Filing, zhungeer: Tenant, in_tenant: In
) -> None:
    with (
        in_tenant(zhungeer),
        pytest.raises(IntegrityError, match="filing_one_in_force"),
        transaction.atomic(),
    ):
        make(number="准格尔旗报〔2026〕2号")


def test_a_return_without_a_reason_is_refused(filing: Filing, city: Tenant, in_tenant: In) -> None:
    with pytest.raises(IntegrityError, match="filing_returned_with_reason"):
        run(city, in_tenant, "UPDATE registry_filing SET state = 'returned'")


def test_numbers_are_each_tenants_own_and_never_given_twice(
    zhungeer: Tenant, dalate: Tenant, in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        assert [next_number("t", 2026), next_number("t", 2026), next_number("t", 2027)] == [1, 2, 1]
        assert list(next_numbers("t", 2026, 3)) == [3, 4, 5]
        assert next_number("t", 2026) == 6
    with in_tenant(dalate):
        assert next_number("t", 2026) == 1
        assert (
            run(
                dalate,
                in_tenant,
                "SELECT * FROM registry_numberseries WHERE schema_name <> 't_dalate'",
            )
            == 0
        )
