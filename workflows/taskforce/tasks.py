"""Reminders of terms that end (选派期满提醒)."""

from celery import shared_task
from django.utils import timezone

from tenants.tasks import to_every_tenant
from workflows.taskforce import actions


@shared_task
def sweep() -> int:
    """Send one `sweep_tenant` for each open tenant; returns how many. Runs in the shared schema."""
    return to_every_tenant(sweep_tenant)


@shared_task
def sweep_tenant() -> int:
    return actions.remind(on=timezone.localdate(), at=timezone.now())
