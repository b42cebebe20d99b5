"""Secondments to the task force (选派) and its attendance (集中办公考勤)."""

from datetime import date

from django.db import models
from django.db.models import F, Q


class SecondmentQuerySet(models.QuerySet["Secondment"]):
    def on(self, day: date) -> "SecondmentQuerySet":
        """Those who belong to the task force on ``day``."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gte=day), from_on__lte=day)


class Secondment(models.Model):
    """A person of a unit in the task force for a term: full-time, or temporary for a purpose (A1.2)."""

    department_code = models.CharField("选派单位", max_length=10)
    name = models.CharField("姓名", max_length=40)
    temporary = models.BooleanField("临时参加", default=False)
    purpose = models.CharField("参加事由", max_length=200, blank=True)
    from_on = models.DateField("自")
    planned_until = models.DateField("计划至")
    ended_on = models.DateField("实际至", null=True)
    ended_why = models.CharField("结束原因", max_length=200, blank=True)
    document = models.CharField("依据文件", max_length=80)
    end_document = models.CharField("终止依据", max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = SecondmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "选派"
        ordering = ["department_code", "-from_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["department_code"],
                condition=Q(ended_on__isnull=True, temporary=False),
                name="secondment_one_full_time",
            ),
            models.CheckConstraint(
                condition=Q(planned_until__gte=F("from_on")), name="secondment_term"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("from_on")),
                name="secondment_ended",
            ),
            models.CheckConstraint(
                condition=Q(temporary=False) | ~Q(purpose=""), name="secondment_temporary_for_what"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Extension(models.Model):
    """A longer term (延期): until when it was, until when it is, and why. Never changed or deleted."""

    secondment = models.ForeignKey(Secondment, models.PROTECT, related_name="extensions")
    before_on = models.DateField("原计划至")
    until_on = models.DateField("延至")
    why = models.CharField("延期原因", max_length=200)
    document = models.CharField("依据文件", max_length=80)
    at = models.DateTimeField("记录时间")
    by_name = models.CharField("记录人", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "延期"
        ordering = ["secondment", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gt=F("before_on")), name="extension_is_longer"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="extension_for_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.before_on} → {self.until_on}"


class Presence(models.TextChoices):
    PRESENT = "present", "在岗"
    TRIP = "trip", "出差"
    LEAVE = "leave", "请假"
    ABSENT = "absent", "缺勤"


#: Who was away says why.
AWAY = (Presence.LEAVE, Presence.ABSENT)


class Attendance(models.Model):
    """Where a member of the task force was on a working day."""

    secondment = models.ForeignKey(Secondment, models.PROTECT, related_name="attendance")
    on = models.DateField("日期")
    presence = models.CharField("考勤", max_length=8, choices=Presence)
    note = models.CharField("说明", max_length=100, blank=True)
    at = models.DateTimeField("记录时间")
    by_name = models.CharField("记录人", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "考勤"
        ordering = ["on", "secondment"]
        constraints = [
            models.UniqueConstraint(fields=["secondment", "on"], name="attendance_once_a_day"),
            models.CheckConstraint(
                condition=Q(presence__in=Presence.values), name="attendance_presence"
            ),
            models.CheckConstraint(
                condition=~Q(presence__in=["leave", "absent"]) | ~Q(note=""),
                name="attendance_away_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_presence_display()}"
