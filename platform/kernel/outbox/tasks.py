"""The worker that empties the outbox, one receiver at a time, and the sweep that wakes it."""

from celery import shared_task
from django.utils import timezone

from kernel.outbox import actions, channels, queries

#: So many a run; the rest goes to the end of the queue, so that a flood for one receiver holds up nobody.
AT_A_TIME = 100
#: A retry that is due sooner than the next sweep is sent for at once.
SWEPT_EVERY = 600


@shared_task(ignore_result=True)
def deliver(receiver_id: int) -> int:
    """Send what is due to the receiver, oldest first; returns how many went out."""
    sent = 0
    for _ in range(AT_A_TIME):
        begun = timezone.now()
        claimed = actions.claim(receiver_id, at=begun)
        if claimed is None:
            return sent
        outcome = channels.send(claimed, at=begun)
        wait = actions.settle(claimed, outcome, begun=begun, at=timezone.now())
        sent += outcome.came is channels.Came.DELIVERED
        if wait and wait.total_seconds() < SWEPT_EVERY:
            deliver.apply_async([receiver_id], countdown=wait.total_seconds() + 1)
    deliver.delay(receiver_id)
    return sent


@shared_task
def sweep_tenant() -> int:
    """Wake the worker for every receiver something is due to: after a killed worker or a lost queue."""
    due = queries.receivers_due(timezone.now())
    for receiver_id in due:
        deliver.apply_async([receiver_id], expires=SWEPT_EVERY)
    return len(due)


@shared_task
def forget_tenant() -> int:
    """Forget what was delivered long ago; returns how many."""
    return actions.forget(at=timezone.now())
