"""Put on the way (投递): written in the cause's own transaction, or not at all."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from secrets import token_urlsafe
from typing import Any, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from kernel.outbox.lifecycle import ReceiverState
from kernel.outbox.models import Delivery, Receiver
from kernel.outbox.topics import Topic


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``key`` names it: telling it twice sends it once. ``url`` is an address in this
    console; ``departments`` are the units it concerns."""

    key: str
    words: str
    url: str
    data: Mapping[str, Any]
    departments: frozenset[str] = frozenset()


def emit(topic: Topic, events: Iterable[Event], *, at: datetime) -> int:
    """Put events on the way to everyone subscribed to ``topic``; returns how many messages that makes.

    A receiver that asked for one unit's events gets no other's. One query where nobody is subscribed.
    """
    subscribed = list(
        Receiver.objects.exclude(state=ReceiverState.CLOSED)
        .filter(topics__contains=[topic.name])
        .order_by("pk")
    )
    if not subscribed:
        return 0
    pairs = [
        (receiver, event)
        for event in events
        for receiver in subscribed
        if not receiver.department_code or receiver.department_code in event.departments
    ]
    return put(pairs, topic, at=at)


def put(pairs: Collection[tuple[Receiver, Event]], topic: Topic, *, at: datetime) -> int:
    """Put each event on the way to its receiver; returns how many."""
    tenant = cast("Any", connection).tenant
    Delivery.objects.bulk_create(
        (
            Delivery(
                receiver=receiver,
                token=f"msg_{token_urlsafe(18)}",
                topic=topic.name,
                key=event.key[:160],
                words=event.words[:300],
                url=tenant.url(event.url)[:300] if event.url else "",
                body=_body(topic, event, tenant.slug, at),
                next_at=at,
                at=at,
            )
            for receiver, event in pairs
        ),
        ignore_conflicts=True,
    )
    for receiver_id in {receiver.pk for receiver, _ in pairs}:
        wake(receiver_id)
    return len(pairs)


def _body(topic: Topic, event: Event, tenant: str, at: datetime) -> str:
    told = {"type": topic.name, "timestamp": at, "tenant": tenant, "data": event.data}
    return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False)


def wake(receiver_id: int) -> None:
    """Send what waits for the receiver once the transaction is through. A queue that is down loses nothing: the
    sweep sends what is still waiting."""
    from kernel.outbox.tasks import deliver  # noqa: PLC0415 -- the task sends what is written here

    transaction.on_commit(partial(deliver.delay, receiver_id), robust=True)
