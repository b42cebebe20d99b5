"""A batch whose worker was killed, or whose message was lost with the queue, is taken up by beat."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.projects import batches, queries, tasks
from workflows.projects.lifecycle import State
from workflows.projects.models import Batch, Project

pytestmark = pytest.mark.django_db


def test_an_unfinished_batch_is_taken_up_in_its_own_tenant(
    here: Tenant, called: list[Any], commenting: Callable[..., Project]
) -> None:
    for n in range(3):
        commenting(name=f"项目{n}（示例）")
    batch = batches.begin(move="confirm", year=2026, on=date(2025, 11, 1), actor=Actor(1, "某"))

    connection.set_schema_to_public()
    assert tasks.resume_batches.run() == 1
    assert tasks.resume_batches.run() == 0

    with visiting(here):
        assert queries.tally(2026).of(State.CONFIRMED) == 3
        assert Batch.objects.get(pk=batch.pk).finished_at is not None
    assert len(called) == 3


def test_beat_sends_it_in_the_shared_schema() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["resume-batches"]
    assert entry["task"] == tasks.resume_batches.name
    assert entry["options"] == {"headers": {"lianshen_schema": "public"}}
