"""The cycle of a year's list, its calendar, the versions issued, and what happened since the last."""

from django.db import models
from django.db.models import Q

from workflows.annual.lifecycle import Stage, State


class Cycle(models.Model):
    """Drawing up the list of a year (年度清单编制). ``started_on`` and ``declared_on`` are what the
    office did; every other day of the calendar is read from the projects and their comments."""

    year = models.PositiveSmallIntegerField("年度", unique=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.PLANNED)
    lead_days = models.PositiveSmallIntegerField("提前提醒（工作日）", default=3)
    started_on = models.DateField("启动征集", null=True)
    declared_on = models.DateField("截止申报", null=True)
    planned_why = models.CharField("日程调整理由", max_length=200, blank=True)
    made_at = models.DateTimeField("记录时间")
    made_by = models.CharField("经办", max_length=40)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "年度编制"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="cycle_state"),
            models.CheckConstraint(
                condition=Q(state=State.PLANNED) | Q(started_on__isnull=False),
                name="cycle_started_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年度"


class Milestone(models.Model):
    """One day of the calendar (节点). On a rest day the working day before it counts. ``done_on`` is
    written when the first version is issued; until then it is read from what happened."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="milestones")
    stage = models.CharField("节点", max_length=8, choices=Stage)
    planned_on = models.DateField("计划日期")
    done_on = models.DateField("实际日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "编制节点"
        ordering = ["cycle", "planned_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "stage"], name="milestone_once"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="milestone_stage"),
        ]

    def __str__(self) -> str:
        return self.get_stage_display()


class ListVersion(models.Model):
    """The list as it was issued (清单版本): numbered, frozen, with its paper. Never changed; the table
    takes no update and no deletion."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("版次")
    content = models.JSONField("内容")  # what `freezing.frozen_list` gives
    digest = models.CharField("摘要值", max_length=64)
    count = models.PositiveIntegerField("项目数")
    investment_wan = models.DecimalField("总投资（万元）", max_digits=16, decimal_places=2)
    note = models.CharField("印发说明", max_length=300, blank=True)
    issued = models.ForeignKey("issuing.Issued", models.PROTECT, related_name="+")
    issued_on = models.DateField("印发日期")
    issued_at = models.DateTimeField("登记时间")
    by_name = models.CharField("经办", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "清单版本"
        ordering = ["cycle", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="list_version_once")
        ]

    def __str__(self) -> str:
        return f"第{self.number}版"


class ChangeKind(models.TextChoices):
    ADMITTED = "admitted", "入列"
    CHANGED = "changed", "变更"
    REMOVED = "removed", "移出"


class Change(models.Model):
    """A project that came onto the list, changed on it or left it (清单变动). The next version takes
    up those without a version, ``taken_into`` keeps its number."""

    year = models.PositiveSmallIntegerField("年度", db_index=True)
    kind = models.CharField("变动", max_length=8, choices=ChangeKind)
    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="list_changes")
    on = models.DateField("日期")
    rule = models.CharField("入选依据", max_length=32)
    reason = models.CharField("理由", max_length=200)
    at = models.DateTimeField("记录时间")
    by_name = models.CharField("经办", max_length=40)
    taken_into = models.PositiveSmallIntegerField("列入版次", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "清单变动"
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="change_kind")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reason}"
