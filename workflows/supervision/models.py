"""Cases of supervision (督办事项), the steps of their chase, answers, and versions of the rule."""

from django.db import models
from django.db.models import Q

from workflows.supervision.lifecycle import Stage, State


class RuleVersion(models.Model):
    """A version of the chasing rule after the shipped one, which is number 1. Never edited."""

    number = models.PositiveIntegerField("版本", unique=True)
    effective_from = models.DateField("生效日期")
    stages = models.JSONField("规则")  # a `ChaseRule` as JSON
    why = models.CharField("修订理由", max_length=300)
    document = models.CharField("文书编号", max_length=80, blank=True)
    made_by = models.CharField("经办", max_length=40)
    made_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = verbose_name_plural = "督办规则"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"第 {self.number} 版"


class Case(models.Model):
    """One deadline that is chased: a duty of some room, as it was when the chase began.

    A deadline that is extended is another case; the old one closes.
    """

    source = models.CharField("来源", max_length=24)
    key = models.CharField("来源编号", max_length=60)
    due_on = models.DateField("期限")
    number = models.CharField("编号", max_length=60)
    title = models.CharField("事项", max_length=200)
    department_code = models.CharField("责任单位", max_length=10)
    project_name = models.CharField("项目", max_length=200, blank=True)
    url = models.CharField("位置", max_length=200)
    stage = models.CharField("阶段", max_length=10, choices=Stage)
    state = models.CharField("状态", max_length=8, choices=State, default=State.CHASING)
    opened_on = models.DateField("立项日期")
    closed_on = models.DateField("了结日期", null=True)
    closed_why = models.CharField("了结说明", max_length=60, blank=True)
    paused_until = models.DateField("暂缓至", null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "督办事项"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "key", "due_on"], name="case_once"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="case_stage"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="case_state"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False)
                | ~Q(state="closed") & Q(closed_on__isnull=True),
                name="case_closed_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="paused") | Q(paused_until__isnull=False),
                name="case_paused_until_a_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["department_code", "due_on"],
                condition=~Q(state="closed"),
                name="case_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def late_days(self) -> int:
        """Calendar days from the deadline to the closing; 0 for one that was kept."""
        return max(0, (self.closed_on - self.due_on).days) if self.closed_on else 0


class Step(models.Model):
    """One stage of a case, raised once; or a chase by hand, or what was said. Never changed."""

    class Kind(models.TextChoices):
        STAGE = "stage", "巡检"
        SKIPPED = "skipped", "越过"  # a harder stage was due already
        MANUAL = "manual", "加办"
        REPLY = "reply", "回复"
        NOTE = "note", "记录"

    case = models.ForeignKey(Case, models.CASCADE, related_name="steps")
    kind = models.CharField("类别", max_length=8, choices=Kind)
    stage = models.CharField("阶段", max_length=10, choices=Stage, blank=True)
    on = models.DateField("日期")
    text = models.CharField("内容", max_length=1000, blank=True)
    letter = models.ForeignKey("issuing.Issued", models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField("记录时间")
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField("经办", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "督办记录"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "stage"],
                condition=Q(kind__in=["stage", "skipped"]),
                name="step_once_a_stage",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["stage", "skipped", "manual", "reply", "note"]),
                name="step_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"
