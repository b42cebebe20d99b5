"""The sweep (巡检): keeps stored dates fresh. It may run late, twice or never; pages read the clock."""

from celery import shared_task
from django.utils import timezone

from tenants.tasks import to_every_tenant
from workflows.procedures.actions import rebuild_caches


@shared_task
def sweep() -> int:
    """Send one `sweep_tenant` for each open tenant; returns how many. Runs in the shared schema."""
    return to_every_tenant(sweep_tenant)


@shared_task
def sweep_tenant() -> int:
    """Rebuild the tenant's stored dates as of today; returns how many procedures changed."""
    return rebuild_caches(timezone.localdate())
