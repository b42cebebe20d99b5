"""The sweep (巡检): keeps stored dates fresh. It may run late, twice or never; pages read the clock."""

from celery import shared_task
from django.utils import timezone

from tenants.gateway import ready_tenants
from tenants.tasks import HEADER
from workflows.procedures.actions import rebuild_caches


@shared_task
def sweep() -> int:
    """Send one `sweep_tenant` for each open tenant; returns how many. Runs in the shared schema."""
    tenants = ready_tenants()
    for tenant in tenants:
        sweep_tenant.apply_async(headers={HEADER: tenant.schema_name})
    return len(tenants)


@shared_task
def sweep_tenant() -> int:
    """Rebuild the tenant's stored dates as of today; returns how many procedures changed."""
    return rebuild_caches(timezone.localdate())
