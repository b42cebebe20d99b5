"""固化通知：a notice as plain data, for the trail, a draft and a digest, and back again."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from kernel.clock import Notice, Rest


def frozen(notice: Notice) -> dict[str, Any]:
    """``notice`` as JSON holds it."""
    return {
        "year": notice.year,
        "number": notice.number,
        "title": notice.title,
        "issued_on": notice.issued_on.isoformat() if notice.issued_on else None,
        "source": notice.source,
        "verified": notice.verified,
        "rest": [[r.name, r.from_on.isoformat(), r.until_on.isoformat()] for r in notice.rest],
        "make_up": [day.isoformat() for day in notice.make_up],
    }


def thawed(data: Mapping[str, Any]) -> Notice:
    """The published notice that `frozen` was given."""
    return Notice(
        year=data["year"],
        number=data["number"],
        title=data["title"],
        issued_on=date.fromisoformat(data["issued_on"]) if data["issued_on"] else None,
        source=data["source"],
        published=True,
        rest=tuple(
            Rest(name, date.fromisoformat(a), date.fromisoformat(b)) for name, a, b in data["rest"]
        ),
        make_up=tuple(date.fromisoformat(day) for day in data["make_up"]),
        verified=data["verified"],
    )


def digest_of(notices: Iterable[Notice]) -> str:
    """SHA-256 (hex) over what shapes the calendar; titles, sources and marks play no part."""
    facts = sorted(
        [n.number, n.year, str(n.issued_on), *map(str, sorted(n.make_up))]
        + [f"{r.name}{r.from_on}{r.until_on}" for r in sorted(n.rest, key=lambda r: r.from_on)]
        for n in notices
        if n.published
    )
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()
