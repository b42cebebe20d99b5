"""The last check of each tenant and season: cells asked, cells that hold a fact, and the rest by fault.

Written by the tenant itself when it checks; row-level security shows a row to its owner and to the tenants above.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Score(models.Model):
    """One season of one tenant; the check that follows replaces it."""

    owner = models.CharField(max_length=41)
    owner_name = models.CharField("单位", max_length=60)
    visible_to = ArrayField(models.CharField(max_length=41))
    year = models.PositiveSmallIntegerField("年度")
    at = models.DateTimeField("检查时间")
    asked = models.PositiveIntegerField("应有事实的格")
    recorded = models.PositiveIntegerField("有事实的格")
    missing = models.PositiveIntegerField("没有填写")
    invented = models.PositiveIntegerField("臆造值")
    contrary = models.PositiveIntegerField("前后矛盾")
    misshapen = models.PositiveIntegerField("格式不符")
    rows = models.PositiveIntegerField("行数")
    passed = models.PositiveIntegerField("可以上报的行")

    class Meta:
        verbose_name = verbose_name_plural = "数据真实度"
        ordering = ["-year", "owner"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "year"], name="honesty_score_once"),
            models.CheckConstraint(
                condition=Q(
                    asked=F("recorded")
                    + F("missing")
                    + F("invented")
                    + F("contrary")
                    + F("misshapen")
                ),
                name="honesty_score_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(passed__lte=F("rows")), name="honesty_score_rows_add_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_name} {self.year}"

    @property
    def share(self) -> float | None:
        """0 to 1; none where nothing is asked yet."""
        return self.recorded / self.asked if self.asked else None
