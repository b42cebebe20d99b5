"""Reminders of missing papers (容缺提醒): may run late, twice or never; nothing hangs on it."""

from celery import shared_task
from django.utils import timezone

from tenants.tasks import to_every_tenant
from workflows.deficiency import actions


@shared_task
def sweep() -> int:
    """Send one `sweep_tenant` for each open tenant; returns how many. Runs in the shared schema."""
    return to_every_tenant(sweep_tenant)


@shared_task
def sweep_tenant() -> int:
    return actions.remind(on=timezone.localdate(), at=timezone.now())
