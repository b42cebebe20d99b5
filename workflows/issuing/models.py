"""Letterheads (发文机关) and the register of issued papers (发文登记)."""

from django.db import models
from django.db.models import Q

from kernel.papers.paper import Paper
from workflows.issuing.kinds import Kind


class Letterhead(models.Model):
    """Under which name and whose seal the office issues, from a day on. The last one in force counts;
    a new one is added, none is edited (A5.1)."""

    effective_from = models.DateField("生效日期")
    mark = models.CharField("发文机关标志", max_length=60)
    signer = models.CharField("署名", max_length=60)
    sealer = models.CharField("用印单位（代章）", max_length=60, blank=True)
    word = models.CharField("机关代字", max_length=12)
    document = models.CharField("依据文件", max_length=80, blank=True)
    made_at = models.DateTimeField("记录时间")
    made_by = models.CharField("经办", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "发文机关"
        ordering = ["-effective_from", "-pk"]

    def __str__(self) -> str:
        return self.mark


class Issued(models.Model):
    """A paper that was issued: frozen, numbered, never changed. A wrong one is voided with a reason;
    its number is not used again.

    ``room`` and ``key`` say what it is about: ("assignments", the sheet's key); ``url`` leads there.
    """

    kind = models.CharField("文种", max_length=12, choices=Kind)
    year = models.PositiveSmallIntegerField("年度")
    serial = models.PositiveIntegerField("顺序号")
    number = models.CharField("文号", max_length=60, unique=True)
    title = models.CharField("标题", max_length=200)
    addressee = models.CharField("主送", max_length=300, blank=True)
    paper = models.JSONField("内容")  # a `Paper` as JSON
    digest = models.CharField("摘要值", max_length=64)
    room = models.CharField("来源", max_length=24)
    key = models.CharField("来源编号", max_length=60)
    url = models.CharField("位置", max_length=200)
    department_codes = models.JSONField("受文单位", default=list)
    issued_on = models.DateField("成文日期")
    issued_at = models.DateTimeField("登记时间")
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField("经办", max_length=40)
    voided_at = models.DateTimeField("作废时间", null=True)
    voided_by = models.CharField("作废人", max_length=40, blank=True)
    voided_why = models.CharField("作废理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "发文登记"
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "year", "serial"], name="issued_serial_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="issued_kind"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_why="")
                | Q(voided_at__isnull=False) & ~Q(voided_why=""),
                name="issued_voided_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["room", "key"], name="issued_about")]

    def __str__(self) -> str:
        return self.number

    @property
    def as_paper(self) -> Paper:
        return Paper.read(self.paper)
