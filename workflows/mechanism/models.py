"""Units, seats and who holds them, each with the days it holds and the document that says so.

A row entered by mistake is voided, never deleted: the history keeps it, the chart leaves it out.
"""

from datetime import date

from django.db import models
from django.db.models import F, Q

_TERM = Q(until_on__isnull=True) | Q(until_on__gte=F("from_on"))
_OPEN = Q(until_on__isnull=True, voided=False)


class EffectiveQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def lasting(self, on: date) -> "EffectiveQuerySet":
        """Rows that hold on day ``on`` or later."""
        return self.filter(Q(until_on__isnull=True) | Q(until_on__gte=on), voided=False)

    def in_force(self, on: date) -> "EffectiveQuerySet":
        """Rows that hold on day ``on``, both ends included."""
        return self.lasting(on).filter(from_on__lte=on)

    def open(self) -> "EffectiveQuerySet":
        """Rows that hold from now on, until a change closes them."""
        return self.filter(_OPEN)


class Effective(models.Model):
    """A row with the days it holds, the document it rests on and the one that ended it."""

    from_on = models.DateField("自")
    until_on = models.DateField("至", null=True, blank=True)
    document = models.CharField("依据文件", max_length=80, blank=True)
    end_document = models.CharField("终止依据", max_length=80, blank=True)
    voided = models.BooleanField("已更正作废", default=False)

    objects = EffectiveQuerySet.as_manager()

    class Meta:
        abstract = True

    def holds(self, on: date) -> bool:
        """Whether it holds on day ``on``, both ends included; what `in_force` asks the table."""
        return (
            not self.voided
            and self.from_on <= on
            and (self.until_on is None or on <= self.until_on)
        )


class Unit(Effective):
    """A member unit (成员单位) of this mechanism."""

    department_code = models.CharField("单位代码", max_length=10)
    name = models.CharField("单位名称", max_length=60)
    order = models.PositiveSmallIntegerField("排序", default=0)
    hosts_office = models.BooleanField("办公室设在此单位", default=False)
    in_task_force = models.BooleanField("选派专项工作组人员", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "成员单位"
        ordering = ["order", "department_code", "from_on"]
        permissions = [("handle_procedures", "办理本单位办件")]
        constraints = [
            models.UniqueConstraint(
                fields=["department_code"],
                condition=_OPEN,
                name="unit_one_open",
            ),
            models.CheckConstraint(condition=_TERM, name="unit_term"),
        ]

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """A document that changes rest on (依据文件), on file with number, date and scan (A5.1).
    ``issued_id`` is the register's key where the office issued it itself."""

    number = models.CharField("文号", max_length=80, unique=True)
    title = models.CharField("标题", max_length=200)
    dated_on = models.DateField("成文日期")
    issued_id = models.BigIntegerField(null=True)
    filed_at = models.DateTimeField("登记时间")
    filed_by = models.CharField("登记人", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "依据文件"
        ordering = ["-dated_on", "-pk"]

    def __str__(self) -> str:
        return self.number

    @property
    def key(self) -> str:
        """What its scans hang on in `kernel.papers`."""
        return f"order:{self.pk}"


class SeatKind(models.TextChoices):
    CONVENER = "convener", "总召集人"
    DEPUTY = "deputy", "副总召集人"
    MEMBER = "member", "成员"
    OFFICE_DIRECTOR = "office_director", "办公室主任"
    OFFICE_MEMBER = "office_member", "办公室成员"
    LIAISON = "liaison", "联络员"
    TASK_FORCE = "task_force", "专项工作组成员"
    FOLLOW_UP = "follow_up", "跟进组成员"


class Seat(Effective):
    """A place in the mechanism (席位): what kind, of which unit, filled by what post."""

    kind = models.CharField("席位", max_length=16, choices=SeatKind)
    department_code = models.CharField("单位代码", max_length=10, blank=True)
    post = models.CharField("由何职务担任", max_length=80)
    order = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "席位"
        ordering = ["kind", "order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SeatKind.values), name="seat_kind"),
            models.CheckConstraint(condition=_TERM, name="seat_term"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.post}"


class Holding(Effective):
    """Who holds a seat, from when until when (任期). A change closes one row and opens the next."""

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="holdings", verbose_name="席位")
    name = models.CharField("姓名", max_length=40)
    office_phone = models.CharField("办公电话", max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任期"
        ordering = ["seat", "-from_on"]
        constraints = [
            models.UniqueConstraint(fields=["seat"], condition=_OPEN, name="holding_one_open"),
            models.CheckConstraint(condition=_TERM, name="holding_term"),
        ]

    def __str__(self) -> str:
        return self.name
