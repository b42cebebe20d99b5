"""Write and verify the trail. Imported before apps are ready, so the model is loaded late."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_START = "0" * 64
_LOCK = 0x6C69616E  # one writer at a time within a schema, so that the chain has no forks


@dataclass(frozen=True)
class Actor:
    """Who acts: account id (None for the system), name and role as they were at the time."""

    user_id: int | None
    name: str
    role: str = ""


SYSTEM = Actor(None, "系统")


def record(
    *,
    actor: Actor,
    action: str,
    subject: str,
    summary: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add a line for a thing done, in the caller's own transaction: both land or neither."""
    _write(actor, action, subject, summary, "done", detail)


def record_refusal(
    *,
    actor: Actor,
    action: str,
    subject: str,
    summary: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add a line for a thing refused; call it outside the transaction that was rolled back."""
    _write(actor, action, subject, summary, "refused", detail)


def _write(
    actor: Actor,
    action: str,
    subject: str,
    summary: str,
    outcome: str,
    detail: Mapping[str, Any] | None,
) -> None:
    entry_model = apps.get_model("trail", "TrailEntry")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()::text))", [_LOCK]
            )
        last = entry_model.objects.order_by("-number").first()
        entry = entry_model(
            number=last.number + 1 if last else 1,
            at=timezone.now(),
            actor_id=actor.user_id,
            actor_name=_kept(actor.name, 40),
            actor_role=_kept(actor.role, 20),
            action=action,
            subject=_kept(subject, 200),
            summary=_kept(summary, 500),
            outcome=outcome,
            # As the column gives it back, or the digest would not hold: texts for keys and fractions.
            detail=json.loads(json.dumps(detail or {}), parse_float=str, parse_constant=str),
            previous_digest=last.digest if last else _START,
        )
        entry.digest = digest_of(entry)
        entry.save(force_insert=True)


def _kept(text: str, length: int) -> str:
    """``text`` as the database can hold it: a refused input may carry anything."""
    return _UNSTORABLE.sub("\ufffd", text)[:length]


def digest_of(entry: Any) -> str:
    """SHA-256 (hex) over the line's content and the digest before it."""
    content = [
        entry.number,
        entry.at.astimezone(UTC).isoformat(),
        entry.actor_id,
        entry.actor_name,
        entry.actor_role,
        entry.action,
        entry.subject,
        entry.summary,
        entry.outcome,
        entry.detail,
        entry.previous_digest,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken_line() -> int | None:
    """Number of the first line whose digest or link doesn't hold in this schema; None if all do."""
    previous = _START
    expected = 1
    lines = apps.get_model("trail", "TrailEntry").objects.order_by("number")
    for entry in lines.iterator():
        if (
            entry.number != expected
            or entry.previous_digest != previous
            or entry.digest != digest_of(entry)
        ):
            return expected
        previous = entry.digest
        expected += 1
    return None
