"""A draft of what the public is to read, frozen when prepared, released by a second person."""

from django.db import models
from django.db.models import Q

from tenants.registry.models import DisclosureKind
from workflows.disclosure.lifecycle import State


class Draft(models.Model):
    """One prepared disclosure (公开稿). The payload is frozen: what was checked is what goes out."""

    kind = models.CharField("类别", max_length=12, choices=DisclosureKind)
    key = models.CharField("键", max_length=60)
    title = models.CharField("标题", max_length=200)
    payload = models.JSONField("内容")
    digest = models.CharField("摘要值", max_length=64)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PREPARED)
    prepared_at = models.DateTimeField("拟稿时间")
    prepared_by_id = models.BigIntegerField(null=True)
    prepared_by = models.CharField("拟稿人", max_length=40)
    handled_at = models.DateTimeField("审核时间", null=True)
    handled_by = models.CharField("审核人", max_length=40, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    release_version = models.PositiveIntegerField("发布版本", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "公开稿"
        ordering = ["-prepared_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="draft_state"),
            models.CheckConstraint(condition=Q(kind__in=DisclosureKind.values), name="draft_kind"),
            models.CheckConstraint(
                condition=~Q(state__in=["rejected", "withdrawn"]) | ~Q(reason=""),
                name="draft_turned_down_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="released") | Q(release_version__isnull=False),
                name="draft_released_as_a_version",
            ),
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(state="prepared"),
                name="draft_one_waiting",
            ),
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(state="released"),
                name="draft_one_released",
            ),
        ]

    def __str__(self) -> str:
        return self.title
