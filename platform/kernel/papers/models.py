"""Attachments (附件): files kept in the tenant's own schema, with digest and who brought them."""

import secrets

from django.db import models


def new_token() -> str:
    return secrets.token_urlsafe(18)


class Attachment(models.Model):
    """A file somebody handed in. Its address is a random token; who may open it says the room that keeps it.

    ``room`` and ``key`` name what it belongs to: ("assignments", "feedback:12"). Never changed.
    """

    token = models.CharField(max_length=24, unique=True, default=new_token)
    room = models.CharField("所属", max_length=24)
    key = models.CharField("所属编号", max_length=60)
    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    digest = models.CharField("摘要值", max_length=64)
    content = models.BinaryField("内容")
    kept_at = models.DateTimeField("上传时间")
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField("上传人", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ["pk"]
        indexes = [models.Index(fields=["room", "key"], name="attachment_of")]

    def __str__(self) -> str:
        return self.name
