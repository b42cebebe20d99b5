"""The nightly reconciliation (夜间对账), also run on demand."""

from celery import shared_task

from tenants.rollup.reconcile import reconcile, repair
from tenants.tasks import to_every_tenant


@shared_task
def reconcile_all() -> None:
    """Send one reconciliation to each open tenant: one that fails holds up nobody else's."""
    to_every_tenant(reconcile_one)


@shared_task
def reconcile_one() -> None:
    """Reconcile the tenant the message was sent for."""
    reconcile()


@shared_task
def repair_one() -> int:
    """Put the rows of the tenant the message was sent for right; how many differed."""
    return repair()
