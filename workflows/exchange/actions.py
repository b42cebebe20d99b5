"""Verbs of the exchange: put a system on file, give it keys, take them back, answer once."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from secrets import token_hex, token_urlsafe
from typing import Any

from django.db import IntegrityError, transaction

from kernel.refusal import Refused
from kernel.trail import Actor, record
from workflows.exchange.lifecycle import ANSWER_KEPT, KEY_DAYS
from workflows.exchange.models import Answer, Key, System
from workflows.exchange.queries import digest_of


class ExchangeRefused(Refused):
    """This can't be done in the exchange; the text is for the clerk."""


class KeyReused(Refused):
    """The idempotency key was used for another request."""


@transaction.atomic
def add_system(*, at: datetime, actor: Actor, **facts: Any) -> System:
    """Put a system on file. Raises `ExchangeRefused` where the name is taken."""
    system = System(made_at=at, made_by=actor.name, **facts)
    _save(system)
    _record(system, "add", "登记外部系统", actor, facts)
    return system


@transaction.atomic
def change_system(pk: int, *, actor: Actor, **facts: Any) -> System:
    """Change what the system is called, whose it is and what it may; its keys follow at once."""
    system = System.objects.select_for_update().get(pk=pk)
    for name, value in facts.items():
        setattr(system, name, value)
    _save(system)
    _record(system, "change", "修改外部系统", actor, facts)
    return system


@transaction.atomic
def switch_system(pk: int, *, active: bool, actor: Actor) -> System:
    """Let a system in, or keep it out with all its keys."""
    system = System.objects.select_for_update().get(pk=pk)
    if system.active != active:
        system.active = active
        system.save(update_fields=["active"])
        words = "恢复外部系统" if active else "停用外部系统，密钥全部不能用"
        _record(system, "switch", words, actor)
    return system


@transaction.atomic
def give_key(
    system_id: int, *, on: date, at: datetime, actor: Actor, days: int = KEY_DAYS
) -> tuple[Key, str]:
    """A new key and its text, which nobody sees again. Several may be in use, so that one can be changed without a
    break."""
    system = System.objects.select_for_update().get(pk=system_id)
    if not system.active:
        raise ExchangeRefused(f"外部系统“{system.name}”已停用，请先恢复再发放密钥。")
    prefix, secret = token_hex(4), token_urlsafe(32)
    key = Key.objects.create(
        system=system,
        prefix=prefix,
        digest=digest_of(secret),
        made_at=at,
        made_by=actor.name,
        expires_on=on + timedelta(days=days),
    )
    _record(system, "give_key", f"发放密钥 {prefix}…，有效期至{key.expires_on}", actor)
    return key, f"ls_{prefix}_{secret}"


@transaction.atomic
def revoke_key(pk: int, *, at: datetime, actor: Actor) -> Key:
    """The key opens nothing from now on."""
    key = Key.objects.select_for_update(of=("self",)).select_related("system").get(pk=pk)
    if key.revoked_at is None:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        _record(key.system, "revoke_key", f"作废密钥 {key.prefix}…", actor)
    return key


@dataclass(frozen=True, slots=True)
class Answered:
    """What the caller gets; ``again`` when it was answered before."""

    body: Any
    again: bool


@transaction.atomic
def once(system: System, key: str, asked: Any, do: Callable[[], Any], *, at: datetime) -> Answered:
    """Do it and keep the answer, in one transaction; asked again with the same ``key``, give the same answer.

    ``asked`` is the whole request as plain values: the same key with another raises `KeyReused`. What ``do`` refuses
    has not happened and is not kept. A second caller waits until the first is through.
    """
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    kept, new = Answer.objects.select_for_update(of=("self",)).get_or_create(
        system=system, key=key, defaults={"request_digest": digest, "at": at}
    )
    if kept.request_digest != digest:
        raise KeyReused(
            f"Idempotency-Key“{key}”已经用于另一次登记。每次登记请用新的键，重试才用原来的键。"
        )
    if new:
        kept.body = do()
        kept.save(update_fields=["body"])
    return Answered(kept.body, not new)


def forget(*, at: datetime) -> int:
    """Delete answers nobody will ask for again; returns how many."""
    return Answer.objects.filter(at__lt=at - ANSWER_KEPT).delete()[0]


def _save(system: System) -> None:
    try:
        with transaction.atomic():
            system.save()
    except IntegrityError as taken:
        raise ExchangeRefused(
            f"系统名称“{system.name}”已经用过，请换一个，例如加上单位或者用途。"
        ) from taken


def _record(
    system: System, name: str, summary: str, actor: Actor, detail: dict[str, Any] | None = None
) -> None:
    record(
        actor=actor, action=f"exchange.{name}", subject=system.name, summary=summary, detail=detail
    )
