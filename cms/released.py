"""Questions to what has been released (现行公开记录): all that the portal knows of a tenant.

The connection is in `public`, where the database itself shows only rows in force.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count, QuerySet

from tenants.registry.models import Disclosure, DisclosureKind


def in_force(owner: str, kind: str) -> QuerySet[Disclosure]:
    """A tenant's records of one kind that the public may read now, by key."""
    return (
        Disclosure.objects.filter(owner=owner, kind=kind, withdrawn_at=None)
        .defer("search")
        .order_by("key")
    )


def one(owner: str, kind: str, key: str) -> Disclosure | None:
    """The record in force under this key, or None: not released, or taken down."""
    return in_force(owner, kind).filter(key=key).first()


def mechanism(owner: str) -> Disclosure | None:
    """Who is in charge there, if that has been released."""
    return in_force(owner, DisclosureKind.MECHANISM).first()


def keys(owner: str, kind: str) -> frozenset[str]:
    """Keys in force, to know which links lead somewhere."""
    return frozenset(in_force(owner, kind).values_list("key", flat=True))


def figures(owners: Collection[str]) -> Mapping[str, Counter[str]]:
    """How many records of each kind these tenants have in force, by tenant."""
    found: dict[str, Counter[str]] = {}
    rows = (
        Disclosure.objects.filter(owner__in=owners, withdrawn_at=None)
        .order_by("owner", "kind")
        .values_list("owner", "kind")
        .annotate(count=Count("pk"))
    )
    for owner, kind, count in rows:
        found.setdefault(owner, Counter())[kind] = count
    return found


def addresses() -> list[tuple[str, str, str, Any]]:
    """(slug, kind, key, moment of release) of everything in force, for the sitemap."""
    return list(
        Disclosure.objects.filter(withdrawn_at=None)
        .order_by("owner_slug", "kind", "key")
        .values_list("owner_slug", "kind", "key", "released_at")
    )


def address(slug: str, kind: str, key: str) -> str:
    """Where the portal shows a record."""
    return {
        DisclosureKind.MATTER: f"/{slug}/matters/{key}/",
        DisclosureKind.PROJECT: f"/{slug}/projects/{key}/",
        DisclosureKind.MECHANISM: f"/{slug}/staff/",
    }[DisclosureKind(kind)]
