"""The sweep (督办巡检): raises what is due. It may run late, twice or never; it catches up."""

from celery import shared_task
from django.utils import timezone

from tenants.tasks import to_every_tenant
from workflows.supervision import actions


@shared_task
def sweep() -> int:
    """Send one `sweep_tenant` for each open tenant; returns how many. Runs in the shared schema."""
    return to_every_tenant(sweep_tenant)


@shared_task
def sweep_tenant() -> int:
    """Chase what is due in the tenant as of today; returns how many stages were raised."""
    return actions.sweep(on=timezone.localdate(), at=timezone.now())
