"""Opening a tenant against the raw replay of the template's SQL, and against migrations."""

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from tenants import provisioning
from tenants.models import Domain, Kind, Tenant

pytestmark = pytest.mark.bench

OPENED = 7


def timed(work: Callable[[], Any]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def drop(schema: str) -> None:
    connection.set_schema_to_public()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


def open_one(number: int) -> None:
    provisioning.open_tenant(
        name=f"量测旗{number}",
        slug=f"measured-{number}",
        kind=Kind.BANNER,
        code=f"1599{number:02d}",
        prefix=f"LC{number}",
        parent_slug="city",
    )


def replay_raw(sql: str) -> None:
    with transaction.atomic():
        provisioning.replay(sql, "t_raw")


def migrate(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
    call_command("migrate_schemas", schema_name=schema, interactive=False, verbosity=0)
    connection.set_schema_to_public()


def test_opening_costs_at_most_twice_the_replay_and_a_twentieth_of_migrations(
    django_db_setup: None, django_db_blocker: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with django_db_blocker.unblock():
        sql = provisioning.template_sql()
        try:
            raw, opened = [], []
            open_one(0)  # the first one warms both sides' caches
            for number in range(1, OPENED + 1):
                raw.append(timed(lambda: replay_raw(sql)))
                drop("t_raw")
                opened.append(timed(lambda number=number: open_one(number)))
            migrated = timed(lambda: migrate("t_raw"))
        finally:
            drop("t_raw")
            for tenant in Tenant.objects.filter(slug__startswith="measured-"):
                drop(tenant.schema_name)
                Domain.objects.filter(tenant=tenant).delete()
                Tenant.objects.filter(pk=tenant.pk)._raw_delete("default")
    to_raw = median(opened) / median(raw)
    to_migrations = migrated / median(opened)
    with capsys.disabled():
        print(
            f"\n开通一个租户 {median(opened) * 1000:.0f} ms，模板重放 {median(raw) * 1000:.0f} ms，"
            f"迁移 {migrated * 1000:.0f} ms：重放的 {to_raw:.2f} 倍，比迁移快 {to_migrations:.0f} 倍"
        )
    assert to_raw <= 2
    assert to_migrations >= 20
