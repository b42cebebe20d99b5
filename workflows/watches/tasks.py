"""The sweep (巡检): notices deadlines. It may run late, twice or never; no date hangs on it."""

from celery import shared_task
from django.utils import timezone

from tenants.tasks import to_every_tenant
from workflows.watches.actions import notice


@shared_task
def sweep() -> int:
    """Send one `sweep_tenant` for each open tenant; returns how many. Runs in the shared schema."""
    return to_every_tenant(sweep_tenant)


@shared_task
def sweep_tenant() -> int:
    """Notice what is due in the tenant as of today; returns how many alerts are new."""
    noticed, _ = notice(on=timezone.localdate(), at=timezone.now())
    return noticed
