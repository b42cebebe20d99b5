"""Departments and the versions of each standard matter, shared by all tenants."""

from datetime import date
from functools import cached_property

from django.db import models
from django.db.models import Q

from workflows.catalogue.combing import EdgeFact, MatterFact


class Department(models.Model):
    """A unit that approves (审批部门), by the code that matters and mechanisms use for it."""

    code = models.CharField("代码", max_length=10, primary_key=True)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=20)
    order = models.PositiveSmallIntegerField("排序", default=0)
    member = models.BooleanField("成员单位", default=True)
    task_force = models.BooleanField("选派专项工作组人员", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.short_name


class MatterVersionQuerySet(models.QuerySet["MatterVersion"]):
    def in_force(self, on: date) -> "MatterVersionQuerySet":
        """The newest version of each matter that is effective on day ``on``."""
        return (
            self.filter(effective_from__lte=on)
            .order_by("matter_code", "-effective_from", "-number")
            .distinct("matter_code")
        )


class MatterVersion(models.Model):
    """One version of a standard matter (标准事项). Published versions are never edited.

    ``facts`` holds the whole `combing.MatterFact` as JSON; the columns beside it are the ones that
    lists sort and filter by. ``confirmations`` says who of this city vouched for which fact:
    ``{fact: {"name", "unit", "source", "read_on", "note"}}``. ``shipped_digest`` names the shipped
    facts the version rests on, so that loading them again publishes nothing.
    """

    matter_code = models.CharField("事项", max_length=10)
    number = models.PositiveIntegerField("版本")
    effective_from = models.DateField("生效日期")
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=20)
    department_code = models.CharField("牵头单位", max_length=10)
    stage = models.PositiveSmallIntegerField("阶段")
    group = models.CharField("并行组", max_length=4, blank=True)
    limit_days = models.PositiveSmallIntegerField("法定时限", null=True)
    unit = models.CharField("单位", max_length=10)
    deficiency = models.CharField("容缺", max_length=4, blank=True)
    verified = models.BooleanField("已核实", default=False)
    facts = models.JSONField("事实")
    confirmations = models.JSONField("核实记录", default=dict)
    digest = models.CharField(max_length=64)
    shipped_digest = models.CharField(max_length=64)
    change_note = models.CharField("修订说明", max_length=200, blank=True)
    published_at = models.DateTimeField("发布时间")
    published_by = models.CharField("发布人", max_length=40)

    objects = MatterVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "事项版本"
        ordering = ["matter_code", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["matter_code", "number"], name="matter_version_once"),
            models.CheckConstraint(
                condition=Q(unit__in=["working", "calendar", "none", "instant"]),
                name="matter_version_unit",
            ),
            models.CheckConstraint(
                condition=Q(stage__gte=1, stage__lte=5), name="matter_version_stage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_code} {self.name}"

    @cached_property
    def fact(self) -> MatterFact:
        return MatterFact.read(self.facts)

    @property
    def edges(self) -> list[EdgeFact]:
        """What must come before, as the combing reads it; prefetch ``dependencies`` for many."""
        return [dependency.edge(self.matter_code) for dependency in self.dependencies.all()]


class Dependency(models.Model):
    """What must come before a matter (前置事项), with its legal basis; none is a finding (A5.2)."""

    version = models.ForeignKey(MatterVersion, models.CASCADE, related_name="dependencies")
    before_code = models.CharField("前置事项", max_length=10)
    strength = models.CharField("强度", max_length=10)
    basis = models.CharField("依据", max_length=200, blank=True)
    mark = models.CharField("来源标记", max_length=4, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "前置关系"
        ordering = ["version", "before_code"]
        constraints = [
            models.UniqueConstraint(fields=["version", "before_code"], name="dependency_once"),
            models.CheckConstraint(
                condition=Q(strength__in=["hard", "soft", "deficient"]), name="dependency_strength"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before_code} → {self.version.matter_code}"

    def edge(self, after: str) -> EdgeFact:
        return EdgeFact(
            before=self.before_code,
            after=after,
            strength=self.strength,  # type: ignore[arg-type]
            basis=self.basis,
            mark=self.mark,  # type: ignore[arg-type]
            note=self.note,
        )
