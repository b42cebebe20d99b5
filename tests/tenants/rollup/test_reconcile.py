"""Re-derivation finds what is missing, orphaned or different, and names it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date

import pytest
from django.db import transaction

from tenants.models import Tenant
from tenants.rollup import reconcile, tasks
from tenants.rollup.models import ProjectRow, Reconciliation
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


@pytest.fixture(autouse=True)
def _one_source(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(reconcile, "_sources", {})
    reconcile.register_source("test", lambda: [project(r.number, name=r.name) for r in LEDGER])
    yield
    LEDGER.clear()


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


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        reconcile.register_source("test", list)
