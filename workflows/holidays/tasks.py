"""Background work of the holiday notices (后台推算): one message a tenant, sent again until it is done."""

from celery import shared_task
from django.utils import timezone

from tenants.gateway import ready_tenants, visiting
from tenants.tasks import HEADER
from workflows.holidays import actions, queries
from workflows.holidays.visiting import work_through

RESUMED_EVERY = 10 * 60  # seconds; a message nobody took by then has a successor


@shared_task(name="holidays.visit_tenant")
def visit_tenant(draft_id: int) -> None:
    """Take this tenant through a draft; may be sent and delivered any number of times."""
    work_through(draft_id, on=timezone.localdate())


@shared_task(name="holidays.resume")
def resume() -> int:
    """Send every pass that is not through, of every draft; how many. Runs in the shared schema.

    Which are through is asked where the draft's owner is, who sees them all.
    """
    tenants = {tenant.schema_name: tenant for tenant in ready_tenants()}
    sent = 0
    for draft in queries.open_drafts():
        if draft.owner not in tenants:  # what a tenant began waits until it is open again
            continue
        with visiting(tenants[draft.owner]):
            waiting = queries.waiting(draft)
            if not waiting:
                actions.conclude(draft_id=draft.pk, at=timezone.now())
        for schema in waiting:
            if schema in tenants:
                visit_tenant.apply_async(
                    [draft.pk], headers={HEADER: schema}, expires=RESUMED_EVERY
                )
                sent += 1
    return sent
