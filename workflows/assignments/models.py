"""Sheets, the part of each department, what they fed back, and the extensions they asked for."""

from datetime import date

from django.db import models
from django.db.models import Q

from workflows.assignments.lifecycle import OPEN, SheetState, SourceKind, State


class Sheet(models.Model):
    """An assignment sheet (任务交办单). ``number`` is the paper's, given when it is handed over.

    ``source_key`` is the source's own key: a project's number, "meetings:resolution:12", a note's
    number; ``source_words`` say it to people and ``source_url`` leads there.
    """

    number = models.CharField("文号", max_length=60, blank=True)
    title = models.CharField("任务", max_length=120)
    source_kind = models.CharField("来源", max_length=10, choices=SourceKind)
    source_key = models.CharField("来源编号", max_length=80, blank=True)
    source_words = models.CharField("来源说明", max_length=200)
    source_url = models.CharField("来源位置", max_length=200, blank=True)
    project = models.ForeignKey(
        "projects.Project", models.PROTECT, related_name="sheets", null=True, verbose_name="项目"
    )
    # Nobody needs it any more once its project changes: the sheet and its paper stay.
    procedure = models.ForeignKey(
        "procedures.Procedure",
        models.SET_NULL,
        related_name="sheets",
        null=True,
        verbose_name="办件",
    )
    matter = models.TextField("事由", max_length=1000)
    demand = models.TextField("办理要求", max_length=1000)
    due_on = models.DateField("办结期限")
    state = models.CharField("状态", max_length=12, choices=SheetState, default=SheetState.DRAFT)
    drafted_on = models.DateField("拟单日期")
    handed_over_on = models.DateField("交办日期", null=True)
    closed_on = models.DateField("销号日期", null=True)
    issued = models.ForeignKey("issuing.Issued", models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField("记录时间")
    made_by = models.CharField("拟单人", max_length=40)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "任务交办单"
        ordering = ["-drafted_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="sheet_number_once"
            ),
            models.CheckConstraint(condition=Q(state__in=SheetState.values), name="sheet_state"),
            models.CheckConstraint(
                condition=Q(source_kind__in=SourceKind.values), name="sheet_source_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | ~Q(number=""),
                name="sheet_handed_over_with_a_number",
            ),
        ]
        indexes = [models.Index(fields=["source_kind", "source_key"], name="sheet_source")]

    def __str__(self) -> str:
        return self.number or self.title


class PartQuerySet(models.QuerySet["Part"]):
    def open(self) -> "PartQuerySet":
        """Parts that were handed over and are not written off."""
        return self.filter(state__in=OPEN, sheet__state=SheetState.HANDED_OVER)

    def late(self, on: date) -> "PartQuerySet":
        """Open parts whose deadline has passed on ``on`` without a report of completion."""
        return self.open().filter(due_on__lt=on, reported_on=None)


class Part(models.Model):
    """One department's part of a sheet (分办): its own demand, deadline and life.

    ``due_on`` moves only by a granted extension; ``first_due_on`` keeps what the sheet said.
    """

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="parts")
    department_code = models.CharField("责任单位", max_length=10, db_index=True)
    leads = models.BooleanField("牵头", default=False)
    demand = models.CharField("分工要求", max_length=500, blank=True)
    first_due_on = models.DateField("交办时期限")
    due_on = models.DateField("办结期限")
    state = models.CharField("状态", max_length=12, choices=State, default=State.WAITING)
    signed_on = models.DateField("签收日期", null=True)
    signed_by = models.CharField("签收人", max_length=40, blank=True)
    reported_on = models.DateField("反馈办结日期", null=True)
    closed_on = models.DateField("销号日期", null=True)
    closed_by = models.CharField("销号人", max_length=40, blank=True)
    closed_why = models.CharField("销号说明", max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "分办任务"
        ordering = ["sheet", "-leads", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "department_code"], name="part_once_a_department"
            ),
            models.UniqueConstraint(
                fields=["sheet"], condition=Q(leads=True), name="part_one_leads"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="part_state"),
            models.CheckConstraint(
                condition=~Q(state="written_off")
                | Q(closed_on__isnull=False, reported_on__isnull=False),
                name="part_written_off_after_report",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(state__in=["waiting", "working", "reported"]),
                name="part_open_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.department_code}"


class Feedback(models.Model):
    """What a department said about its part, never changed. Files hang on "feedback:<id>"."""

    class Kind(models.TextChoices):
        PROGRESS = "progress", "进展"
        DONE = "done", "办结反馈"
        SENT_BACK = "sent_back", "退回意见"
        EVIDENCE = "evidence", "补充佐证"

    part = models.ForeignKey(Part, models.CASCADE, related_name="feedback")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    on = models.DateField("日期")
    text = models.CharField("内容", max_length=1000)
    at = models.DateTimeField("记录时间")
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField("经办", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "反馈"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["progress", "done", "sent_back", "evidence"]),
                name="feedback_kind",
            )
        ]

    def __str__(self) -> str:
        return self.text[:40]


class Extension(models.Model):
    """An extension a department asked for (申请延期): before the deadline, or counted late."""

    class Answer(models.TextChoices):
        OPEN = "open", "待批"
        GRANTED = "granted", "同意"
        REFUSED = "refused", "不同意"

    part = models.ForeignKey(Part, models.CASCADE, related_name="extensions")
    asked_on = models.DateField("申请日期")
    due_on = models.DateField("申请时期限")
    until_on = models.DateField("申请延至")
    reason = models.CharField("理由", max_length=500)
    late = models.BooleanField("逾期后申请")
    asked_at = models.DateTimeField("记录时间")
    asked_by = models.CharField("申请人", max_length=40)
    answer = models.CharField("答复", max_length=8, choices=Answer, default=Answer.OPEN)
    answered_on = models.DateField("答复日期", null=True)
    answered_by = models.CharField("答复人", max_length=40, blank=True)
    answer_text = models.CharField("答复说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "延期申请"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["part"], condition=Q(answer="open"), name="extension_one_open"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["open", "granted", "refused"]), name="extension_answer"
            ),
            models.CheckConstraint(
                condition=Q(until_on__gt=models.F("due_on")), name="extension_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.until_on}"
