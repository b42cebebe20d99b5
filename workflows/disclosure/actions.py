"""Prepare, release, reject, withdraw (拟稿、发布、不通过、撤下).

A release writes the shared record in this tenant's own transaction: the version before it goes out
of force in the same moment, so the public never finds two and never none.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from kernel.refusal import Refused
from kernel.trail import Actor, record
from tenants.backend import connection
from tenants.gateway import current_tenant
from tenants.registry.freezing import digest_of, frozen
from tenants.registry.models import Disclosure, DisclosureKind
from tenants.registry.searching import searchable
from workflows.disclosure import payloads
from workflows.disclosure.comparing import BESIDE, same_content, spoken
from workflows.disclosure.lifecycle import MOVES, Move, State
from workflows.disclosure.models import Draft
from workflows.disclosure.payloads import Content
from workflows.disclosure.queries import confirmed_projects, in_force

_PREPARING = 0x64726166


class ReleaseRefused(Refused):
    """The draft can't be handled by this person or in this way; the text says what to do."""


@dataclass(slots=True)
class Outcome:
    """What a preparation of many came to: drafts made, keys that say nothing new, refusals."""

    prepared: list[Draft] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def prepare_matters(*, codes: Iterable[str] | None = None, on: date, actor: Actor) -> Outcome:
    """Draft the guides of ``codes``; None means every matter that has a promised limit."""
    contents = payloads.matter_contents(on)
    if codes is None:
        chosen = [c for c in contents if c.payload is None or c.payload["promised"]]
    else:
        wanted = set(codes)
        chosen = [c for c in contents if c.key in wanted]
    return _prepare(DisclosureKind.MATTER, chosen, actor)


def prepare_projects(*, numbers: Iterable[str], on: date, actor: Actor) -> Outcome:
    """Draft the public progress of confirmed projects."""
    projects = confirmed_projects().filter(number__in=list(numbers))
    return _prepare(DisclosureKind.PROJECT, payloads.project_contents(projects, on), actor)


def prepare_mechanism(*, on: date, actor: Actor) -> Outcome:
    """Draft the page on who is in charge and whom to call."""
    return _prepare(DisclosureKind.MECHANISM, [payloads.mechanism_content(on)], actor)


@transaction.atomic
def _prepare(kind: DisclosureKind, contents: Iterable[Content], actor: Actor) -> Outcome:
    """Freeze each content that says something new. A draft that still waits gives way to the new one."""
    contents = list(contents)
    outcome = Outcome()
    with connection.cursor() as cursor:  # one at a time: the second finds the first's drafts
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()::text))", [_PREPARING]
        )
    current = in_force(kind)
    waiting = {
        draft.key: draft
        for draft in Draft.objects.select_for_update().filter(
            kind=kind, state=State.PREPARED, key__in=[content.key for content in contents]
        )
    }
    now = timezone.now()
    for content in contents:
        if content.payload is None:
            outcome.refused.append(f"{content.title}：{content.refusal}")
            continue
        payload = frozen(content.payload)
        known = waiting.get(content.key) or current.get(content.key)
        if known and same_content(known.payload, payload):
            outcome.unchanged.append(content.title)
            continue
        if older := waiting.get(content.key):
            _leave(older, State.REPLACED, actor, "已另拟新稿")
        draft = Draft.objects.create(
            kind=kind,
            key=content.key,
            title=content.title,
            payload=payload,
            digest=digest_of(payload),
            prepared_at=now,
            prepared_by_id=actor.user_id,
            prepared_by=actor.name,
        )
        outcome.prepared.append(draft)
        record(
            actor=actor,
            action="disclosure.prepare",
            subject=_subject(draft),
            summary=f"拟公开稿：{_subject(draft)}",
            detail={"draft": draft.pk, "digest": draft.digest},
        )
    return outcome


