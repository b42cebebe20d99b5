"""A procedure (办件) with its copied terms, its five dates, and the clock entries they are read from."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from workflows.procedures.lifecycle import (
    KIND_OF,
    LABELS,
    REASON_OF,
    VOID,
    Ball,
    Commissioned,
    Ground,
    Level,
    State,
)
from workflows.procedures.terms import HANDLINGS


class Procedure(models.Model):
    """One matter of one project. Terms are copied from the catalogue when it opens, so that a later
    edit of the catalogue never moves a running clock. Dates after ``version`` are caches of the
    clock and the plan and can be rebuilt from them.

    ``version`` counts the ledger's moves and guards two officers at one procedure; ``revision``
    counts every write, so that the roll-up never takes an older picture for a newer one.
    """

    number = models.CharField("办件号", max_length=32, unique=True)
    project = models.ForeignKey(
        "projects.Project", models.PROTECT, related_name="procedures", verbose_name="项目"
    )
    order = models.PositiveSmallIntegerField("次序")
    bundle = models.ForeignKey(
        "Bundle", models.PROTECT, related_name="procedures", null=True, verbose_name="联合办理"
    )
    matter_code = models.CharField("事项", max_length=10)
    matter_version = models.PositiveIntegerField("事项版本")
    name = models.CharField("事项名称", max_length=80)
    short_name = models.CharField("简称", max_length=20)
    department_code = models.CharField("责任单位", max_length=10, db_index=True)
    level = models.CharField("层级", max_length=10)
    stage = models.PositiveSmallIntegerField("阶段")
    group = models.CharField("并行组", max_length=4, blank=True)
    why = models.CharField("列入理由", max_length=200)
    terms = models.JSONField("时限与依据")  # a `Terms` as JSON: limits, unit, articles, marks
    verified = models.BooleanField("已核实", default=False)

    state = models.CharField("状态", max_length=12, choices=State, default=State.PLANNED)
    ball = models.CharField("在谁手里", max_length=12, choices=Ball, default=Ball.OWNER)
    version = models.PositiveIntegerField(default=1)
    revision = models.PositiveIntegerField(default=1)

    planned_start_on = models.DateField("计划受理", null=True)
    planned_due_on = models.DateField("计划完成", null=True)
    statutory_due_on = models.DateField("法定期限", null=True)
    promised_due_on = models.DateField("承诺期限", null=True)
    expected_on = models.DateField("预计完成", null=True)
    received_on = models.DateField("收件", null=True)
    accepted_on = models.DateField("受理", null=True)
    decided_on = models.DateField("实际办结", null=True)
    delivered_on = models.DateField("送达", null=True)
    yellow_on = models.DateField(null=True)
    red_on = models.DateField(null=True)
    slack_days = models.SmallIntegerField("余量（工作日）", null=True)
    critical = models.BooleanField("关键线路", default=False)
    provisional = models.BooleanField("推定", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "办件"
        ordering = ["project", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "matter_code"], name="procedure_once_a_project"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="procedure_state"),
            models.CheckConstraint(condition=Q(ball__in=Ball.values), name="procedure_ball"),
            models.CheckConstraint(
                condition=~Q(state__in=["decided", "delivered"]) | Q(decided_on__isnull=False),
                name="procedure_decided_on_a_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["red_on"], condition=Q(decided_on__isnull=True), name="procedure_red_on"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Bundle(models.Model):
    """Procedures of one project that are handled jointly (联合办理, 行政许可法第二十六条): one mode, one
    paper that says so, 45 days and 15 more instead of each matter's own (第四十二条第二款)."""

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="bundles")
    handling = models.CharField("办理方式", max_length=12, choices=list(HANDLINGS.items()))
    document = models.CharField("文书编号", max_length=80)
    lead_code = models.CharField("牵头单位", max_length=10)
    formed_on = models.DateField("确定日期")
    formed_by = models.CharField("经办", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "联合办理"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(handling__in=list(HANDLINGS)), name="bundle_handling"
            ),
            models.UniqueConstraint(fields=["project", "document"], name="bundle_paper_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_handling_display()} {self.document}"


class LampRuleVersion(models.Model):
    """A version of the lamp rule (亮灯规则) after the shipped one, which is number 1. Never edited."""

    number = models.PositiveIntegerField("版本", unique=True)
    effective_from = models.DateField("生效日期")
    rule = models.JSONField("规则")  # a `LampRule` as JSON
    why = models.CharField("修订理由", max_length=300)
    document = models.CharField("文书编号", max_length=80, blank=True)
    made_by = models.CharField("经办", max_length=40)
    made_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = verbose_name_plural = "亮灯规则"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"第 {self.number} 版"


class Edge(models.Model):
    """A dependency between two procedures of a project, as the catalogue had it when combed out."""

    before = models.ForeignKey(Procedure, models.CASCADE, related_name="edges_out")
    after = models.ForeignKey(Procedure, models.CASCADE, related_name="edges_in")
    strength = models.CharField("强度", max_length=10)
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "前置关系"
        constraints = [
            models.UniqueConstraint(fields=["before", "after"], name="edge_once"),
            models.CheckConstraint(
                condition=Q(strength__in=["hard", "soft", "deficient"]), name="edge_strength"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"


class ClockEntry(models.Model):
    """One line of a procedure's clock ledger. The database lets nobody change or delete it.

    ``on`` is the day it happened (``at`` the hour, where that matters), ``recorded_at`` the moment it
    was written down; they differ when an office works on paper first. A line that was wrong stays:
    a later one ``corrects`` it and stands in its place.
    """

    # No key in the database: deleting a procedure nobody began would need the right to lock these
    # rows, which is the right to change them. A procedure with entries is never deleted (PROTECT).
    procedure = models.ForeignKey(
        Procedure, models.PROTECT, related_name="entries", db_constraint=False
    )
    kind = models.CharField("事项", max_length=10)
    on = models.DateField("发生日期")
    at = models.TimeField("发生时刻", null=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, related_name="corrected_by", null=True, db_constraint=False
    )
    recorded_at = models.DateTimeField("记录时间")
    reason = models.CharField("法定事由", max_length=20, blank=True)
    document = models.CharField("文书编号", max_length=80, blank=True)
    days = models.PositiveSmallIntegerField("天数", default=0)
    level = models.CharField("批准层级", max_length=10, blank=True)
    approver = models.CharField("批准人", max_length=60, blank=True)
    commissioned = models.CharField("委托方", max_length=10, blank=True)
    items = models.JSONField("需要补正的材料", default=list)
    ground = models.CharField("再次告知的理由", max_length=12, blank=True)
    text = models.CharField("说明", max_length=500, blank=True)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField("经办", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "计时记录"
        ordering = ["pk"]  # as it was written down; `on` never runs backwards within a procedure

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"

    @property
    def label(self) -> str:
        if self.kind == VOID:
            return "更正：作废"
        return LABELS.get((self.kind, self.reason)) or KIND_OF[self.kind].label

    @property
    def reason_label(self) -> str:
        if not self.reason or (self.kind, self.reason) in LABELS:
            return ""
        return REASON_OF[self.reason].label

    @property
    def level_label(self) -> str:
        return Level(self.level).label if self.level else ""

    @property
    def commissioned_label(self) -> str:
        return Commissioned(self.commissioned).label if self.commissioned else ""

    @property
    def ground_label(self) -> str:
        return Ground(self.ground).label if self.ground else ""

    @property
    def late_days(self) -> int:
        """Calendar days from the event to its record (补录)."""
        return (timezone.localdate(self.recorded_at) - self.on).days

    @property
    def late_words(self) -> str:
        return f"{self.late_days} 天后补录"
