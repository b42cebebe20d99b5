"""Publish versions of standard matters (发布事项版本). A published version is never edited."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from kernel.refusal import Refused
from kernel.trail import SYSTEM, Actor, record
from workflows.catalogue import combing, wording
from workflows.catalogue.combing import EdgeFact, Mark, MatterFact
from workflows.catalogue.models import Department, Dependency, MatterVersion

#: From when the shipped catalogue holds: before the first season any office enters.
SHIPPED_FROM = date(2025, 1, 1)

Confirmations = Mapping[str, Mapping[str, str]]


class ConfirmRefused(Refused):
    """A confirmation the rules say no to."""


@transaction.atomic
def load_standard(*, actor: Actor = SYSTEM) -> list[str]:
    """File the shipped departments and matters; return the codes that got a new version.

    Idempotent. A matter whose shipped facts changed gets its next version from today on; what a
    department confirmed stays confirmed where the fact itself did not change.
    """
    standard = combing.load_standard()
    Department.objects.bulk_create(
        [Department(**asdict(department)) for department in standard.departments],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "short_name", "order", "member", "task_force"],
    )
    latest = _latest()
    published = []
    for fact in standard.matters:
        edges = [edge for edge in standard.edges if edge.after == fact.code]
        before = latest.get(fact.code)
        shipped = digest(fact, edges)
        if before and before.shipped_digest == shipped:
            continue
        kept = _still_confirmed(before, fact) if before else {}
        _publish(
            fact=_with_confirmed(fact, kept),
            edges=edges,
            confirmations=kept,
            before=before,
            shipped_digest=shipped,
            on=timezone.localdate() if before else SHIPPED_FROM,
            note="随系统目录更新" if before else "随系统交付",
            actor=actor,
        )
        published.append(fact.code)
    if published:
        record(
            actor=actor,
            action="catalogue.load",
            subject="事项目录",
            summary=f"载入标准事项目录，{len(published)}项有新版本。",
            detail={"matters": published},
        )
    return published


@transaction.atomic
def confirm(
    *,
    code: str,
    fact: str,
    source: str,
    read_on: date,
    note: str = "",
    seen: int,
    department_code: str | None,
    unit: str,
    on: date,
    actor: Actor,
) -> MatterVersion:
    """Vouch for one fact of a matter as read in its source; publishes the matter's next version.

    ``department_code`` is the confirming person's department, None for the mechanism office;
    ``unit`` is how the page names it; ``seen`` the version the person read. Raises
    `ConfirmRefused`, ``MatterVersion.DoesNotExist``.
    """
    # Locks every version there is, then looks again: who waited must see what the other published.
    list(MatterVersion.objects.select_for_update(of=("self",)).filter(matter_code=code))
    before = (
        MatterVersion.objects.filter(matter_code=code)
        .prefetch_related("dependencies")
        .latest("number")
    )
    if fact not in wording.TOLD:
        raise ConfirmRefused(f"事项没有“{fact}”这一项，请在页面上选择要核实的内容。")
    label = wording.TOLD[fact].label
    if department_code is not None and department_code not in before.fact.departments:
        raise ConfirmRefused(f"{before.name}不由您所在单位负责，请由责任部门或者机制办公室核实。")
    if seen != before.number:
        raise ConfirmRefused(
            f"{before.name}已发布第{before.number}版，您看到的是第{seen}版。请看过新版本再核实。"
        )
    if not source.strip():
        raise ConfirmRefused("请写明核对的原文，例如法律名称、条款和公布文号。")
    if read_on > on:
        raise ConfirmRefused(f"核对日期{read_on}还没有到，请填写实际核对的日期。")
    if fact in before.confirmations and before.confirmations[fact]["source"] == source:
        raise ConfirmRefused(f"{label}已经按这个出处核实过，没有要变更的内容。")
    confirmations = {
        **before.confirmations,
        fact: {
            "name": actor.name,
            "unit": unit,
            "source": source.strip(),
            "read_on": read_on.isoformat(),
            "note": note.strip(),
        },
    }
    version = _publish(
        fact=_with_confirmed(before.fact, confirmations),
        edges=before.edges,
        confirmations=confirmations,
        before=before,
        shipped_digest=before.shipped_digest,
        on=on,
        note=f"核实{label}：{source.strip()}"[:200],
        actor=actor,
    )
    record(
        actor=actor,
        action="catalogue.confirm",
        subject=f"事项 {code}",
        summary=f"核实{before.name}的{label}，依据{source.strip()}，发布第{version.number}版。",
        detail={"matter": code, "fact": fact, "version": version.number},
    )
    return version


def digest(
    fact: MatterFact, edges: Iterable[EdgeFact], confirmations: Confirmations | None = None
) -> str:
    """SHA-256 (hex) over a version's content."""
    content = [fact.write(), [asdict(edge) for edge in edges], confirmations or {}]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _latest() -> dict[str, MatterVersion]:
    rows = MatterVersion.objects.order_by("matter_code", "-number").distinct("matter_code")
    return {row.matter_code: row for row in rows}


def _still_confirmed(before: MatterVersion, fact: MatterFact) -> dict[str, Any]:
    return {
        name: confirmation
        for name, confirmation in before.confirmations.items()
        if wording.same(name, before.fact, fact)
    }


def _with_confirmed(fact: MatterFact, confirmations: Confirmations) -> MatterFact:
    marks: dict[str, Mark] = dict(fact.marks)
    marks.update(dict.fromkeys(confirmations, "V"))
    return replace(fact, marks=marks, verified=marks.get("limit") == "V")


def _publish(
    *,
    fact: MatterFact,
    edges: Iterable[EdgeFact],
    confirmations: Confirmations,
    before: MatterVersion | None,
    shipped_digest: str,
    on: date,
    note: str,
    actor: Actor,
) -> MatterVersion:
    version = MatterVersion.objects.create(
        matter_code=fact.code,
        number=before.number + 1 if before else 1,
        effective_from=max(on, before.effective_from) if before else on,
        name=fact.name,
        short_name=fact.short_name,
        department_code=fact.lead,
        stage=fact.stage,
        group=fact.group,
        limit_days=fact.limit_days,
        unit=fact.unit,
        deficiency=fact.deficiency,
        verified=fact.verified,
        facts=fact.write(),
        confirmations=confirmations,
        digest=digest(fact, edges, confirmations),
        shipped_digest=shipped_digest,
        change_note=note,
        published_at=timezone.now(),
        published_by=actor.name,
    )
    Dependency.objects.bulk_create(
        Dependency(
            version=version,
            before_code=edge.before,
            strength=edge.strength,
            basis=edge.basis,
            mark=edge.mark,
            note=edge.note,
        )
        for edge in edges
    )
    return version