@transaction.atomic
def release(*, number: int, actor: Actor) -> Disclosure:
    """Put the draft before the public as the next version of its key (A5.3).

    Raises `ReleaseRefused` for whoever prepared it, `MoveRefused` when it no longer waits.
    """
    draft, _ = _locked(number, "release", actor)
    if digest_of(draft.payload) != draft.digest:
        raise ReleaseRefused("公开稿的内容与拟稿时的摘要值不符，不能发布。请重新拟稿。")
    tenant = current_tenant()
    now = timezone.now()
    versions = Disclosure.objects.filter(owner=tenant.schema_name, kind=draft.kind, key=draft.key)
    # The draft before its record, as `withdraw` locks them, so that the two never wait for each other.
    Draft.objects.filter(kind=draft.kind, key=draft.key, state=State.RELEASED).update(
        state=State.REPLACED
    )
    versions.filter(withdrawn_at=None).update(withdrawn_at=now)
    last = versions.aggregate(last=Max("version"))["last"] or 0
    released = Disclosure.objects.create(
        owner=tenant.schema_name,
        owner_slug=tenant.slug,
        owner_name=tenant.name,
        kind=draft.kind,
        key=draft.key,
        version=last + 1,
        title=draft.title,
        payload=draft.payload,
        digest=draft.digest,
        search=searchable(draft.title, *_findable(draft)),
        released_at=now,
        released_by=actor.name,
    )
    draft.release_version = released.version
    _leave(draft, State.RELEASED, actor, "")
    record(
        actor=actor,
        action="disclosure.release",
        subject=_subject(draft),
        summary=f"发布{_subject(draft)}第{released.version}版，拟稿人{draft.prepared_by}",
        detail={"draft": draft.pk, "version": released.version, "digest": draft.digest},
    )
    return released


@transaction.atomic
def reject(*, number: int, reason: str, actor: Actor) -> Draft:
    """Send the draft back with a reason; nothing goes out. Refusals as for `release`."""
    draft, move = _locked(number, "reject", actor)
    _leave(draft, move.target, actor, _given(reason, move))
    record(
        actor=actor,
        action="disclosure.reject",
        subject=_subject(draft),
        summary=f"不予发布{_subject(draft)}：{draft.reason}",
        detail={"draft": draft.pk},
    )
    return draft


@transaction.atomic
def withdraw(*, number: int, reason: str, actor: Actor) -> Draft:
    """Take what the draft put before the public out of force; the record of it stays."""
    draft, move = _locked(number, "withdraw", actor)
    _leave(draft, move.target, actor, _given(reason, move))
    Disclosure.objects.filter(
        owner=current_tenant().schema_name, kind=draft.kind, key=draft.key, withdrawn_at=None
    ).update(withdrawn_at=timezone.now())
    record(
        actor=actor,
        action="disclosure.withdraw",
        subject=_subject(draft),
        summary=f"撤下{_subject(draft)}第{draft.release_version}版：{draft.reason}",
        detail={"draft": draft.pk, "version": draft.release_version},
    )
    return draft


def _locked(number: int, name: str, actor: Actor) -> tuple[Draft, Move]:
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=number)
    move = MOVES.take(draft.state, name)
    if move.second_person and actor.user_id == draft.prepared_by_id:
        raise ReleaseRefused(
            f"“{draft.title}”是您本人拟的稿，须由另一人审核，请让有发布权限的同事办理。"
        )
    return draft, move


def _given(reason: str, move: Move) -> str:
    if not reason.strip():
        raise ReleaseRefused(f"“{move.label}”须写明理由。")
    return reason.strip()[:300]


def _leave(draft: Draft, state: State, actor: Actor, reason: str) -> None:
    draft.state = state
    draft.reason = reason
    draft.handled_at = timezone.now()
    draft.handled_by = actor.name
    draft.save(update_fields=["state", "reason", "handled_at", "handled_by", "release_version"])


def _subject(draft: Draft) -> str:
    return f"{draft.get_kind_display()}“{draft.title}”"


def _findable(draft: Draft) -> list[str]:
    """Its lines, less the long list of what runs beside: that would find everything for anything."""
    lines = spoken(draft.kind, draft.payload)
    return [draft.key, *(f"{label} {text}" for label, text in lines.items() if label != BESIDE)]
