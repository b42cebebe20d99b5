"""The sweep of the cycles (提醒巡检): tells who has to know. It may run late, twice or never."""

from celery import shared_task
from django.utils import timezone

from tenants.tasks import to_every_tenant
from workflows.annual.actions import remind


@shared_task
def sweep() -> int:
    """Send one `sweep_tenant` for each open tenant; returns how many. Runs in the shared schema."""
    return to_every_tenant(sweep_tenant)


@shared_task
def sweep_tenant() -> int:
    """Remind whoever has to know in the tenant as of today; returns how many were told."""
    return remind(on=timezone.localdate(), at=timezone.now())
