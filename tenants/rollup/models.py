"""One row for each project, procedure, task, resolution and count of days of every tenant, kept by its own writes.

Each row is written in the transaction that changes the ledger, guarded by the ledger row's version.
Row-level security shows a row to its owner and to the tenants above it, and to nobody else.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Shared(models.Model):
    """Whose row it is and who may see it: what the walls go by."""

    owner = models.CharField(max_length=41)
    owner_name = models.CharField("单位", max_length=60)
    visible_to = ArrayField(models.CharField(max_length=41))

    class Meta:
        abstract = True


class RollupRow(Shared):
    """What both ledgers carry. ``version`` only grows; an older write never wins."""

    number = models.CharField("编号", max_length=40)
    version = models.PositiveBigIntegerField()
    written_at = models.DateTimeField("更新时间")

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["owner", "number"], name="%(class)s_unique")]
        indexes = [GinIndex(fields=["visible_to"], name="%(class)s_visible")]


class ProjectRow(RollupRow):
    """A project as its tenant's ledger has it."""

    name = models.CharField("项目名称", max_length=200)
    project_code = models.CharField("项目代码", max_length=30, blank=True)
    year = models.PositiveSmallIntegerField("年度")
    industry = models.CharField("行业", max_length=40, blank=True)
    investment_wan = models.DecimalField("总投资（万元）", max_digits=14, decimal_places=2)
    state = models.CharField("状态", max_length=12)
    target_on = models.DateField("目标日")
    expected_on = models.DateField("预计办齐", null=True)
    done_on = models.DateField("办齐", null=True)
    procedures_total = models.PositiveSmallIntegerField("办件数", default=0)
    procedures_done = models.PositiveSmallIntegerField("已办结", default=0)
    feasible = models.BooleanField("计划可行", default=True)
    provisional = models.BooleanField("推定", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "项目汇总"
        ordering = ["owner", "number"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "number"], name="project_row_unique")
        ]
        indexes = [
            GinIndex(fields=["visible_to"], name="project_row_visible"),
            models.Index(
                fields=["project_code"],
                condition=~models.Q(project_code=""),
                name="project_row_code",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProcedureRow(RollupRow):
    """A procedure as its tenant's ledger has it; the lamp follows from the two dates."""

    project_number = models.CharField(max_length=40)
    project_name = models.CharField("项目名称", max_length=200)
    year = models.PositiveSmallIntegerField("年度")
    matter_code = models.CharField("事项", max_length=10)
    matter_name = models.CharField("事项名称", max_length=80)
    department_code = models.CharField("部门", max_length=10)
    stage = models.PositiveSmallIntegerField("阶段")
    state = models.CharField("状态", max_length=12)
    ball = models.CharField("在谁手里", max_length=12)
    statutory_due_on = models.DateField("法定期限", null=True)
    promised_due_on = models.DateField("承诺期限", null=True)
    planned_due_on = models.DateField("计划完成", null=True)
    expected_on = models.DateField("预计完成", null=True)
    accepted_on = models.DateField("受理", null=True)
    decided_on = models.DateField("实际办结", null=True)
    yellow_on = models.DateField(null=True)
    red_on = models.DateField(null=True)
    critical = models.BooleanField(default=False)
    provisional = models.BooleanField("推定", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "办件汇总"
        ordering = ["owner", "number"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "number"], name="procedure_row_unique")
        ]
        indexes = [
            GinIndex(fields=["visible_to"], name="procedure_row_visible"),
            models.Index(fields=["owner", "project_number"], name="procedure_row_project"),
        ]

    def __str__(self) -> str:
        return self.number


class TaskRow(RollupRow):
    """One department's part of a sheet that was handed over (交办任务); ``number`` is its key."""

    sheet_number = models.CharField("交办单号", max_length=80)
    title = models.CharField("任务", max_length=120)
    source_kind = models.CharField("来源", max_length=12)
    project_number = models.CharField(max_length=40, blank=True)
    department_code = models.CharField("部门", max_length=10)
    leads = models.BooleanField("牵头", default=False)
    state = models.CharField("状态", max_length=12)
    handed_over_on = models.DateField("交办日期")
    first_due_on = models.DateField("交办时期限")
    due_on = models.DateField("期限")
    reported_on = models.DateField("反馈办结", null=True)
    closed_on = models.DateField("销号", null=True)
    late = models.BooleanField("逾期办结", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "任务汇总"
        ordering = ["owner", "number"]
        constraints = [models.UniqueConstraint(fields=["owner", "number"], name="task_row_unique")]
        indexes = [
            GinIndex(fields=["visible_to"], name="task_row_visible"),
            models.Index(fields=["due_on"], name="task_row_due"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_number} {self.department_code}"


class ResolutionRow(RollupRow):
    """What a meeting resolved (议定事项), from the day its minutes were issued; ``number`` is its key."""

    demand = models.CharField("议定内容", max_length=500)
    meeting = models.CharField("会议", max_length=120)
    meeting_kind = models.CharField("类别", max_length=14)
    held_on = models.DateField("会议日期")
    project_number = models.CharField(max_length=40, blank=True)
    department_code = models.CharField("牵头单位", max_length=10)
    supports = models.PositiveSmallIntegerField("配合单位数", default=0)
    sheet_number = models.CharField("交办单号", max_length=80)
    state = models.CharField("状态", max_length=12)
    due_on = models.DateField("办结期限")
    closed_on = models.DateField("办结日期", null=True)

    class Meta(RollupRow.Meta):
        verbose_name = verbose_name_plural = "议定事项汇总"
        ordering = ["owner", "number"]

    def __str__(self) -> str:
        return self.demand[:40]


class DaysRow(RollupRow):
    """A project's hundred days (百日计时); ``number`` is the project's. It has one row from the day its count
    begins.

    ``counts`` has for each version of its tenant's counting rule, oldest first, whose days are whose from
    which day on, the last without an end while the project runs. A day's figures are read from it
    (`tenants.rollup.days`), so that nothing has to be counted on each night.
    """

    project_name = models.CharField("项目名称", max_length=200)
    year = models.PositiveSmallIntegerField("年度")
    counts = models.JSONField("计时")

    class Meta(RollupRow.Meta):
        verbose_name = verbose_name_plural = "百日计时汇总"
        ordering = ["owner", "number"]

    def __str__(self) -> str:
        return self.project_name


class Reconciliation(Shared):
    """The last re-derivation (对账) of one tenant's rows from its own ledgers; one row a ledger."""

    ledger = models.CharField("台账", max_length=12)
    at = models.DateTimeField("对账时间")
    expected = models.PositiveIntegerField("台账应有")
    found = models.PositiveIntegerField("汇总实有")
    missing = models.JSONField("汇总缺少", default=list)
    orphans = models.JSONField("台账没有", default=list)
    different = models.JSONField("内容不同", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "对账"
        ordering = ["owner", "ledger"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "ledger"], name="reconciliation_once")
        ]

    def __str__(self) -> str:
        return f"{self.owner_name} {self.ledger}"

    @property
    def agrees(self) -> bool:
        return not (self.missing or self.orphans or self.different)
