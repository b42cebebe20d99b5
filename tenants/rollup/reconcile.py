"""Re-derive the roll-up from the ledgers (对账) and keep what differs.

The room that owns a ledger declares how its rows follow from it (`ledgers`); nothing here knows what a project is.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from tenants.gateway import current_tenant
from tenants.rollup.ledgers import ledgers
from tenants.rollup.models import Reconciliation, RollupRow
from tenants.rollup.writing import drop, put

Facts = dict[str, tuple[Any, ...]]

_NOT_COMPARED = {"id", "owner", "owner_name", "visible_to", "written_at"}


def reconcile() -> list[Reconciliation]:
    """Compare the current tenant's ledgers with its shared rows and keep the outcome of each.

    Idempotent: an outcome replaces the one before. A write that lands between the two readings is no
    difference, so what differs is read a second time before it counts.
    """
    expected = _expected(_derived())
    readings = [(expected, _found())]
    if readings[0][0] != readings[0][1]:
        readings.append((_expected(_derived()), _found()))
    with transaction.atomic():
        return [_kept(ledger, [(e[ledger], f[ledger]) for e, f in readings]) for ledger in expected]


@transaction.atomic
def repair() -> int:
    """Put the current tenant's rows right from its ledgers (重推); how many differed, and the outcome is
    kept. Whoever writes meanwhile waits, and wins with the newer version."""
    owner, count = current_tenant().schema_name, 0
    for ledger in ledgers():
        list(
            ledger.model._default_manager.filter(owner=owner).select_for_update().values_list("pk")
        )
    rows = _derived()
    expected, found = _expected(rows), _found()
    for ledger in ledgers():
        wrong = _differing(expected[ledger.name], found[ledger.name])
        drop(ledger.model, wrong)
        put(row for row in rows if type(row) is ledger.model and row.number in wrong)
        count += len(wrong)
    reconcile()
    return count


def _kept(ledger: str, readings: list[tuple[Facts, Facts]]) -> Reconciliation:
    tenant = current_tenant()
    expected, found = readings[-1]
    numbers = sorted(set.intersection(*(_differing(*reading) for reading in readings)))
    outcome, _ = Reconciliation.objects.update_or_create(
        owner=tenant.schema_name,
        ledger=ledger,
        defaults={
            "owner_name": tenant.name,
            "visible_to": [t.schema_name for t in tenant.lineage()],
            "at": timezone.now(),
            "expected": len(expected),
            "found": len(found),
            "missing": [n for n in numbers if n not in found],
            "orphans": [n for n in numbers if n not in expected],
            "different": [n for n in numbers if n in found and n in expected],
        },
    )
    return outcome


def _differing(expected: Facts, found: Facts) -> set[str]:
    return {n for n in expected.keys() | found.keys() if expected.get(n) != found.get(n)}


def _expected(rows: list[RollupRow]) -> dict[str, Facts]:
    above = [tenant.schema_name for tenant in current_tenant().lineage()]
    for row in rows:
        row.visible_to = above
    return _by_ledger(rows)


def _derived() -> list[RollupRow]:
    # Ledgers that are read together are derived together.
    return [
        row for derive in dict.fromkeys(ledger.rows for ledger in ledgers()) for row in derive()
    ]


def _found() -> dict[str, Facts]:
    owner = current_tenant().schema_name
    return _by_ledger(
        row for ledger in ledgers() for row in ledger.model._default_manager.filter(owner=owner)
    )


def _by_ledger(rows: Iterable[RollupRow]) -> dict[str, Facts]:
    facts: dict[str, Facts] = {ledger.name: {} for ledger in ledgers()}
    name_of = {ledger.model: ledger.name for ledger in ledgers()}
    for row in rows:
        facts[name_of[type(row)]][row.number] = (tuple(row.visible_to), *_facts(row))
    return facts


def _facts(row: RollupRow) -> list[Any]:
    fields = [f for f in row._meta.concrete_fields if f.name not in _NOT_COMPARED]
    return [field.to_python(getattr(row, field.attname)) for field in fields]
