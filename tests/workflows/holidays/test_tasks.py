"""What is not through is sent again by beat, to the tenants it is waiting for and to no others."""

from collections.abc import Callable

import pytest
from django.conf import settings

from tenants.gateway import visiting
from tenants.models import Tenant
from tests.workflows.holidays.conftest import CLERK, TODAY
from workflows.holidays import actions, tasks
from workflows.holidays.models import Draft

pytestmark = pytest.mark.django_db


def test_beat_sends_it_in_the_shared_schema() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["resume-holidays"]
    assert entry["task"] == tasks.resume.name
    assert entry["options"] == {"headers": {"lianshen_schema": "public"}}


def test_each_tenant_that_is_not_through_gets_one_message(
    kept: Callable[..., Draft], city: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(
        tasks.visit_tenant,
        "apply_async",
        lambda args, headers, **_: sent.append(headers["lianshen_schema"]),
    )
    draft = kept()
    assert tasks.resume.run() == 0, "nobody asked for a preview yet"
    with visiting(city):
        actions.begin_preview(draft_id=draft.pk, version=1, on=TODAY, actor=CLERK)
    assert tasks.resume.run() == len(sent) == Tenant.objects.filter(ready=True).count()
    assert {"t_city", "t_zhungeer", "t_dalate"} <= set(sent)


def test_a_tenant_opened_after_the_preview_is_asked_before_applying(
    previewed: Callable[..., Draft], city: Tenant, dalate: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    Tenant.objects.filter(pk=dalate.pk).update(ready=False)
    draft = previewed()
    assert "t_dalate" not in draft.tenants
    Tenant.objects.filter(pk=dalate.pk).update(ready=True)
    with visiting(city), pytest.raises(actions.DraftRefused, match="新开通了1个单位"):
        actions.apply(draft_id=draft.pk, version=1, run=1, on=TODAY, actor=CLERK)


def test_a_finished_draft_is_sent_to_nobody(applied: Callable[..., Draft]) -> None:
    draft = applied()
    assert draft.finished_at is not None
    assert tasks.resume.run() == 0
