"""Background work runs in the schema it was sent from, or not at all."""

import pytest
from django.db import connection

from config.celery import app
from tenants.gateway import visiting
from tenants.models import Tenant
from tenants.tasks import HEADER, NoTenant


@app.task(name="tests.where_am_i")
def where_am_i() -> str:
    return str(connection.schema_name)


def test_a_task_runs_in_the_schema_it_was_sent_from(zhungeer: Tenant) -> None:
    with visiting(zhungeer):
        sent = where_am_i.delay()
    assert sent.get() == "t_zhungeer"


def test_a_task_for_a_tenant_that_is_not_ready_is_refused(zhungeer: Tenant) -> None:
    Tenant.objects.filter(pk=zhungeer.pk).update(ready=False)
    with pytest.raises(NoTenant, match="t_zhungeer"):
        where_am_i.apply_async(headers={HEADER: "t_zhungeer"})


def test_a_task_without_its_tenant_is_refused() -> None:
    with pytest.raises(NoTenant, match="without its tenant"):
        where_am_i()


def test_what_follows_a_task_runs_in_its_schema_too(zhungeer: Tenant) -> None:
    ran_in: list[str] = []

    @app.task(name="tests.note_where")
    def note_where() -> None:
        ran_in.append(str(connection.schema_name))

    headers = {HEADER: "t_zhungeer"}
    where_am_i.apply_async(headers=headers, link=note_where.si())
    assert ran_in == ["t_zhungeer"]
    rest = [note_where.si(), dict(note_where.si())]  # a worker that reads a message gets a dict
    where_am_i.apply_async(headers=headers, chain=rest)
    assert [later["options"]["headers"] for later in rest] == [headers, headers]
