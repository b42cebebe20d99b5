"""Notices (通知): one row a thing to know and its audience; who has seen it stands beside."""

from django.db import models


class Notice(models.Model):
    """Something a role, a unit or a person has to know. ``key`` makes telling it twice impossible."""

    key = models.CharField(max_length=120, unique=True)
    room = models.CharField("来源", max_length=24)
    role = models.CharField("角色", max_length=16, blank=True)  # empty: any
    department_code = models.CharField("单位", max_length=10, blank=True)  # empty: any
    user_id = models.BigIntegerField("人员", null=True)  # a person alone
    text = models.CharField("内容", max_length=300)
    url = models.CharField("位置", max_length=200)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["department_code", "-at"], name="notice_of_unit")]

    def __str__(self) -> str:
        return self.text


class Seen(models.Model):
    """Who has seen a notice, and when."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="seen")
    user_id = models.BigIntegerField()
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "知悉"
        constraints = [models.UniqueConstraint(fields=["notice", "user_id"], name="seen_once")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.user_id}"
