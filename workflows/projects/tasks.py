"""Background work of the project list (后台办理)."""

from celery import shared_task

from tenants.gateway import ready_tenants, visiting
from workflows.projects.batches import work_through
from workflows.projects.models import Batch

RESUMED_EVERY = 10 * 60  # seconds; a message nobody took by then has a successor


@shared_task(name="projects.work_through_batch")
def work_through_batch(batch_id: int) -> None:
    """Do what a batch still has waiting; may be sent and delivered any number of times."""
    work_through(Batch.objects.get(pk=batch_id))


@shared_task(name="projects.resume_batches")
def resume_batches() -> int:
    """Send every unfinished batch of every tenant again; how many. A batch that runs gets a helper."""
    sent = 0
    for tenant in ready_tenants():
        with visiting(tenant):
            for batch in Batch.objects.filter(finished_at=None).order_by("pk"):
                work_through_batch.apply_async([batch.pk], expires=RESUMED_EVERY)
                sent += 1
    return sent
