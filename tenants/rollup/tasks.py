"""The nightly reconciliation (夜间对账), also run on demand."""

from celery import shared_task

from tenants.gateway import ready_tenants
from tenants.rollup.reconcile import reconcile
from tenants.tasks import HEADER


@shared_task
def reconcile_all() -> None:
    """Send one reconciliation to each open tenant: one that fails holds up nobody else's."""
    for tenant in ready_tenants():
        reconcile_one.apply_async(headers={HEADER: tenant.schema_name})


@shared_task
def reconcile_one() -> None:
    """Reconcile the tenant the message was sent for."""
    reconcile()
