"""Filings: seen by sender and receiver, answered by the receiver alone, never rewritten."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.utils import timezone

from tenants.gateway import visiting
from tenants.models import Tenant
from tenants.registry.freezing import digest_of
from tenants.registry.models import Disclosure, Filing
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


def test_numbers_are_never_given_twice_to_clerks_who_ask_at_once(
    own_tenant: Tenant, django_db_blocker: Any
) -> None:
    def ask(clerk: int) -> list[int]:
        with django_db_blocker.unblock():
            try:
                with visiting(own_tenant):
                    return [n for _ in range(20) for n in next_numbers("t", 2026, 1 + clerk % 3)]
            finally:
                connection.close()

    with visiting(own_tenant):
        last = next_number("t", 2026)
    with ThreadPoolExecutor(4) as clerks:
        given = [number for numbers in clerks.map(ask, range(4)) for number in numbers]
    assert sorted(given) == list(range(last + 1, last + 1 + len(given)))


def test_a_number_of_a_transaction_that_failed_leaves_no_gap(
    zhungeer: Tenant, in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        with pytest.raises(RuntimeError), transaction.atomic():
            next_numbers("t", 2026, 5)
            raise RuntimeError
        assert next_number("t", 2026) == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"state": "acknowledged", "receipt_number": "x"},
        {"handled_by": "某"},
        {"return_reason": "x"},
        {"handled_at": timezone.now()},
    ],
)
def test_a_filing_is_not_sent_with_its_answer_on_it(
    zhungeer: Tenant, in_tenant: In, forged: dict[str, object]
) -> None:
    with in_tenant(zhungeer), pytest.raises(ProgrammingError, match="row-level security"):
        make(**forged)


@pytest.mark.parametrize("state", ["acknowledged", "superseded"])
def test_only_a_waiting_filing_is_answered(
    filing: Filing, city: Tenant, zhungeer: Tenant, in_tenant: In, state: str
) -> None:
    by = city if state == "acknowledged" else zhungeer
    run(by, in_tenant, f"UPDATE registry_filing SET state = '{state}', receipt_number = 'x'")
    again = "UPDATE registry_filing SET state = 'returned', return_reason = '改主意'"
    assert run(city, in_tenant, again) == 0


def release(**facts: object) -> Disclosure:
    return Disclosure.objects.create(
        **{
            "owner": "t_zhungeer", "owner_slug": "zhungeer", "owner_name": "准格尔旗",
            "kind": "matter", "key": "A01", "version": 1, "title": "核准", "payload": {},
            "digest": digest_of({}), "released_at": timezone.now(), "released_by": "某",
        } | facts
    )  # fmt: skip


@pytest.mark.parametrize("column", ["payload = '{\"a\": 1}'", "title = 'x'", "digest = 'x'"])
def test_what_was_released_can_not_be_changed(zhungeer: Tenant, in_tenant: In, column: str) -> None:
    with in_tenant(zhungeer):
        release()
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(zhungeer, in_tenant, f"UPDATE registry_disclosure SET {column}")


def test_what_was_withdrawn_stays_withdrawn(zhungeer: Tenant, in_tenant: In) -> None:
    with in_tenant(zhungeer):
        release()
    assert run(zhungeer, in_tenant, "UPDATE registry_disclosure SET withdrawn_at = now()") == 1
    assert run(zhungeer, in_tenant, "UPDATE registry_disclosure SET withdrawn_at = NULL") == 0


def test_the_portal_releases_nothing(db: None) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        release(owner="public")


@pytest.mark.parametrize(
    "table",
    [
        "registry_filing",
        "registry_disclosure",
        "registry_numberseries",
        "rollup_projectrow",
        "rollup_procedurerow",
        "rollup_reconciliation",
        "honesty_score",
    ],
)
def test_no_tenant_empties_a_shared_table_past_its_walls(
    zhungeer: Tenant, in_tenant: In, table: str
) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(zhungeer, in_tenant, f"TRUNCATE {table}")


def test_a_series_is_never_deleted(zhungeer: Tenant, in_tenant: In) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(zhungeer, in_tenant, "DELETE FROM registry_numberseries")
