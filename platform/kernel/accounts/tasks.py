"""Nightly housekeeping of sign-ins."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def clear_sessions() -> None:
    """Delete sessions that have run out; they let nobody in, they only take room."""
    call_command("clearsessions")
