"""A tenant's own terms for a standard matter: promised limit, window, staff, helpers."""

from django.db import models
from django.db.models import Q


class Promise(models.Model):
    """What this tenant promises (承诺) for a matter; the matter itself is shared."""

    matter_code = models.CharField("事项", max_length=10, unique=True)
    promised_days = models.PositiveSmallIntegerField("承诺时限", null=True, blank=True)
    window = models.CharField("受理窗口", max_length=80, blank=True)
    cut_off = models.TimeField("收件截止时间", null=True, blank=True)
    office_phone = models.CharField("咨询电话（办公）", max_length=20, blank=True)
    handled_here = models.BooleanField("本级办理", default=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "承诺"
        ordering = ["matter_code"]

    def __str__(self) -> str:
        return self.matter_code


class PartyRole(models.TextChoices):
    APPROVER = "approver", "审批人员"
    REPRESENTATIVE = "representative", "首席代表"
    HELPER = "helper", "帮办代办"


class Party(models.Model):
    """A person the public may turn to for a matter; office lines only."""

    promise = models.ForeignKey(Promise, models.CASCADE, related_name="parties")
    role = models.CharField("身份", max_length=16, choices=PartyRole)
    name = models.CharField("姓名", max_length=40)
    post = models.CharField("职务", max_length=60, blank=True)
    office_phone = models.CharField("办公电话", max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "人员"
        ordering = ["role", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=PartyRole.values), name="party_role")
        ]

    def __str__(self) -> str:
        return self.name
