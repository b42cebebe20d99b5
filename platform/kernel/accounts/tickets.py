"""From one tenant's console to another's: cookies are host-only, so a ticket carries the person."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from kernel.accounts.models import Ticket, User

_VALID = timedelta(minutes=1)


def issue(user: User, *, schema_name: str, identity_id: int | None = None) -> str:
    """A secret that signs ``user`` in once at ``schema_name``'s host, within a minute."""
    secret = secrets.token_urlsafe(32)
    now = timezone.now()
    Ticket.objects.filter(expires_at__lt=now).delete()
    Ticket.objects.create(
        digest=_digest(secret),
        user=user,
        identity_id=identity_id,
        schema_name=schema_name,
        expires_at=now + _VALID,
    )
    return secret


def redeem(secret: str, *, schema_name: str) -> Ticket | None:
    """The ticket, now used up; None when it was before, is late or meant for another tenant."""
    with transaction.atomic():
        ticket = (
            Ticket.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(digest=_digest(secret), schema_name=schema_name, expires_at__gte=timezone.now())
            .first()
        )
        if ticket is None:
            return None
        ticket.delete()
        return ticket if ticket.user.is_active else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
