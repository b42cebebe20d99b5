"""Papers that were let come later (容缺事项), each with its promise, its day and how it ended; the rule."""

from django.db import models
from django.db.models import Q

from workflows.deficiency.lifecycle import Consequence, State


class Deficiency(models.Model):
    """One paper missing from one application, promised for a day. Files hang on "deficiency:<id>"."""

    procedure = models.ForeignKey(
        "procedures.Procedure", models.PROTECT, related_name="deficiencies", verbose_name="办件"
    )
    material = models.CharField("容缺材料", max_length=120)
    why = models.CharField("容缺理由", max_length=300)
    granted_on = models.DateField("容缺受理日期")
    first_due_on = models.DateField("承诺时补齐期限")
    due_on = models.DateField("补齐期限")
    promised_by = models.CharField("承诺人", max_length=60)
    promise_number = models.CharField("承诺书编号", max_length=80)
    promise_on = models.DateField("承诺日期", null=True)  # unknown of the first ones
    promise_text = models.CharField("承诺内容", max_length=600, blank=True)
    consequence = models.CharField("逾期后果", max_length=10, choices=Consequence)
    credit_on = models.DateField("信用核查日期")
    credit_source = models.CharField("信用核查来源", max_length=80)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    extended_why = models.CharField("延期理由", max_length=300, blank=True)
    handed_in_on = models.DateField("交来日期", null=True)
    returned_why = models.CharField("退回理由", max_length=300, blank=True)
    breached_on = models.DateField("逾期处理日期", null=True)
    decision = models.CharField("处理决定", max_length=10, choices=Consequence, blank=True)
    repair_document = models.CharField("信用修复文书", max_length=80, blank=True)
    ended_on = models.DateField("了结日期", null=True)
    ended_document = models.CharField("处理文书", max_length=80, blank=True)
    ended_text = models.CharField("处理说明", max_length=300, blank=True)
    issued = models.ForeignKey("issuing.Issued", models.PROTECT, related_name="+", null=True)
    granted_by = models.CharField("经办", max_length=40)
    granted_at = models.DateTimeField("记录时间")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "容缺事项"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "material"],
                condition=Q(state__in=["open", "handed_in", "breached"]),
                name="deficiency_missing_once",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="deficiency_state"),
            models.CheckConstraint(
                condition=Q(consequence__in=Consequence.values), name="deficiency_consequence"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gt=models.F("granted_on")), name="deficiency_due_later"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "handed_in"], ended_on__isnull=True)
                | ~Q(state__in=["open", "handed_in"]) & Q(ended_on__isnull=False),
                name="deficiency_ended_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=["", *Consequence.values]), name="deficiency_decision"
            ),
            models.CheckConstraint(
                condition=~Q(state="handed_in") | Q(handed_in_on__isnull=False),
                name="deficiency_handed_in_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state="open"), name="deficiency_open_due")
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.material}"

    @property
    def extended(self) -> bool:
        return self.due_on != self.first_due_on


class RuleVersion(models.Model):
    """A version of the longest term (容缺规则) after the shipped one, which is number 1. Never edited."""

    number = models.PositiveIntegerField("版本", unique=True)
    longest_days = models.PositiveSmallIntegerField("最长期限（工作日）")
    effective_from = models.DateField("生效日期")
    why = models.CharField("修订理由", max_length=300)
    document = models.CharField("文书编号", max_length=80, blank=True)
    made_by = models.CharField("经办", max_length=40)
    made_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = verbose_name_plural = "容缺规则"
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(longest_days__gte=1, longest_days__lte=60),
                name="deficiency_rule_sane",
            )
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 版"
