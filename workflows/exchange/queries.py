"""Questions to the exchange: who comes with a key, and what the ledgers hold for them."""

import hashlib
import hmac
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from tenants.models import Tenant
from workflows.exchange.lifecycle import SKEW
from workflows.exchange.models import Key, System


def key_of(text: str, on: date) -> Key | None:
    """The key in force that ``text`` is, with its system; None for anything else. One query."""
    mark, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != "ls" or not prefix or not secret or len(text) > 100:
        return None
    key = (
        Key.objects.select_related("system")
        .filter(prefix=prefix, revoked_at=None, expires_on__gte=on, system__active=True)
        .first()
    )
    if key is None or not hmac.compare_digest(key.digest, digest_of(secret)):
        return None
    return key


def digest_of(secret: str) -> str:
    """Random to 256 bits, so that a plain digest keeps it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def systems(on: date) -> QuerySet[Any]:
    """All systems with ``usable`` (keys in force on ``on``), ``next_end`` and ``used_at``."""
    good = Q(keys__revoked_at=None, keys__expires_on__gte=on)
    return System.objects.annotate(
        usable=Count("keys", filter=good),
        next_end=Max("keys__expires_on", filter=good),
        used_at=Max("keys__last_used_at"),
    ).order_by("-active", "name")


def synced_until() -> datetime:
    """What was written before this moment is in an answer given now: the start of the oldest transaction that is
    still open in this database, or now, less what two servers' clocks may differ (`SKEW`). A row carries the moment
    it was written, inside its transaction, by the clock of the server that wrote it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(xact_start) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
            " AND xact_start IS NOT NULL"
        )
        oldest: datetime | None = cursor.fetchone()[0]
    now = timezone.now()
    return min(oldest or now, now) - SKEW


def page_of(
    rows: QuerySet[Any], after: tuple[str, str] | None, limit: int
) -> tuple[list[Any], bool]:
    """Rows by owner and number, from the one after ``after``, ``limit`` at most; and whether more follow."""
    if after:
        owner, number = after
        rows = rows.filter(Q(owner=owner, number__gt=number) | Q(owner__gt=owner))
    found = list(rows.order_by("owner", "number")[: limit + 1])
    return found[:limit], len(found) > limit


def slugs_of(owners: set[str]) -> dict[str, str]:
    """Slugs of tenants by schema."""
    rows = Tenant.objects.filter(schema_name__in=owners).order_by("pk")
    return dict(rows.values_list("schema_name", "slug"))
