"""Freeze what passes between tenants (固化) so that sender and receiver count the same digest.

Canonical form: JSON with sorted keys, no spaces, no escapes of Chinese, in UTF-8. Decimals, days and
fractions are text before the digest is taken, because a JSON column does not keep how a number was
written. The digest is SHA-256 in hex over these bytes.
"""

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder


def frozen(content: Any) -> Any:
    """``content`` as a JSON column gives it back: only objects, lists, texts, whole numbers, true, false, null."""
    text = json.dumps(content, cls=DjangoJSONEncoder)
    return json.loads(text, parse_float=str, parse_constant=str)


def digest_of(content: Any) -> str:
    """SHA-256 (64 hex digits) over the canonical form of ``content``."""
    return digest_of_frozen(frozen(content))


def digest_of_frozen(content: Any) -> str:
    """`digest_of` what `frozen` gave, as a JSON column brings it back: a third of the work. A number that
    was never frozen gives another digest, as it should."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
