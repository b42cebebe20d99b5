"""What was done for a form, kept beside it in the same transaction."""

from django.db import models


class Done(models.Model):
    """A form that has been dealt with (已办表单). ``key`` is a digest of its page's token, its address,
    its sender and all it said; ``answer`` is where the sender was led."""

    key = models.CharField(max_length=64, primary_key=True)
    answer = models.CharField("去处", max_length=400, blank=True)
    at = models.DateTimeField("时间", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "已办表单"

    def __str__(self) -> str:
        return self.answer
