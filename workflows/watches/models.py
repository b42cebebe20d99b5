"""Alerts (提醒): deadlines that were noticed, who saw them, and how they ended."""

from django.db import models
from django.db.models import Q

from workflows.watches.kinds import PRESSING, Kind


class Alert(models.Model):
    """One deadline of one procedure, noticed once. It changes no date: what it says is read from the
    clock, and when the clock says otherwise it is closed and stays."""

    kind = models.CharField("种类", max_length=20, choices=Kind)
    procedure = models.ForeignKey(
        "procedures.Procedure", models.SET_NULL, related_name="alerts", null=True
    )
    number = models.CharField("办件号", max_length=32)
    department_code = models.CharField("责任单位", max_length=10)
    deadline_on = models.DateField("期限")
    words = models.CharField("内容", max_length=200)
    noticed_at = models.DateTimeField("发现时间")
    seen_at = models.DateTimeField("知悉时间", null=True)
    seen_by = models.CharField("知悉人", max_length=40, blank=True)
    closed_on = models.DateField("了结日期", null=True)
    closed_why = models.CharField("了结原因", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "提醒"
        ordering = ["deadline_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "kind", "deadline_on"], name="alert_noticed_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="alert_kind"),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by="")
                | Q(seen_at__isnull=False) & ~Q(seen_by=""),
                name="alert_seen_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_why="")
                | Q(closed_on__isnull=False) & ~Q(closed_why=""),
                name="alert_closed_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["department_code", "deadline_on"],
                condition=Q(closed_on__isnull=True),
                name="alert_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display()}"

    @property
    def pressing(self) -> bool:
        return self.kind in PRESSING
