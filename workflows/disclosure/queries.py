"""Questions to the drafts and to what this tenant has in force (公开稿、现行公开记录)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Case, Count, QuerySet, When

from tenants.backend import connection
from tenants.registry.models import Disclosure
from workflows.disclosure.lifecycle import State
from workflows.disclosure.models import Draft
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project


def drafts(chosen: Mapping[str, Any] | None = None) -> QuerySet[Draft]:
    """Drafts that answer the filter, those that wait first, then newest first; without payloads."""
    settled = Case(When(state=State.PREPARED, then=0), default=1)
    rows = Draft.objects.defer("payload").order_by(settled, "-prepared_at", "-pk")
    chosen = chosen or {}
    for name in ("state", "kind"):
        if chosen.get(name):
            rows = rows.filter(**{name: chosen[name]})
    for word in str(chosen.get("q") or "").split():
        rows = rows.filter(title__icontains=word)
    return rows


def waiting() -> int:
    """How many drafts wait for a second person."""
    return Draft.objects.filter(state=State.PREPARED).count()


def tally() -> dict[str, int]:
    """Drafts by state."""
    return dict(Draft.objects.order_by("state").values_list("state").annotate(count=Count("pk")))


def in_force(kind: str) -> dict[str, Disclosure]:
    """What of this kind this tenant has before the public now, by key."""
    rows = Disclosure.objects.filter(
        owner=connection.schema_name, kind=kind, withdrawn_at=None
    ).order_by("key")
    return {row.key: row for row in rows.defer("search")}


def in_force_of(draft: Draft) -> Disclosure | None:
    """What the public reads now under the draft's key."""
    return Disclosure.objects.filter(
        owner=connection.schema_name, kind=draft.kind, key=draft.key, withdrawn_at=None
    ).first()


def versions_of(draft: Draft) -> list[Disclosure]:
    """Every version this tenant ever released under the draft's key, newest first."""
    return list(
        Disclosure.objects.filter(owner=connection.schema_name, kind=draft.kind, key=draft.key)
        .defer("payload", "search")
        .order_by("-version")
    )


def waiting_keys(kind: str) -> dict[str, int]:
    """Numbers of the drafts that wait, by key."""
    rows = Draft.objects.filter(kind=kind, state=State.PREPARED).order_by("key")
    return dict(rows.values_list("key", "pk"))


def confirmed_projects() -> QuerySet[Project]:
    """Projects whose progress may be made public, by number."""
    return Project.objects.filter(state=ProjectState.CONFIRMED).order_by("year", "number")
