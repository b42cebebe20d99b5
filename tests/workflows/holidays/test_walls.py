"""The database keeps a tenant's moved dates from its neighbours, and what was applied as it was."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from tenants.gateway import visiting
from tenants.models import Tenant
from tests.workflows.holidays.conftest import CLERK
from workflows.holidays import actions
from workflows.holidays.models import Draft, MovedDate

pytestmark = pytest.mark.django_db


def run(tenant: Tenant, sql: str) -> int:
    with visiting(tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


def test_moved_dates_are_seen_by_their_tenant_and_the_city_alone(
    projects: dict[str, list[str]],
    applied: Callable[..., Draft],
    city: Tenant,
    zhungeer: Tenant,
    dalate: Tenant,
) -> None:
    applied()
    for table in ("holidays_moveddate", "holidays_visit"):
        of_zhungeer = f"SELECT * FROM {table} WHERE owner = 't_zhungeer'"
        assert run(zhungeer, of_zhungeer) == run(city, of_zhungeer) > 0
        assert run(dalate, of_zhungeer) == 0
        assert run(dalate, f"SELECT * FROM {table}") > 0
        assert run(dalate, f"SELECT * FROM {table} WHERE owner <> 't_dalate'") == 0
    connection.set_schema_to_public()
    assert not MovedDate.objects.exists()


def test_nobody_writes_in_anothers_name(
    projects: dict[str, list[str]], applied: Callable[..., Draft], zhungeer: Tenant, dalate: Tenant
) -> None:
    draft = applied()
    with visiting(zhungeer):
        row = MovedDate.objects.filter(draft=draft).first()
    assert row is not None
    row.pk = None
    with (
        visiting(dalate),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        row.save(force_insert=True)
    with (
        visiting(dalate),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        Draft.objects.create(
            owner="t_city",
            owner_name="鄂尔多斯市",
            content=draft.content,
            created_at="2026-01-01T00:00Z",
        )
    assert run(dalate, "UPDATE holidays_draft SET state = 'discarded'") == 0


def test_the_record_of_an_applied_notice_is_never_changed(
    projects: dict[str, list[str]], applied: Callable[..., Draft], city: Tenant, zhungeer: Tenant
) -> None:
    applied()
    deleted = "DELETE FROM holidays_moveddate WHERE phase = '{}'"
    assert run(zhungeer, deleted.format("applied")) == 0
    assert run(zhungeer, deleted.format("preview")) > 0
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(zhungeer, "UPDATE holidays_moveddate SET after_on = NULL")
    assert run(city, "UPDATE holidays_draft SET closed_by = 'x'") == 0


def test_an_open_draft_is_its_owners_to_change(
    kept: Callable[..., Draft], city: Tenant, zhungeer: Tenant
) -> None:
    draft = kept()
    changed = f"UPDATE holidays_draft SET source_url = '' WHERE id = {draft.pk}"
    assert run(zhungeer, changed) == 0
    assert run(city, changed) == 1
    with visiting(city):
        actions.discard(draft_id=draft.pk, version=1, actor=CLERK)
    assert run(city, changed) == 0


@pytest.mark.parametrize("table", ["holidays_draft", "holidays_visit", "holidays_moveddate"])
def test_no_tenant_empties_a_table_past_its_walls(zhungeer: Tenant, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(zhungeer, f"TRUNCATE {table} CASCADE")
    if table != "holidays_moveddate":
        with pytest.raises(ProgrammingError, match="permission denied"):
            run(zhungeer, f"DELETE FROM {table}")
