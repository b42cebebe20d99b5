"""Reports of the half-month, each on a frozen snapshot, and who has read them."""

from django.db import models
from django.db.models import Q

from workflows.dispatch.lifecycle import Period, State


class Report(models.Model):
    """A report (半月调度报告). ``edition`` 1 is the first of its period, later ones correct it."""

    first = models.DateField("自")
    last = models.DateField("至")
    edition = models.PositiveSmallIntegerField("版次", default=1)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    snapshot = models.JSONField("快照")
    digest = models.CharField("摘要值", max_length=64)
    taken_at = models.DateTimeField("截止时刻")
    problems = models.TextField("存在问题", blank=True, max_length=3000)
    steps = models.TextField("下一步建议", blank=True, max_length=3000)
    compiled_by_id = models.BigIntegerField(null=True)
    compiled_by = models.CharField("编制人", max_length=40)
    submitted_by_id = models.BigIntegerField(null=True)
    reviewed_by = models.CharField("签发人", max_length=40, blank=True)
    sent_back_why = models.CharField("退回意见", max_length=300, blank=True)
    issued = models.ForeignKey("issuing.Issued", models.PROTECT, related_name="+", null=True)
    issued_on = models.DateField("签发日期", null=True)
    copied_on = models.DateField("抄送日期", null=True)
    copied_by = models.CharField("抄送人", max_length=40, blank=True)
    corrects_why = models.CharField("更正理由", max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "半月调度报告"
        ordering = ["-first", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["first", "edition"], name="report_edition_once"),
            models.UniqueConstraint(
                fields=["first"],
                condition=Q(state__in=["draft", "review"]),
                name="report_one_in_work",
            ),
            models.UniqueConstraint(
                fields=["first"],
                condition=Q(state__in=["issued", "copied"]),
                name="report_one_in_force",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="report_state"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "review"]) | Q(issued__isnull=False),
                name="report_issued_with_a_paper",
            ),
            models.CheckConstraint(
                condition=~Q(state="copied") | Q(copied_on__isnull=False),
                name="report_copied_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(edition=1) | ~Q(corrects_why=""), name="report_corrects_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def period(self) -> Period:
        return Period(self.first, self.last)

    @property
    def title(self) -> str:
        mark = f"（更正{self.edition - 1}）" if self.edition > 1 else ""
        return f"{self.period.words}调度报告{mark}"


class Reading(models.Model):
    """Who has read an issued report (知悉): once a person."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="readings")
    user_id = models.BigIntegerField()
    name = models.CharField("姓名", max_length=40)
    department_code = models.CharField("单位", max_length=10, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "知悉记录"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["report", "user_id"], name="reading_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.name}"
