"""See notices (知悉), and forget those everybody has long seen."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from kernel.notices.models import Notice, Seen

KEPT = timedelta(days=366)


def see(notice_ids: Iterable[int], *, user_id: int, at: datetime) -> int:
    """Mark the notices as seen by a person; returns how many were new to them."""
    ids = set(notice_ids)
    before = Seen.objects.filter(notice__in=ids, user_id=user_id).count()
    Seen.objects.bulk_create(
        (Seen(notice_id=pk, user_id=user_id, at=at) for pk in ids), ignore_conflicts=True
    )
    return len(ids) - before


def forget(*, at: datetime) -> int:
    """Delete notices older than a year that somebody has seen; returns how many."""
    seen = Seen.objects.filter(notice=OuterRef("pk"))
    _, deleted = Notice.objects.filter(Exists(seen), at__lt=at - KEPT).delete()
    return deleted.get("notices.Notice", 0)
