"""Questions to the outbox: what is on its way, what is stuck, and to whom."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from kernel.outbox.lifecycle import DeliveryState, ReceiverState
from kernel.outbox.models import Delivery, Receiver


def deliveries() -> QuerySet[Delivery]:
    """All of them, the newest first, without their bodies."""
    return Delivery.objects.select_related("receiver").defer("body").order_by("-pk")


def narrowed(rows: QuerySet[Delivery], chosen: Mapping[str, Any]) -> QuerySet[Delivery]:
    """Those that fit a cleaned `DeliveryFilter`."""
    if words := chosen.get("q"):
        rows = rows.filter(Q(words__icontains=words) | Q(token=words))
    for name in ("state", "receiver", "topic"):
        if value := chosen.get(name):
            rows = rows.filter(**{name: value})
    return rows


def receivers() -> QuerySet[Any]:
    """Everyone, with ``waiting``, ``stuck``, ``sent`` and ``last_at`` (the last that arrived)."""
    return Receiver.objects.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=DeliveryState.WAITING)),
        stuck=Count("deliveries", filter=Q(deliveries__state=DeliveryState.STUCK)),
        sent=Count("deliveries", filter=Q(deliveries__state=DeliveryState.SENT)),
        last_at=Max("deliveries__sent_at"),
    ).order_by("state", "name")


def counts() -> dict[str, int]:
    """How many are in each state; one query."""
    rows = Delivery.objects.order_by().values_list("state").annotate(n=Count("pk"))
    return dict(rows)


def in_trouble() -> int:
    """How many receivers are paused or have something set aside; one query."""
    stuck = Delivery.objects.filter(receiver=OuterRef("pk"), state=DeliveryState.STUCK)
    return Receiver.objects.filter(Q(state=ReceiverState.PAUSED) | Exists(stuck)).count()


def receivers_due(at: datetime) -> list[int]:
    """Receivers in use whose oldest waiting delivery may be due at ``at``; one query."""
    due = Delivery.objects.filter(
        state=DeliveryState.WAITING, next_at__lte=at, receiver__state=ReceiverState.ACTIVE
    )
    return list(due.order_by("receiver_id").values_list("receiver_id", flat=True).distinct())
