"""Versions of the lamp rule (亮灯规则修订): a new one takes over on its day; none is ever edited."""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from kernel.trail import Actor, record
from workflows.procedures import queries
from workflows.procedures.lamps import LampRule
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import LampRuleVersion

AHEAD = timedelta(days=366)  # a rule for later than that is a slip of the pen, and bars every other


@transaction.atomic
def revise(
    *,
    rule: dict[str, Any],
    effective_from: date,
    why: str,
    document: str,
    seen: int,
    on: date,
    actor: Actor,
) -> LampRule:
    """Put the next version on file. ``seen`` is the newest the page showed. Raises `MoveRefused`."""
    newest = queries.lamp_rules().versions[-1]
    if seen != newest.number:
        raise MoveRefused(
            f"亮灯规则已有第 {newest.number} 版，您看到的是第 {seen} 版。请看过再修订。"
        )
    earliest = max(on, newest.effective_from)
    if effective_from < earliest:
        raise MoveRefused(
            f"生效日期 {effective_from} 早于 {earliest}。已经亮过的灯不追改，请填 {earliest} 或者以后。"
        )
    if effective_from > on + AHEAD:
        raise MoveRefused(f"生效日期 {effective_from} 在一年以后，请核对年份。")
    made = LampRule.read(newest.number + 1, effective_from, rule)
    if made.write() == newest.write():
        raise MoveRefused(f"与第 {newest.number} 版相同，没有可修订的。")
    try:
        with transaction.atomic():
            LampRuleVersion.objects.create(
                number=made.number,
                effective_from=effective_from,
                rule=made.write(),
                why=why.strip(),
                document=document.strip(),
                made_by=actor.name,
                made_at=timezone.now(),
            )
    except IntegrityError as taken:
        raise MoveRefused(f"第 {made.number} 版刚由别人写入。请刷新看过再修订。") from taken
    record(
        actor=actor,
        action="procedures.lamp_rule",
        subject="亮灯规则",
        summary=f"亮灯规则第 {made.number} 版，自 {effective_from} 起。理由：{why.strip()}"[:300],
        detail={"before": newest.write(), "after": made.write()},
    )
    return made
