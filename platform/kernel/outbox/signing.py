"""Sign what is sent to another system (签名), as Standard Webhooks 1.0 has it, so that receivers find libraries.

https://www.standardwebhooks.com: HMAC-SHA256 over ``id.timestamp.body``, in the headers webhook-id,
webhook-timestamp and webhook-signature. The secret is derived from the installation's own key; nothing of it lies
in the database or its backups.
"""

import base64
import hashlib
import hmac
from datetime import datetime

from django.conf import settings
from django.db import connection

from kernel.outbox.lifecycle import OLD_SECRET_SIGNS
from kernel.outbox.models import Delivery, Receiver


def secret_of(receiver: Receiver, number: int | None = None) -> str:
    """The receiver's secret (``whsec_…``), or an earlier one by its number."""
    schema = connection.schema_name  # type: ignore[attr-defined]
    words = f"outbox {schema} {receiver.pk} {number or receiver.secret_number}"
    key = hmac.digest(settings.SECRET_KEY.encode(), words.encode(), hashlib.sha256)
    return "whsec_" + base64.b64encode(key).decode()


def both_sign(receiver: Receiver, *, at: datetime) -> bool:
    """The secret was changed within the last day."""
    return receiver.secret_number > 1 and at - receiver.secret_at < OLD_SECRET_SIGNS


def headers(delivery: Delivery, *, at: datetime) -> dict[str, str]:
    """What the receiver verifies. For a day after a change the secret before signs as well."""
    receiver = delivery.receiver
    secrets = [secret_of(receiver)]
    if both_sign(receiver, at=at):
        secrets.append(secret_of(receiver, receiver.secret_number - 1))
    moment = str(int(at.timestamp()))
    signed = f"{delivery.token}.{moment}.{delivery.body}".encode()
    return {
        "webhook-id": delivery.token,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
