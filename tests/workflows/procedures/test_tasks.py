"""The sweep visits every open tenant and may run late, twice or never."""

from datetime import date

import pytest
import time_machine
from django.conf import settings
from django.db import connection

from tenants.models import Tenant
from workflows.procedures import tasks
from workflows.procedures.models import Procedure
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db


def test_the_sweep_of_a_tenant_refreshes_what_days_have_changed(project: Project) -> None:
    with time_machine.travel("2025-12-01 09:00+08:00", tick=False):
        assert tasks.sweep_tenant.run() > 0
        assert tasks.sweep_tenant.run() == 0
    assert Procedure.objects.get(matter_code="A05").expected_on == date(2025, 12, 15)


def test_beat_sends_the_sweep_in_the_shared_schema() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["sweep-procedures"]
    assert entry["task"] == tasks.sweep.name
    assert entry["options"] == {"headers": {"lianshen_schema": "public"}}


def test_the_sweep_sends_one_task_for_each_open_tenant(
    city: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(
        tasks.sweep_tenant,
        "apply_async",
        lambda headers: sent.append(headers["lianshen_schema"]),
    )
    connection.set_schema_to_public()
    assert tasks.sweep.run() == len(sent) == Tenant.objects.filter(ready=True).count()
    assert {"t_city", "t_zhungeer", "t_dalate"} <= set(sent)
