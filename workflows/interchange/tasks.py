"""The nightly check (夜间检查), also run on demand."""

from celery import shared_task
from django.utils import timezone

from workflows.interchange import actions


@shared_task
def check_tenant() -> int:
    """Check the seasons of the tenant the message was sent for; `tenants.tasks.every_tenant` sends them."""
    return actions.check_all(on=timezone.localdate(), at=timezone.now())
