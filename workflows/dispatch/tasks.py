"""The schedule of the dispatch (半月编制): may run late, twice or never; the next working day catches up."""

from celery import shared_task
from django.utils import timezone

from tenants.tasks import to_every_tenant
from workflows.dispatch import actions


@shared_task
def sweep() -> int:
    """Send one `prepare_tenant` for each open tenant; returns how many. Runs in the shared schema."""
    return to_every_tenant(prepare_tenant)


@shared_task
def prepare_tenant() -> bool:
    """Compile the report of the period that has ended, if it is due and not there; whether it was."""
    return actions.prepare(on=timezone.localdate(), at=timezone.now()) is not None
