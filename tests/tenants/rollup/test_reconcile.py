"""Re-derivation finds what is missing, orphaned or different, and names it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date

import pytest
from django.db import connection, transaction

from tenants.models import Tenant
from tenants.rollup import ledgers, reconcile, tasks
from tenants.rollup.ledgers import Ledger
from tenants.rollup.models import ProcedureRow, ProjectRow, Reconciliation, TaskRow
from tenants.rollup.writing import put

In = Callable[[Tenant], AbstractContextManager[Tenant]]


def project(number: str, **facts: object) -> ProjectRow:
    return ProjectRow(
        **{
            "number": number, "version": 1, "name": number, "year": 2026, "investment_wan": 120_000,
            "state": "confirmed", "target_on": date(2026, 3, 31),
        } | facts
    )  # fmt: skip


LEDGER: list[ProjectRow] = []
DECLARED = ledgers.ledgers()


@pytest.fixture(autouse=True)
def _one_source(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(ledgers, "_ledgers", {})
    ledgers.register(Ledger("项目", ProjectRow, rows))
    yield
    LEDGER.clear()


def rows() -> list[ProjectRow]:
    return [project(r.number, name=r.name) for r in LEDGER]


def outcome() -> Reconciliation:
    return next(r for r in reconcile.reconcile() if r.ledger == "项目")


def test_a_ledger_and_its_rows_agree(zhungeer: Tenant, in_tenant: In) -> None:
    LEDGER.extend([project("A"), project("B")])
    with in_tenant(zhungeer), transaction.atomic():
        put([project("A"), project("B")])
        found = outcome()
    assert found.agrees
    assert (found.expected, found.found) == (2, 2)


def test_missing_orphaned_and_different_rows_are_named(zhungeer: Tenant, in_tenant: In) -> None:
    LEDGER.extend([project("A"), project("B"), project("C")])
    with in_tenant(zhungeer), transaction.atomic():
        put([project("A"), project("B", name="改过"), project("X")])
        found = outcome()
    assert not found.agrees
    assert (found.missing, found.orphans, found.different) == (["C"], ["X"], ["B"])


def test_a_row_the_city_can_not_see_is_different(zhungeer: Tenant, in_tenant: In) -> None:
    LEDGER.append(project("A"))
    with in_tenant(zhungeer), transaction.atomic():
        put([project("A")])
        ProjectRow.objects.update(visible_to=["t_zhungeer"])
        assert outcome().different == ["A"]


def test_a_second_run_replaces_the_first(zhungeer: Tenant, in_tenant: In) -> None:
    LEDGER.append(project("A"))
    with in_tenant(zhungeer), transaction.atomic():
        assert outcome().missing == ["A"]
        put([project("A")])
        assert outcome().agrees
        assert Reconciliation.objects.filter(owner="t_zhungeer", ledger="项目").count() == 1


def test_the_night_run_visits_every_open_tenant_and_the_city_sees_all(
    city: Tenant, zhungeer: Tenant, dalate: Tenant, in_tenant: In
) -> None:
    tasks.reconcile_all.apply_async(headers={"lianshen_schema": "public"})
    with in_tenant(city):
        assert set(Reconciliation.objects.values_list("owner", flat=True)) == {
            "t_city",
            "t_zhungeer",
            "t_dalate",
        }
    with in_tenant(dalate):
        assert set(Reconciliation.objects.values_list("owner", flat=True)) == {"t_dalate"}


@pytest.mark.parametrize(
    "another", [Ledger("项目", ProcedureRow, list), Ledger("别的", ProjectRow, rows)]
)
def test_a_name_and_a_table_are_taken_once(another: Ledger) -> None:
    with pytest.raises(ValueError, match="twice"):
        ledgers.register(another)


def test_ledgers_read_together_are_read_once(zhungeer: Tenant, in_tenant: In) -> None:
    read = []

    def both() -> list[ProjectRow | ProcedureRow]:
        read.append(1)
        return [project("A")]

    for name, model in (("甲", ProcedureRow), ("乙", TaskRow)):
        ledgers.register(Ledger(name, model, both))
    with in_tenant(zhungeer), transaction.atomic():
        LEDGER.append(project("B"))
        put([project("A"), project("B")])
        reconcile.reconcile()
    assert len(read) == 1


@pytest.mark.django_db
def test_every_declared_ledger_stands_behind_walls() -> None:
    tables = [ledger.model._meta.db_table for ledger in DECLARED]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, count(p.polname)"
            " FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE c.relname = ANY(%s) GROUP BY c.oid",
            [tables],
        )
        assert sorted(cursor.fetchall()) == [(table, True, 4) for table in sorted(tables)]
