"""The sweep visits every open tenant, and supervision hears who owes an answer."""

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.conf import settings
from django.db import connection

from kernel.notices.models import Notice
from tenants.models import Tenant
from tests.workflows.annual.conftest import said, step
from workflows.annual import tasks
from workflows.annual.duties import REPLIES
from workflows.annual.models import Cycle
from workflows.projects.models import Project
from workflows.supervision.duties import sources

pytestmark = pytest.mark.django_db
Made = Callable[..., Project]


def test_the_sweep_of_a_tenant_reminds_as_of_today_and_is_quiet_on_a_rest_day(
    cycle: Cycle,
) -> None:
    with time_machine.travel("2026-08-30 09:00+08:00", tick=False):  # a Sunday
        assert tasks.sweep_tenant.run() == 0
    with time_machine.travel("2026-08-31 09:00+08:00", tick=False):
        assert tasks.sweep_tenant.run() == Notice.objects.count() == 1
        assert tasks.sweep_tenant.run() == 0


def test_beat_sends_the_sweep_in_the_shared_schema() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["remind-annual"]
    assert entry["task"] == tasks.sweep.name
    assert entry["options"] == {"headers": {"lianshen_schema": "public"}}


def test_the_sweep_sends_one_task_for_each_open_tenant(
    city: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(
        tasks.sweep_tenant, "apply_async", lambda headers: sent.append(headers["lianshen_schema"])
    )
    connection.set_schema_to_public()
    assert tasks.sweep.run() == len(sent) == Tenant.objects.filter(ready=True).count()


def test_an_answer_owed_is_a_duty_until_it_is_given(cycle: Cycle, project: Made) -> None:
    assert REPLIES in sources()
    there = [step(project(n), "send_for_comment", date(2026, 10, 9)) for n in (1, 2)]
    assert REPLIES.open_until(date(2026, 10, 22)) == []
    duties = {duty.department_code: duty for duty in REPLIES.open_until(date(2026, 10, 23))}
    assert set(duties) == {"gxj", "yjj", "zrzy", "sthj"}
    owed = duties["sthj"]
    assert (owed.due_on, owed.title) == (
        date(2026, 10, 23),
        "回复征求意见（2个项目，未回复不算同意）",
    )
    said(there[0], "sthj", "agree", date(2026, 10, 12))
    assert REPLIES.still_open([owed.key]) == {owed.key}
    said(there[1], "sthj", "agree", date(2026, 10, 12))
    assert REPLIES.still_open([owed.key, duties["gxj"].key]) == {duties["gxj"].key}
