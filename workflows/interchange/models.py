"""Facts the exchange asks for that no ledger keeps (补充信息), and exports as they were made (导出批次)."""

from django.db import models
from django.db.models import Q

from workflows.interchange.tables import SUPPLEMENTS


class Supplement(models.Model):
    """What was recorded for one subject: ``given`` by column, each with value, source, day and who.

    ``kind`` and ``key`` name the subject: ("project", "ZGE-2026-001"). ``department_code`` is the owner's,
    empty for the office.
    """

    kind = models.CharField(
        "对象", max_length=12, choices=[(home.value, home.label) for home in SUPPLEMENTS]
    )
    key = models.CharField("编号", max_length=60)
    department_code = models.CharField("责任单位", max_length=10, blank=True)
    given = models.JSONField("内容", default=dict)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.CharField("修改人", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "补充信息"
        ordering = ["kind", "key"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="supplement_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[home.value for home in SUPPLEMENTS]), name="supplement_kind"
            ),
            models.CheckConstraint(condition=~Q(key=""), name="supplement_names_its_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"


class Batch(models.Model):
    """An export as it was made; the database lets nobody change it. ``content`` is the zip."""

    number = models.CharField("批次号", max_length=60, unique=True)
    year = models.PositiveSmallIntegerField("年度")
    as_of = models.DateField("截至")
    content = models.BinaryField("文件")
    digest = models.CharField("摘要值", max_length=64)
    facts_digest = models.CharField("内容摘要值", max_length=64)
    manifest = models.JSONField("清单")
    passed = models.PositiveIntegerField("上报行")
    refused = models.PositiveIntegerField("拒绝行")
    made_at = models.DateTimeField("导出时间")
    made_by = models.CharField("导出人", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "导出批次"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(passed__gt=0), name="batch_holds_something"),
            models.UniqueConstraint(fields=["year", "as_of", "facts_digest"], name="batch_once"),
        ]

    def __str__(self) -> str:
        return self.number


class RefusedRow(models.Model):
    """A row that a batch left out, and every reason why."""

    batch = models.ForeignKey(
        Batch, models.PROTECT, related_name="refusals", db_constraint=False, verbose_name="批次"
    )
    table = models.CharField("表", max_length=24)
    key = models.CharField("地方数据主键", max_length=80)
    name = models.CharField("行", max_length=300)
    department_code = models.CharField("责任单位", max_length=10, blank=True)
    reasons = models.JSONField("理由")

    class Meta:
        verbose_name = verbose_name_plural = "拒绝的行"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "table", "key"], name="refused_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"


class Standing(models.Model):
    """What one unit (empty: the office) had to fill in at the last check, for the desk. A cache: every
    check and every entry of the unit's own writes it anew."""

    year = models.PositiveSmallIntegerField("年度")
    department_code = models.CharField("责任单位", max_length=10, blank=True)
    tasks = models.PositiveIntegerField("待补项数")
    words = models.CharField("待补内容", max_length=200)
    at = models.DateTimeField("检查时间")

    class Meta:
        verbose_name = verbose_name_plural = "待补情况"
        ordering = ["-year", "department_code"]
        constraints = [
            models.UniqueConstraint(fields=["year", "department_code"], name="standing_once"),
            models.CheckConstraint(condition=Q(tasks__gt=0), name="standing_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.department_code} {self.tasks}"
