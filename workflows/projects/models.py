"""Projects, the history of their changes, comments on them, and workbooks read in."""

from datetime import date

from django.db import models
from django.db.models import Q

from workflows.projects.lifecycle import State


class Kind(models.TextChoices):
    FILING = "filing", "备案"
    VERIFICATION = "verification", "核准"
    GOVERNMENT = "government", "政府投资"


class Project(models.Model):
    """A project of the annual list (年度项目清单). Money in 万元, land in hectares, earth in m³."""

    number = models.CharField("编号", max_length=24, unique=True)
    year = models.PositiveSmallIntegerField("年度", db_index=True)
    name = models.CharField("项目名称", max_length=200)
    project_code = models.CharField("项目代码", max_length=30, blank=True)
    owner_name = models.CharField("项目单位", max_length=120)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    region_code = models.CharField("所在旗区", max_length=6)
    place = models.CharField("建设地点", max_length=200, blank=True)
    industry = models.CharField("行业", max_length=40, blank=True)
    kind = models.CharField("审批类型", max_length=12, choices=Kind)
    investment_wan = models.DecimalField("总投资（万元）", max_digits=14, decimal_places=2)
    content = models.TextField("建设内容及规模", blank=True)
    planned_start_on = models.DateField("计划开工")
    land_ha = models.DecimalField(
        "用地面积（公顷）", max_digits=12, decimal_places=4, null=True, blank=True
    )
    earthwork_m3 = models.DecimalField(
        "土石方（立方米）", max_digits=14, decimal_places=2, null=True, blank=True
    )
    features = models.JSONField("项目特征", default=list)
    admission_rule = models.CharField("入选依据", max_length=32)
    admission_reason = models.CharField("入选说明", max_length=200)
    note = models.CharField("备注", max_length=500, blank=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT)
    sent_on = models.DateField("送征求意见", null=True, blank=True)
    consulted = models.JSONField("征求意见单位", default=list)
    round = models.PositiveSmallIntegerField("征求意见轮次", default=0)
    reply_by = models.DateField("意见回复期限", null=True, blank=True)  # of this round
    confirmed_on = models.DateField("确认日期", null=True, blank=True)
    target_on = models.DateField("应批尽批目标日")
    source = models.CharField("来源", max_length=240, blank=True)
    version = models.PositiveIntegerField(default=1)

    # What the plan says, kept for lists; `workflows.procedures` writes it and can rebuild it.
    feasible = models.BooleanField("计划可行", default=True)
    conflict = models.JSONField("冲突链", default=list)
    short_by_days = models.PositiveSmallIntegerField("差几个工作日", default=0)
    expected_on = models.DateField("预计办齐", null=True, blank=True)
    done_on = models.DateField("办齐", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目"
        ordering = ["year", "number"]
        permissions = [("assist_project", "帮办代办该项目")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="project_state"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="project_kind"),
            models.CheckConstraint(
                condition=Q(investment_wan__gt=0), name="project_investment_positive"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CONFIRMED) | Q(confirmed_on__isnull=False),
                name="project_confirmed_on_a_day",
            ),
            models.UniqueConstraint(
                fields=["year", "name", "owner_name"], name="project_once_a_year"
            ),
            models.UniqueConstraint(
                fields=["year", "project_code"],
                condition=~Q(project_code=""),
                name="project_code_once_a_year",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def admission_claim(self) -> str:
        """What `eligibility.admit` takes as the claim: the rule it was last admitted by."""
        return self.admission_rule

    @property
    def in_first_half(self) -> bool:
        return self.planned_start_on.month <= 6


def target_for(planned_start_on: date) -> date:
    """All approvals by 31 March for a start in the first half-year, else by 31 August (clause A3)."""
    if planned_start_on.month <= 6:
        return date(planned_start_on.year, 3, 31)
    return date(planned_start_on.year, 8, 31)


class Revision(models.Model):
    """What changed on a project, when, by whom and why. Never edited."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField("版本")
    at = models.DateTimeField("时间")
    by_name = models.CharField("人员", max_length=40)
    reason = models.CharField("理由", max_length=200)
    changes = models.JSONField("变更")

    class Meta:
        verbose_name = verbose_name_plural = "变更记录"
        ordering = ["-version", "-pk"]

    def __str__(self) -> str:
        return self.reason


class Opinion(models.TextChoices):
    AGREE = "agree", "同意"
    ADVISE = "advise", "有建议"
    OBJECT = "object", "不同意"


class Verdict(models.TextChoices):
    """What the office makes of an opinion (意见处理)."""

    ADOPTED = "adopted", "采纳"
    PARTLY = "partly", "部分采纳"
    REJECTED = "rejected", "不采纳"


class Comment(models.Model):
    """An industry department's opinion while the list is open for comment, and what became of it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="comments")
    department_code = models.CharField("单位", max_length=10)
    round = models.PositiveSmallIntegerField("轮次")  # an earlier round no longer counts
    opinion = models.CharField("意见", max_length=8, choices=Opinion)
    text = models.CharField("说明", max_length=500, blank=True)
    at = models.DateTimeField("时间")
    by_name = models.CharField("人员", max_length=40)
    verdict = models.CharField("处理", max_length=8, choices=Verdict, blank=True)
    handled_why = models.CharField("处理说明", max_length=300, blank=True)
    handled_at = models.DateTimeField("处理时间", null=True)
    handled_by = models.CharField("处理人", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "部门意见"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(opinion__in=Opinion.values), name="comment_opinion"),
            models.CheckConstraint(
                condition=Q(opinion=Opinion.AGREE) | ~Q(text=""), name="comment_says_why"
            ),
            models.CheckConstraint(
                condition=Q(verdict="", handled_at__isnull=True)
                | Q(verdict__in=Verdict.values, handled_at__isnull=False) & ~Q(handled_why=""),
                name="comment_handled_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.get_opinion_display()


class Intake(models.Model):
    """A workbook brought in (导入): kept as it came, read, previewed, then applied whole or not at all."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", "待确认"
        APPLIED = "applied", "已导入"
        DISCARDED = "discarded", "已放弃"

    file_name = models.CharField("文件名", max_length=200)
    file_digest = models.CharField("文件摘要值", max_length=64, db_index=True)
    file = models.BinaryField("文件")
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField("状态", max_length=10, choices=State, default=State.PREVIEWED)
    uploaded_at = models.DateTimeField("上传时间")
    by_name = models.CharField("人员", max_length=40)
    applied_at = models.DateTimeField("导入时间", null=True)
    outcome = models.JSONField("结果", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "清单导入"
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["previewed", "applied", "discarded"]), name="intake_state"
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class Batch(models.Model):
    """One move for the whole list (整单办理). Its items say which projects are done, so that it can
    be taken up again where it stopped.
    """

    move = models.CharField("步骤", max_length=20)
    year = models.PositiveSmallIntegerField("年度")
    on = models.DateField("办理日期")
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField("人员", max_length=40)
    by_role = models.CharField("角色", max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "整单办理"
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(move__in=["send_for_comment", "confirm"]), name="batch_move"
            ),
            models.UniqueConstraint(
                fields=["year", "move"],
                condition=Q(finished_at__isnull=True),
                name="batch_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.move}"


class Outcome(models.TextChoices):
    WAITING = "waiting", "待办"
    DONE = "done", "已办"
    REFUSED = "refused", "未办"


class BatchItem(models.Model):
    """One project of a batch: done in the same transaction as its move, or refused with a reason."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items")
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    outcome = models.CharField("结果", max_length=8, choices=Outcome, default=Outcome.WAITING)
    message = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "整单办理明细"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "project"], name="batch_item_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="batch_item_outcome"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.outcome}"
