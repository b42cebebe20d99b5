"""What a tenant writes before it is filed: a department's measure, the office's year-end summary."""

from django.db import models

from tenants.registry.models import FilingKind


class Draft(models.Model):
    """A filing in the making (拟报): ``given`` are the fields of its form as plain JSON; files hang on
    "draft:<id>". It stays when it has been filed, so that a return is mended where it was written."""

    kind = models.CharField("类别", max_length=16, choices=FilingKind)
    year = models.PositiveSmallIntegerField("年度")
    period = models.CharField("期次", max_length=80, blank=True, default="")
    unit_code = models.CharField("单位", max_length=10, blank=True, default="")
    given = models.JSONField("内容", default=dict)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.CharField("修改人", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "拟报"
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "year", "period", "unit_code"], name="draft_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.year} {self.period}".strip()
