"""The counting rule (计时口径) of a tenant, in versions that are never edited."""

from django.db import models
from django.db.models import Q

from kernel.clock import StopReason, Unit
from kernel.clock.meter import CountingRule, Party

#: Reasons that say by themselves with whom the file lies, whatever the rule.
FIXED = {
    StopReason.HAND_UP: Party.HIGHER,
    StopReason.CORRECTION: Party.OWNER,
    StopReason.OWNER_REQUEST: Party.OWNER,
}
#: Reasons for which somebody is commissioned: the ledger says by whom, else the rule does.
THIRD_PARTY = tuple(reason for reason in StopReason if reason not in FIXED)

_PARTY = {party.value: party for party in Party}
_UNIT = {unit.value: unit for unit in Unit}


class Begin(models.TextChoices):
    """From which day a project is counted (起算)."""

    FIRST_RECEIPT = "first_receipt", "第一个办件收件之日"
    CONFIRMED = "confirmed", "项目确认入列之日"


class RuleVersion(models.Model):
    """One version of the counting rule, in force from ``effective_on`` until a later one is.

    The first version has no such day: it holds until the tenant adopts one of its own. The database
    lets nobody change or delete a version.
    """

    version = models.PositiveSmallIntegerField("版本", unique=True)
    effective_on = models.DateField("生效日期", null=True)
    begins = models.CharField("起算", max_length=16, choices=Begin)
    precedence = models.JSONField("归属次序")
    counted = models.JSONField("计入")
    unit = models.CharField("单位", max_length=10, choices=[(u.value, u.label) for u in Unit])
    allowance_days = models.PositiveSmallIntegerField("上限天数")
    stop_parties = models.JSONField("停表归属")
    basis = models.CharField("依据", max_length=200)
    document = models.CharField("文号", max_length=80, blank=True)
    verified = models.BooleanField("已核实", default=False)
    reason = models.CharField("修改理由", max_length=300)
    adopted_at = models.DateTimeField("确定时间")
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField("经办", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "计时口径"
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(condition=Q(begins__in=Begin.values), name="meter_rule_begins"),
            models.CheckConstraint(condition=Q(unit__in=list(_UNIT)), name="meter_rule_unit"),
            models.CheckConstraint(
                condition=Q(allowance_days__gt=0), name="meter_rule_allowance_positive"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="meter_rule_says_why"),
            models.CheckConstraint(
                condition=Q(version=1) | Q(effective_on__isnull=False),
                name="meter_rule_from_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.version} 版"

    @property
    def rule(self) -> CountingRule:
        """As the meter counts by it."""
        return CountingRule(
            precedence=tuple(_PARTY[name] for name in self.precedence),
            counted=frozenset(_PARTY[name] for name in self.counted),
            unit=_UNIT[self.unit],
            allowance_days=self.allowance_days,
            version=self.version,
            article=self.basis,
            verified=self.verified,
        )

    @property
    def unit_label(self) -> str:
        return _UNIT[self.unit].label

    def party_of(self, reason: StopReason, commissioned: str) -> Party:
        """With whom a stopped file lies; ``commissioned`` is what the ledger says of it."""
        if reason in FIXED:
            return FIXED[reason]
        if commissioned:
            return {"government": Party.GOVERNMENT_AGENT, "owner": Party.OWNER_AGENT}[commissioned]
        return _PARTY[self.stop_parties[reason.value]]
