"""Receivers outside (收件方), what is on its way to them, and every attempt."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kernel.outbox.lifecycle import Channel, DeliveryState, ReceiverState


class Receiver(models.Model):
    """Somebody outside who is told of some topics: another system, a mailbox, a group's robot.

    One worker at a time sends to it (``busy_until``), oldest first. Its signing secret is derived, never stored:
    ``secret_number`` counts its changes.
    """

    name = models.CharField("名称", max_length=60, unique=True)
    channel = models.CharField("方式", max_length=8, choices=Channel)
    address = models.CharField("地址", max_length=300)
    topics = ArrayField(models.CharField(max_length=40), verbose_name="内容")
    department_code = models.CharField("单位", max_length=10, blank=True)  # empty: of all units
    state = models.CharField(
        "状态", max_length=8, choices=ReceiverState, default=ReceiverState.ACTIVE
    )
    paused_why = models.CharField("暂停原因", max_length=300, blank=True)
    secret_number = models.PositiveIntegerField(default=1)
    secret_at = models.DateTimeField("密钥启用")
    busy_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField("登记时间")
    made_by = models.CharField("登记人", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "收件方"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="receiver_channel"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReceiverState.values), name="receiver_state"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message to one receiver (投递). ``body`` is frozen when it is written; the same ``key`` reaches a
    receiver once, and every attempt carries the same ``token``."""

    receiver = models.ForeignKey(Receiver, models.PROTECT, related_name="deliveries")
    token = models.CharField("消息号", max_length=32, unique=True)
    topic = models.CharField("内容", max_length=40)
    key = models.CharField(max_length=160)
    words = models.CharField("摘要", max_length=300)
    url = models.CharField("位置", max_length=300, blank=True)
    body = models.TextField("报文")
    state = models.CharField(
        "状态", max_length=8, choices=DeliveryState, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    next_at = models.DateTimeField("下次发送")
    last_error = models.CharField("最近一次", max_length=300, blank=True)
    at = models.DateTimeField("产生时间")
    sent_at = models.DateTimeField("送达时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "投递"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENT) | Q(sent_at__isnull=False),
                name="delivery_sent_has_its_moment",
            ),
            models.UniqueConstraint(fields=["receiver", "key"], name="delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["receiver", "id"],
                condition=Q(state=DeliveryState.WAITING),
                name="delivery_waiting",
            ),
            models.Index(fields=["state", "-id"], name="delivery_by_state"),
        ]

    def __str__(self) -> str:
        return self.token


class Attempt(models.Model):
    """One try and what came of it (发送记录)."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries")
    at = models.DateTimeField("时间")
    status = models.PositiveSmallIntegerField("返回码", null=True)
    milliseconds = models.PositiveIntegerField("用时（毫秒）")
    words = models.CharField("结果", max_length=300)
    delivered = models.BooleanField("送达")

    class Meta:
        verbose_name = verbose_name_plural = "发送记录"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.words
