"""The database backend keeps a connection inside one tenant's schema."""

import pytest
from django.db import connection, transaction

from tenants.backend.base import SchemaSwitchInTransaction
from tenants.gateway import visiting
from tenants.models import Tenant


def schema_now() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def test_the_schema_is_not_switched_inside_a_transaction(zhungeer: Tenant, dalate: Tenant) -> None:
    with (
        visiting(zhungeer),
        transaction.atomic(),
        pytest.raises(SchemaSwitchInTransaction),
        visiting(dalate),
    ):
        pass


def test_visiting_the_same_schema_inside_a_transaction_is_no_switch(zhungeer: Tenant) -> None:
    with visiting(zhungeer), transaction.atomic(), visiting(zhungeer):
        assert schema_now() == "t_zhungeer"


def test_a_callback_runs_in_the_schema_it_was_registered_in(
    own_tenant: Tenant, django_db_blocker: pytest.FixtureRequest
) -> None:
    ran_in = []
    city = Tenant.objects.get(slug="city")
    with visiting(city):
        with visiting(own_tenant), transaction.atomic():
            transaction.on_commit(lambda: ran_in.append(schema_now()))
        assert ran_in == ["t_temporary"]


def test_a_late_callback_still_finds_its_schema(zhungeer: Tenant, dalate: Tenant) -> None:
    ran_in: list[str] = []
    with visiting(zhungeer):
        transaction.on_commit(lambda: ran_in.append(schema_now()))
    callback = connection.run_on_commit.pop()[1]
    with visiting(dalate):
        callback()
        assert schema_now() == "t_dalate"
    assert ran_in == ["t_zhungeer"]


def test_the_search_path_survives_a_rollback(zhungeer: Tenant) -> None:
    with visiting(zhungeer):
        with pytest.raises(RuntimeError), transaction.atomic():
            assert schema_now() == "t_zhungeer"
            raise RuntimeError
        assert schema_now() == "t_zhungeer"


def test_the_search_path_is_sent_once_a_switch(
    zhungeer: Tenant, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    with visiting(zhungeer):
        schema_now()
        with django_assert_num_queries(2):
            schema_now()
            schema_now()


def test_the_application_role_is_no_superuser_and_bound_by_the_walls(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)
