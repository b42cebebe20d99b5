"""Nobody sends a form again after a month (清理)."""

from celery import shared_task
from django.utils import timezone

from kernel.once.sending import forget


@shared_task
def forget_tenant() -> int:
    """Forget what the tenant's old forms have done; returns how many."""
    return forget(at=timezone.now())
