"""Verbs of the outbox: keep receivers, take a delivery in hand, settle it, try again, give up."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from kernel.outbox import signing
from kernel.outbox.channels import Came, Outcome
from kernel.outbox.emitting import Event, put, wake
from kernel.outbox.lifecycle import (
    BACKOFF,
    KEPT,
    LEASE,
    OLD_SECRET_SIGNS,
    RECEIVER_MOVES,
    DeliveryState,
    OutboxRefused,
    ReceiverState,
)
from kernel.outbox.models import Attempt, Delivery, Receiver
from kernel.outbox.topics import PING
from kernel.trail import SYSTEM, Actor, record

# Receivers ---------------------------------------------------------------------------------------


@transaction.atomic
def add_receiver(*, at: datetime, actor: Actor, **facts: Any) -> Receiver:
    """Put a receiver on file. Raises `OutboxRefused` where the name is taken."""
    receiver = Receiver(secret_at=at, made_at=at, made_by=actor.name, **facts)
    _save(receiver)
    _record(receiver, "add", f"登记收件方，{receiver.get_channel_display()}", actor, facts)
    return receiver


@transaction.atomic
def change_receiver(pk: int, *, actor: Actor, **facts: Any) -> Receiver:
    """Change name, address, topics or unit. What is on its way goes to the new address."""
    receiver = _locked(pk)
    for name, value in facts.items():
        setattr(receiver, name, value)
    _save(receiver)
    _record(receiver, "change", "修改收件方", actor, facts)
    return receiver


@transaction.atomic
def move_receiver(pk: int, *, name: str, at: datetime, actor: Actor, why: str = "") -> Receiver:
    """Pause, resume or close. While paused everything is kept; closed, what still waits is given up."""
    receiver = _locked(pk)
    move = RECEIVER_MOVES.take(receiver.state, name)
    target = move.target
    receiver.state, receiver.paused_why = target, why if target == ReceiverState.PAUSED else ""
    receiver.save(update_fields=["state", "paused_why"])
    waiting = receiver.deliveries.filter(state=DeliveryState.WAITING)
    if target == ReceiverState.CLOSED:
        waiting.update(state=DeliveryState.DROPPED, last_error="收件方已停用")
    if target == ReceiverState.ACTIVE:
        waiting.update(next_at=at, attempts=0)
        wake(receiver.pk)
    _record(receiver, name, f"{move.label}收件方{'：' + why if why else ''}", actor)
    return receiver


@transaction.atomic
def change_secret(pk: int, *, at: datetime, actor: Actor) -> Receiver:
    """A new signing secret; for a day the one before signs as well, and no third one comes meanwhile."""
    receiver = _locked(pk)
    if signing.both_sign(receiver, at=at):
        until = timezone.localtime(receiver.secret_at + OLD_SECRET_SIGNS)
        raise OutboxRefused(
            f"签名密钥不到一天前刚换过，旧密钥还在同时签名，{until:%m月%d日 %H:%M} 以后才能再换。"
            "如果新密钥也已泄露，请停用这个收件方，另登记一个。"
        )
    receiver.secret_number += 1
    receiver.secret_at = at
    receiver.save(update_fields=["secret_number", "secret_at"])
    _record(receiver, "secret", f"更换签名密钥，第 {receiver.secret_number} 把", actor)
    return receiver


@transaction.atomic
def ping(pk: int, *, at: datetime, actor: Actor) -> None:
    """Put a test message on the way."""
    receiver = _locked(pk)
    if receiver.state != ReceiverState.ACTIVE:
        raise OutboxRefused(
            f"收件方“{receiver.name}”现为“{receiver.get_state_display()}”，请先恢复再发测试消息。"
        )
    event = Event(f"ping:{at.isoformat()}", PING.sample["text"], "", PING.sample)
    put([(receiver, event)], PING, at=at)
    _record(receiver, "ping", "发测试消息", actor)


# Deliveries --------------------------------------------------------------------------------------


@transaction.atomic
def retry(pk: int, *, at: datetime, actor: Actor) -> Delivery:
    """Send again now, whatever became of it before; not what has arrived."""
    delivery = _delivery(pk)
    if delivery.state == DeliveryState.SENT:
        raise OutboxRefused(f"“{delivery.words}”已经送达，不重发。")
    _again(Delivery.objects.filter(pk=pk), at)
    wake(delivery.receiver_id)
    _record(delivery.receiver, "retry", f"重发：{delivery.words}", actor)
    return delivery


@transaction.atomic
def retry_all(receiver_id: int, *, at: datetime, actor: Actor) -> int:
    """Send again everything of the receiver that was set aside; returns how many."""
    receiver = _locked(receiver_id)
    count = _again(receiver.deliveries.filter(state=DeliveryState.STUCK), at)
    if count:
        wake(receiver_id)
        _record(receiver, "retry", f"重发搁置的 {count} 条", actor)
    return count


def _again(deliveries: Any, at: datetime) -> int:
    count: int = deliveries.update(state=DeliveryState.WAITING, attempts=0, next_at=at)
    return count


@transaction.atomic
def drop(pk: int, *, why: str, actor: Actor) -> Delivery:
    """Give it up, with a reason."""
    delivery = _delivery(pk)
    if delivery.state not in (DeliveryState.WAITING, DeliveryState.STUCK):
        raise OutboxRefused(f"“{delivery.words}”{delivery.get_state_display()}，不必再停止发送。")
    delivery.state, delivery.last_error = DeliveryState.DROPPED, f"{actor.name}：{why}"[:300]
    delivery.save(update_fields=["state", "last_error"])
    _record(delivery.receiver, "drop", f"不再发送：{delivery.words}。{why}", actor)
    return delivery


def forget(*, at: datetime) -> int:
    """Delete what arrived or was given up long ago, with its attempts; returns how many."""
    done = Q(state__in=(DeliveryState.SENT, DeliveryState.DROPPED), at__lt=at - KEPT)
    _, deleted = Delivery.objects.filter(done).delete()
    return deleted.get("outbox.Delivery", 0)


# Sending: the worker's three steps ---------------------------------------------------------------


@transaction.atomic
def claim(receiver_id: int, *, at: datetime) -> Delivery | None:
    """Take the receiver's oldest waiting delivery in hand, if it is due and nobody else sends to the receiver.

    The claim lapses after `LEASE`, so a worker that was killed holds nothing up; what it was sending goes out again
    with the same token.
    """
    free = Q(busy_until=None) | Q(busy_until__lt=at)
    receiver = (
        Receiver.objects.select_for_update(skip_locked=True)
        .filter(free, pk=receiver_id, state=ReceiverState.ACTIVE)
        .order_by("pk")
        .first()
    )
    if receiver is None:
        return None
    waiting = receiver.deliveries.filter(state=DeliveryState.WAITING)
    oldest = waiting.select_related("receiver").order_by("pk").first()
    if oldest is None or oldest.next_at > at:
        return None
    receiver.busy_until = oldest.receiver.busy_until = at + LEASE
    receiver.save(update_fields=["busy_until"])
    return oldest


@transaction.atomic
def settle(
    claimed: Delivery, outcome: Outcome, *, begun: datetime, at: datetime
) -> timedelta | None:
    """Write down what came of the attempt; returns when to try the same one again, None if not at all.

    Refused is set aside and holds nobody up. Where nobody answers to the last, it is the receiver that fails: it is
    paused, and everything waits for it.
    """
    receiver = Receiver.objects.select_for_update().get(pk=claimed.receiver_id)
    delivery = Delivery.objects.select_for_update(of=("self",)).get(pk=claimed.pk)
    delivered = outcome.came is Came.DELIVERED
    Attempt.objects.create(
        delivery=delivery,
        at=at,
        status=outcome.status,
        milliseconds=max(0, round((at - begun) / timedelta(milliseconds=1))),
        words=outcome.words[:300],
        delivered=delivered,
    )
    if receiver.busy_until != claimed.receiver.busy_until:
        return None  # the claim has lapsed and another worker sends: what came is on record, the rest is theirs
    receiver.busy_until = None
    delivery.attempts += 1
    delivery.last_error = "" if delivered else outcome.words[:300]
    wait = None
    if delivered:
        delivery.state, delivery.sent_at = DeliveryState.SENT, at
    elif delivery.state != DeliveryState.WAITING:
        pass  # given up meanwhile
    elif outcome.came is Came.REFUSED:
        delivery.state = DeliveryState.STUCK
    elif outcome.came is Came.GONE:
        _pause(receiver, outcome.words)
    elif delivery.attempts <= len(BACKOFF):
        wait = max(
            BACKOFF[delivery.attempts - 1], timedelta(seconds=min(outcome.wait or 0, 86_400))
        )
        delivery.next_at = at + wait
    elif outcome.came is Came.UNREACHED:
        _pause(receiver, f"连续 {delivery.attempts} 次{outcome.words}")
    else:
        delivery.state = DeliveryState.STUCK
    delivery.save(update_fields=["state", "attempts", "next_at", "last_error", "sent_at"])
    receiver.save(update_fields=["busy_until", "state", "paused_why"])
    return wait


def _pause(receiver: Receiver, why: str) -> None:
    if receiver.state == ReceiverState.ACTIVE:
        receiver.state, receiver.paused_why = ReceiverState.PAUSED, why[:300]
        _record(receiver, "pause", f"自动暂停收件方：{why}", SYSTEM)


# Inside ------------------------------------------------------------------------------------------


def _locked(pk: int) -> Receiver:
    return Receiver.objects.select_for_update().get(pk=pk)


def _delivery(pk: int) -> Delivery:
    return Delivery.objects.select_for_update(of=("self",)).select_related("receiver").get(pk=pk)


def _save(receiver: Receiver) -> None:
    try:
        with transaction.atomic():
            receiver.save()
    except IntegrityError as taken:
        raise OutboxRefused(
            f"收件方名称“{receiver.name}”已经用过，请换一个，例如加上单位或者用途。"
        ) from taken


def _record(
    receiver: Receiver,
    name: str,
    summary: str,
    actor: Actor,
    detail: Mapping[str, Any] | None = None,
) -> None:
    record(
        actor=actor,
        action=f"outbox.{name}",
        subject=receiver.name,
        summary=summary[:500],
        detail={k: str(v) for k, v in (detail or {}).items() if k != "address"},
    )
