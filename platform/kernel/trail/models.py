"""One row for each thing done or refused; the database lets nobody change or delete it."""

from django.db import models


class Outcome(models.TextChoices):
    DONE = "done", "已办"
    REFUSED = "refused", "拒绝"


class TrailEntry(models.Model):
    """A line of the trail. ``digest`` covers the line and the digest before it."""

    number = models.PositiveBigIntegerField("序号", unique=True)
    at = models.DateTimeField("时间", db_index=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField("人员", max_length=40)
    actor_role = models.CharField("角色", max_length=20, blank=True)
    action = models.CharField("动作", max_length=60)
    subject = models.CharField("对象", max_length=200, db_index=True)
    summary = models.CharField("摘要", max_length=500)
    outcome = models.CharField("结果", max_length=8, choices=Outcome)
    detail = models.JSONField(default=dict)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "留痕"
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="trail_outcome"
            )
        ]

    def __str__(self) -> str:
        return self.summary
