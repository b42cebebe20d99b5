"""A notice being brought in, each tenant's pass over its ledger, and every date that moved.

All three are shared tables. A draft is read by every tenant, because each recomputes itself by it,
and written by its owner until it is finished. Passes and moved dates are written by the tenant they
are of and seen by it and the tenants above it. The walls are in the migrations.
"""

from dataclasses import replace

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from kernel.calendars.freezing import thawed
from kernel.clock import Notice
from tenants.rollup.models import Shared
from workflows.holidays.lifecycle import DateKind, Phase, State


class Draft(models.Model):
    """放假通知草稿. ``content`` is the notice as `kernel.calendars.freezing` holds it.

    ``base_digest`` names the calendar that ``run``, the last preview, was compared with; empty when
    there is none for what the draft says now. ``tenants`` are the schemas asked, in order: those of
    the preview, and after applying those that are recomputed.
    """

    owner = models.CharField(max_length=41)
    owner_name = models.CharField("录入单位", max_length=60)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    content = models.JSONField("内容")
    source_url = models.URLField("来源网址", max_length=300, blank=True)
    origin = models.CharField("录入方式", max_length=200)
    pasted = models.TextField("粘贴的原文", blank=True)
    remarks = models.JSONField("读取说明", default=list)
    replaces = models.BooleanField("替换在册的同一文号", default=False)
    replaced = models.JSONField("被替换的通知", null=True)
    run = models.PositiveIntegerField("预览次数", default=0)
    base_digest = models.CharField(max_length=64, blank=True)
    compared_on = models.DateField("推算日期", null=True)
    tenants = models.JSONField("重算单位", default=list)
    created_at = models.DateTimeField("录入时间")
    created_by = models.CharField("录入人", max_length=40)
    closed_at = models.DateTimeField("启用时间", null=True)
    closed_by = models.CharField("启用人", max_length=40, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "放假通知草稿"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="holiday_draft_state"),
            models.CheckConstraint(
                condition=Q(state=State.OPEN, closed_at__isnull=True)
                | (~Q(state=State.OPEN) & Q(closed_at__isnull=False)),
                name="holiday_draft_closed_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.notice.number or self.notice.title

    @property
    def notice(self) -> Notice:
        return thawed(self.content)

    @property
    def to_file(self) -> Notice:
        """The notice with the address of its source, as it goes on file."""
        return replace(self.notice, source=f"{self.notice.source} {self.source_url}".strip())

    @property
    def phase(self) -> Phase:
        return Phase.APPLIED if self.state == State.APPLIED else Phase.PREVIEW


class Visit(Shared):
    """One tenant's pass (逐地推算) over its confirmed projects. ``cursor`` is the last project done,
    written in the transaction that wrote what moved, so that a pass goes on where it stopped.

    ``counts`` is {kind: {"moved": n, "firm": m}}: dates that fall on another day, and those that
    stay and are no estimate any more. ``failed`` are projects that could not be computed.
    """

    draft = models.ForeignKey(Draft, models.PROTECT, related_name="visits")
    phase = models.CharField("阶段", max_length=8, choices=Phase)
    run = models.PositiveIntegerField()
    cursor = models.BigIntegerField(default=0)
    projects_done = models.PositiveIntegerField("已推算项目", default=0)
    projects_total = models.PositiveIntegerField("项目数", default=0)
    counts = models.JSONField("变动", default=dict)
    failed = models.JSONField("没有算出的项目", default=list)
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "逐地推算"
        ordering = ["owner"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "draft", "phase"], name="visit_once"),
            models.CheckConstraint(condition=Q(phase__in=Phase.values), name="visit_phase"),
        ]

    def __str__(self) -> str:
        return f"{self.owner_name} {self.projects_done}/{self.projects_total}"


class MovedDate(Shared):
    """A date that falls on another day (变动的日期). Of an applied notice it is never changed."""

    draft = models.ForeignKey(Draft, models.PROTECT, related_name="moved")
    phase = models.CharField("阶段", max_length=8, choices=Phase)
    project_number = models.CharField("项目编号", max_length=40)
    project_name = models.CharField("项目名称", max_length=200)
    procedure_number = models.CharField("办件号", max_length=40, blank=True)
    procedure_name = models.CharField("事项", max_length=80, blank=True)
    kind = models.CharField("日期", max_length=10, choices=DateKind)
    before_on = models.DateField("原来", null=True)
    after_on = models.DateField("现在", null=True)
    before_provisional = models.BooleanField("原来是推定")
    after_provisional = models.BooleanField("现在是推定")
    feasible_before = models.BooleanField("原来赶得上目标", null=True)
    feasible_after = models.BooleanField("现在赶得上目标", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "变动的日期"
        ordering = ["owner", "project_number", "procedure_number", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "phase", "owner", "project_number", "procedure_number", "kind"],
                name="moved_date_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=DateKind.values), name="moved_date_kind"),
            models.CheckConstraint(condition=Q(phase__in=Phase.values), name="moved_date_phase"),
        ]
        indexes = [GinIndex(fields=["visible_to"], name="moved_date_visible")]

    def __str__(self) -> str:
        return f"{self.procedure_number or self.project_number} {self.kind}"

    @property
    def shift_days(self) -> int | None:
        """Calendar days the date moved, later is positive."""
        if self.before_on is None or self.after_on is None:
            return None
        return (self.after_on - self.before_on).days

    @property
    def feasibility(self) -> str:
        """Of a project whose plan no longer meets its target, or does again."""
        if self.feasible_before == self.feasible_after:
            return ""
        return "现在赶得上" if self.feasible_after else "现在赶不上"
