"""The sweep visits every open tenant."""

import pytest
import time_machine
from django.conf import settings
from django.db import connection

from tenants.models import Tenant
from workflows.projects.models import Project
from workflows.watches import tasks
from workflows.watches.models import Alert

pytestmark = pytest.mark.django_db


def test_the_sweep_of_a_tenant_notices_as_of_today(project: Project) -> None:
    with time_machine.travel("2026-03-02 09:00+08:00", tick=False):
        assert tasks.sweep_tenant.run() == Alert.objects.count() > 0
        assert tasks.sweep_tenant.run() == 0


def test_beat_sends_the_sweep_in_the_shared_schema() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["notice-deadlines"]
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
