"""Drafts of orders: what they are to change. Once issued, the changes stand in the mechanism."""

from django.db import models
from django.db.models import Q


class Draft(models.Model):
    """An order being drawn up. ``changes`` are dicts with a verb and what it needs; see `changes`.

    It is issued as a document of the office, or, with a ``basis`` on file, put into effect by that.
    """

    class State(models.TextChoices):
        OPEN = "open", "草拟"
        ISSUED = "issued", "已印发"
        DROPPED = "dropped", "已放弃"

    title = models.CharField("标题", max_length=120)
    reason = models.CharField("调整缘由", max_length=300)
    basis = models.ForeignKey(
        "mechanism.Order",
        models.PROTECT,
        related_name="+",
        null=True,
        verbose_name="依据的外来文件",
    )
    effective_on = models.DateField("生效日期", null=True)  # none: the day it is issued
    changes = models.JSONField("调整内容", default=list)
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    issued = models.ForeignKey("issuing.Issued", models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField("记录时间")
    made_by = models.CharField("经办", max_length=40)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "调整文件"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "issued", "dropped"]), name="draft_order_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="issued") | (Q(issued__isnull=False) ^ Q(basis__isnull=False)),
                name="draft_order_issued_on_a_paper",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def number(self) -> str:
        """The number of the document it rests on, once there is one."""
        return self.basis.number if self.basis else self.issued.number if self.issued else ""

    @property
    def state_words(self) -> str:
        by_another = self.basis and self.state == self.State.ISSUED
        return "已生效" if by_another else self.get_state_display()
