"""Answers do not pile up (清理)."""

from celery import shared_task
from django.utils import timezone

from workflows.exchange.actions import forget


@shared_task
def forget_tenant() -> int:
    """Forget old answers of the tenant; returns how many."""
    return forget(at=timezone.now())
