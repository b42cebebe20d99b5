"""Background work of the project list (后台办理)."""

from celery import shared_task

from workflows.projects.batches import work_through
from workflows.projects.models import Batch


@shared_task(name="projects.work_through_batch")
def work_through_batch(batch_id: int) -> None:
    """Do what a batch still has waiting; may be sent and delivered any number of times."""
    work_through(Batch.objects.get(pk=batch_id))
