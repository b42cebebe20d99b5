"""Questions to the notices: what was told to a member, and what they have not seen."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from kernel.notices.models import Notice, Seen

if TYPE_CHECKING:
    from kernel.accounts.models import Membership

#: More than so many not seen are counted no further.
MOST = 100


def told_to(membership: "Membership") -> QuerySet[Any]:
    """Notices whose audience the member belongs to, newest first, each with ``unseen``."""
    seen = Seen.objects.filter(notice=OuterRef("pk"), user_id=membership.user_id)
    audience = (
        Q(role__in=["", membership.role])
        & Q(department_code__in=["", membership.department_code])
        & (Q(user_id=None) | Q(user_id=membership.user_id))
    )
    since = timezone.make_aware(datetime.combine(membership.from_on, time.min))
    return (
        Notice.objects.filter(audience, at__gte=since)
        .annotate(unseen=~Exists(seen))
        .order_by("-at", "-pk")
    )


def narrowed(notices: QuerySet[Any], chosen: Mapping[str, Any]) -> QuerySet[Any]:
    """Those that fit a cleaned `NoticeFilter`."""
    if words := chosen.get("q"):
        notices = notices.filter(text__icontains=words)
    if room := chosen.get("room"):
        notices = notices.filter(room=room)
    if chosen.get("seen"):
        notices = notices.filter(unseen=chosen["seen"] == "no")
    return notices


def unseen_count(request: HttpRequest) -> int:
    """For the bar of every page: what the member has not seen, `MOST` at most; one query."""
    membership: Membership = request.membership  # type: ignore[attr-defined]
    return told_to(membership).filter(unseen=True).order_by()[:MOST].count()
