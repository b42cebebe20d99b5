"""Adopt a counting rule (确定口径): a new version beside the old ones, never an edit."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from kernel.clock import StopReason
from kernel.clock.meter import Party
from kernel.refusal import Refused
from kernel.trail import SYSTEM, Actor, record
from tenants.gateway import visiting
from tenants.models import Tenant
from tenants.rollup import writing as rollup
from workflows.meter import picture, queries, standard
from workflows.meter.models import THIRD_PARTY, Begin, RuleVersion

SUBJECT = "百日计时口径"
#: What a version says, beside who adopted it when and why.
SAID = (
    "begins", "precedence", "counted", "unit", "allowance_days", "stop_parties", "basis",
    "document", "verified",
)  # fmt: skip
AHEAD = timedelta(days=366)  # a rule for later than that is a slip of the pen
_LOCK = 0x6D657465  # one version at a time; rows that nobody may change can't be locked


class RuleRefused(Refused):
    """A counting rule that can't be adopted."""


def seed(tenant: Tenant) -> None:
    """Start a new tenant from its parent's rule, or from the one shipped. Idempotent.

    Called inside the tenant's schema and outside a transaction.
    """
    if RuleVersion.objects.exists():
        return
    terms, reason = standard.TERMS, standard.REASON
    if tenant.parent:
        with visiting(tenant.parent):
            above = queries.rules().first()
        if above and above.version > 1:
            terms = {name: getattr(above, name) for name in SAID}
            reason = f"开通时沿用{tenant.parent}的口径，本级另行确定之前适用。"
    with transaction.atomic():
        RuleVersion.objects.create(
            version=1, adopted_at=timezone.now(), by_name=SYSTEM.name, reason=reason, **terms
        )
        record(actor=SYSTEM, action="meter.seed", subject=SUBJECT, summary=reason)


@transaction.atomic
def adopt(
    *,
    effective_on: date,
    begins: str,
    precedence: Sequence[str],
    counted: Sequence[str],
    unit: str,
    allowance_days: int,
    stop_parties: Mapping[str, str],
    basis: str,
    document: str,
    verified: bool,
    reason: str,
    seen: int,
    on: date,
    actor: Actor,
) -> RuleVersion:
    """Adopt a new version for ``effective_on`` and after; ``seen`` is the newest one the clerk saw.

    On one day the later version holds. Raises `RuleRefused` with a sentence for the clerk.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()::text))", [_LOCK]
        )
    newest = queries.rules()[:1].get()
    if newest.version != seen:
        raise RuleRefused(
            f"您打开页面以后，口径已改到{newest}（您看到的是第 {seen} 版）。请看过最新口径再改。"
        )
    draft = RuleVersion(
        version=newest.version + 1,
        effective_on=effective_on,
        begins=begins,
        precedence=list(precedence),
        counted=[party.value for party in Party if party.value in counted],
        unit=unit,
        allowance_days=allowance_days,
        stop_parties=dict(stop_parties),
        basis=basis.strip(),
        document=document.strip(),
        verified=verified,
        reason=reason.strip(),
        adopted_at=timezone.now(),
        by_id=actor.user_id,
        by_name=actor.name,
    )
    check_terms(draft)
    _check_day(draft, newest, on)
    if not draft.reason:
        raise RuleRefused("修改理由没有填。口径改变会改变公布的天数，请写明为什么改。")
    changed = [name for name in SAID if getattr(draft, name) != getattr(newest, name)]
    if not changed:
        raise RuleRefused(f"与{newest}完全相同，没有要修改的内容。")
    draft.save(force_insert=True)
    rollup.put(picture.all_rows())
    record(
        actor=actor,
        action="meter.adopt",
        subject=SUBJECT,
        summary=f"确定{draft}口径，自{effective_on.year}年{effective_on.month}月{effective_on.day}日起适用：{draft.reason}",
        detail={name: getattr(draft, name) for name in changed}
        | {"version": draft.version, "effective_on": effective_on.isoformat()},
    )
    return draft


def check_terms(draft: RuleVersion) -> None:
    """Raise `RuleRefused` unless every part of the rule is there and known."""
    parties = [party.value for party in Party]
    if sorted(draft.precedence) != sorted(parties):
        raise RuleRefused("归属次序须把五方各列一次，不重不漏。请重新排列。")
    if not draft.counted:
        raise RuleRefused("“计入官方天数的各方”至少选一方，否则百日计时没有天数可计。")
    if draft.begins not in Begin.values:
        raise RuleRefused(f"起算“{draft.begins}”不在可选范围之内，请从列表中选择。")
    if not 1 <= draft.allowance_days <= 1000:
        raise RuleRefused(f"上限 {draft.allowance_days} 天不成立，请填 1 至 1000 之间的天数。")
    reasons = [reason.value for reason in THIRD_PARTY]
    if sorted(draft.stop_parties) != sorted(reasons):
        labels = "、".join(reason.label for reason in THIRD_PARTY)
        raise RuleRefused(f"停表归属须写全这些事由：{labels}。")
    for reason, party in draft.stop_parties.items():
        if party not in parties:
            raise RuleRefused(f"停表事由“{StopReason(reason).label}”的归属“{party}”不是五方之一。")


def _check_day(draft: RuleVersion, newest: RuleVersion, on: date) -> None:
    day = draft.effective_on
    assert day  # noqa: S101 -- only the first version has none
    if day < on:
        raise RuleRefused(f"生效日期 {day} 早于今天 {on}。已经公布的天数不回头改，请填今天或以后。")
    if newest.effective_on and day < newest.effective_on:
        raise RuleRefused(
            f"生效日期 {day} 早于{newest}的 {newest.effective_on}。请填这一天或以后。"
        )
    if day > on + AHEAD:
        raise RuleRefused(f"生效日期 {day} 在一年以后，请核对年份。")
