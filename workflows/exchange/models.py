"""Other systems, the keys they come with, and the answers they were given."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class System(models.Model):
    """A system of a department, or of somebody else, that reads or tells (外部系统). With a department it registers
    that department's procedures alone."""

    name = models.CharField("系统名称", max_length=60, unique=True)
    department_code = models.CharField("所属单位", max_length=10, blank=True)
    scopes = ArrayField(models.CharField(max_length=24), verbose_name="接口权限")
    contact = models.CharField("联系单位和办公电话", max_length=80)
    active = models.BooleanField("在用", default=True)
    made_at = models.DateTimeField("登记时间")
    made_by = models.CharField("登记人", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "外部系统"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Key(models.Model):
    """A key (密钥): what a system shows at each request. Only its digest is kept."""

    system = models.ForeignKey(System, models.PROTECT, related_name="keys")
    prefix = models.CharField("前缀", max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField("发放时间")
    made_by = models.CharField("发放人", max_length=40)
    expires_on = models.DateField("有效期至")
    revoked_at = models.DateTimeField("作废时间", null=True)
    last_used_at = models.DateTimeField("最近使用", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口密钥"
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.prefix


class Answer(models.Model):
    """The answer to a request that changed something, by the key the caller gave it: asked again, it is given
    again and nothing happens twice."""

    system = models.ForeignKey(System, models.PROTECT, related_name="answers")
    key = models.CharField(max_length=80)
    request_digest = models.CharField(max_length=64)
    body = models.JSONField(null=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口答复"
        constraints = [
            models.UniqueConstraint(fields=["system", "key"], name="answer_once"),
            models.CheckConstraint(condition=~Q(key=""), name="answer_has_its_key"),
        ]

    def __str__(self) -> str:
        return self.key
