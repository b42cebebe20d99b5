"""States of a receiver and of a delivery, and when a failed delivery is tried again."""

from datetime import timedelta

from django.db import models

from kernel.moves import Moves, Step
from kernel.refusal import Refused


class Channel(models.TextChoices):
    WEBHOOK = "webhook", "系统接口"
    MAIL = "mail", "电子邮件"
    ROBOT = "robot", "群机器人"


class ReceiverState(models.TextChoices):
    ACTIVE = "active", "在用"
    PAUSED = "paused", "暂停"
    CLOSED = "closed", "停用"


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "待发送"
    SENT = "sent", "已送达"
    STUCK = "stuck", "已搁置"
    DROPPED = "dropped", "不再发送"


class OutboxRefused(Refused):
    """This can't be done in the outbox; the text is for the clerk."""


#: What an office may do with a receiver.
RECEIVER_MOVES = Moves(
    (
        Step("pause", "暂停", frozenset({ReceiverState.ACTIVE}), ReceiverState.PAUSED),
        Step(
            "resume",
            "恢复",
            frozenset({ReceiverState.PAUSED, ReceiverState.CLOSED}),
            ReceiverState.ACTIVE,
        ),
        Step(
            "close",
            "停用",
            frozenset({ReceiverState.ACTIVE, ReceiverState.PAUSED}),
            ReceiverState.CLOSED,
        ),
    ),
    of="这个收件方",
    states=ReceiverState,
    refused=OutboxRefused,
)

#: How long after each failure the next attempt comes; after the last one the delivery has failed for good.
BACKOFF = tuple(
    timedelta(seconds=seconds)
    for seconds in (30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
)
#: How long a worker holds a receiver; longer than any attempt takes.
LEASE = timedelta(seconds=90)
#: How long what was delivered is kept for looking at.
KEPT = timedelta(days=90)
#: How long after a change of the secret the one before still signs as well.
OLD_SECRET_SIGNS = timedelta(hours=24)
