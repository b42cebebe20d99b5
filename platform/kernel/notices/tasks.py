"""Notices do not pile up (清理): a sweep of every tenant's."""

from celery import shared_task
from django.utils import timezone

from kernel.notices.actions import forget


@shared_task
def forget_tenant() -> int:
    """Forget old notices of the tenant; returns how many."""
    return forget(at=timezone.now())
