"""Shared records of what one tenant sends and another (or the public) sees.

Forced row-level security lets a tenant see only rows it sent or received, and send only in its own
name; the portal, which works in `public`, sees only what has been released.
"""

from django.db import models
from django.db.models import Q


class NumberSeries(models.Model):
    """The last number given out, per tenant, kind and year. Numbers are never used again."""

    schema_name = models.CharField(max_length=41)
    kind = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号"
        constraints = [
            models.UniqueConstraint(
                fields=["schema_name", "kind", "year"], name="number_series_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.schema_name} {self.kind} {self.year}"


class FilingKind(models.TextChoices):
    MECHANISM = "mechanism", "工作机制"
    ANNUAL_LIST = "annual_list", "年度项目清单"
    HALF_MONTH = "half_month", "半月调度报告"
    MEASURE = "measure", "政策措施"
    SUMMARY = "summary", "年度总结"


class FilingState(models.TextChoices):
    SENT = "sent", "已报送"
    ACKNOWLEDGED = "acknowledged", "已备案"
    RETURNED = "returned", "已退回"
    SUPERSEDED = "superseded", "已被替代"


class Filing(models.Model):
    """A frozen snapshot (报备) with its digest, as the sender made it and the receiver reads it."""

    number = models.CharField("报备号", max_length=40, unique=True)
    kind = models.CharField("类别", max_length=16, choices=FilingKind)
    year = models.PositiveSmallIntegerField("年度")
    #: What of the year it is for: the first day of a half-month, the number of a measure; "" for all of it.
    period = models.CharField("期次", max_length=80, blank=True, default="")
    unit_code = models.CharField(max_length=10, blank=True, default="")
    unit_name = models.CharField("报送部门", max_length=60, blank=True, default="")
    sender = models.CharField(max_length=41, db_index=True)
    sender_name = models.CharField("报送单位", max_length=60)
    receiver = models.CharField(max_length=41, db_index=True)
    receiver_name = models.CharField("接收单位", max_length=60)
    title = models.CharField("标题", max_length=120)
    snapshot = models.JSONField("内容")
    digest = models.CharField("摘要值", max_length=64)
    letter = models.JSONField("报备函", null=True)  # the paper it came with, as its sender wrote it
    state = models.CharField("状态", max_length=12, choices=FilingState, default=FilingState.SENT)
    sent_at = models.DateTimeField("报送时间")
    sent_by = models.CharField("报送人", max_length=40)
    handled_at = models.DateTimeField("办理时间", null=True)
    handled_by = models.CharField("办理人", max_length=40, blank=True)
    receipt_number = models.CharField("回执号", max_length=40, blank=True)
    return_reason = models.CharField("退回理由", max_length=500, blank=True)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by", verbose_name="替代"
    )

    class Meta:
        verbose_name = verbose_name_plural = "报备"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=FilingState.values), name="filing_state"),
            models.CheckConstraint(condition=Q(kind__in=FilingKind.values), name="filing_kind"),
            models.CheckConstraint(
                condition=~Q(state=FilingState.RETURNED) | ~Q(return_reason=""),
                name="filing_returned_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=FilingState.ACKNOWLEDGED) | ~Q(receipt_number=""),
                name="filing_acknowledged_with_receipt",
            ),
            models.UniqueConstraint(
                fields=["sender", "kind", "year", "period", "unit_code"],
                condition=Q(state__in=["sent", "acknowledged"]),
                name="filing_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class FilingFile(models.Model):
    """A file that travels with a filing (附件): whoever sees the filing may open it. Never changed."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="files")
    token = models.CharField(max_length=24, unique=True)
    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    digest = models.CharField("摘要值", max_length=64)
    content = models.BinaryField("内容")

    class Meta:
        verbose_name = verbose_name_plural = "报备附件"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class DisclosureKind(models.TextChoices):
    MATTER = "matter", "办事指南"
    PROJECT = "project", "项目进度"
    MECHANISM = "mechanism", "机构与人员"


class Disclosure(models.Model):
    """What a tenant has released to the public (公开记录): the only thing the portal reads.

    Versions are kept: a new release of the same key withdraws the one before.
    """

    owner = models.CharField(max_length=41)
    owner_slug = models.CharField(max_length=40)
    owner_name = models.CharField("发布单位", max_length=60)
    kind = models.CharField("类别", max_length=12, choices=DisclosureKind)
    key = models.CharField("键", max_length=60)
    version = models.PositiveIntegerField("版本")
    title = models.CharField("标题", max_length=200)
    payload = models.JSONField("内容")
    digest = models.CharField("摘要值", max_length=64)
    search = models.TextField(editable=False, default="")
    released_at = models.DateTimeField("发布时间")
    released_by = models.CharField("发布人", max_length=40)
    withdrawn_at = models.DateTimeField("撤下时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "公开记录"
        ordering = ["owner", "kind", "key", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "key", "version"], name="disclosure_version"
            ),
            models.UniqueConstraint(
                fields=["owner", "kind", "key"],
                condition=Q(withdrawn_at__isnull=True),
                name="disclosure_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DisclosureKind.values), name="disclosure_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.title
