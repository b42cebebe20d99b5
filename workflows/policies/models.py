"""Changes of policy, each against a class of problem: a matter and why it got stuck."""

from django.db import models
from django.db.models import Q

from workflows.meetings.lifecycle import Cause


class Policy(models.Model):
    """A change that was to end a class of problem (解决一类问题，完善一项政策). Its class never changes."""

    title = models.CharField("政策措施", max_length=120)
    matter_code = models.CharField("事项", max_length=10)
    cause = models.CharField("原因", max_length=10, choices=Cause)
    change = models.TextField("改了什么", max_length=1000)
    department_code = models.CharField("责任单位", max_length=10)
    document = models.CharField("文号", max_length=80)
    effective_on = models.DateField("施行日期")
    item = models.ForeignKey(
        "meetings.Item", models.PROTECT, related_name="policies", null=True, verbose_name="来自议题"
    )
    made_at = models.DateTimeField("记录时间")
    made_by = models.CharField("经办", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "政策完善事项"
        ordering = ["-effective_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(cause__in=Cause.values), name="policy_cause"),
            models.UniqueConstraint(
                fields=["document", "matter_code", "cause"], name="policy_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title
