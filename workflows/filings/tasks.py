"""The sweep of the filings (报备提醒). It may run late, twice or never."""

from celery import shared_task
from django.utils import timezone

from workflows.filings.reminding import remind


@shared_task
def remind_tenant() -> int:
    """Remind whoever has to know in the tenant as of today; returns how many messages there are."""
    return remind(on=timezone.localdate(), at=timezone.now())
