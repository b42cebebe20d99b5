"""Holiday notices on file (节假日安排通知), the source of every working day."""

from django.db import models
from django.db.models import F, Q


class HolidayNotice(models.Model):
    """A published notice; a year may have two. A year with none is provisional (推定).

    ``filed_by`` is the person who entered it, empty for those that ship. ``verified`` says that
    somebody read the original: who, on which day, and where it was found.
    """

    year = models.PositiveSmallIntegerField("年份")
    number = models.CharField("文号", max_length=40, unique=True)
    title = models.CharField("标题", max_length=120)
    issued_on = models.DateField("印发日期", null=True, blank=True)
    source = models.CharField("来源", max_length=500)
    filed_by = models.CharField("录入人", max_length=40, blank=True)
    verified = models.BooleanField("已核实", default=False)
    verified_by = models.CharField("核实人", max_length=40, blank=True)
    verified_on = models.DateField("核实日期", null=True, blank=True)
    verified_source = models.CharField("核实所据", max_length=200, blank=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "节假日通知"
        ordering = ["year", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verified=False) | ~Q(verified_source=""),
                name="notice_verified_in_a_source",
            )
        ]

    def __str__(self) -> str:
        return self.title


class RestPeriod(models.Model):
    """Days off in a row, both ends included."""

    notice = models.ForeignKey(HolidayNotice, models.CASCADE, related_name="rests")
    name = models.CharField("节日", max_length=20)
    from_on = models.DateField("自")
    until_on = models.DateField("至")

    class Meta:
        verbose_name = verbose_name_plural = "放假"
        ordering = ["from_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="rest_period_order"
            )
        ]

    def __str__(self) -> str:
        return self.name


class MakeUpDay(models.Model):
    """A weekend day that is worked (调休上班日). A later notice may name one again."""

    notice = models.ForeignKey(HolidayNotice, models.CASCADE, related_name="make_ups")
    on = models.DateField("日期")

    class Meta:
        verbose_name = verbose_name_plural = "调休上班日"
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "on"], name="make_up_day_once_a_notice")
        ]

    def __str__(self) -> str:
        return self.on.isoformat()
