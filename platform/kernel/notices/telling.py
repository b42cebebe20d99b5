"""Tell (通知) in the caller's own transaction: it is written or nothing is."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from kernel.notices.models import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told to whom. ``role``, ``department_code`` and ``user_id`` narrow the audience, and all
    that are given must fit. A second message with the same ``key`` is not told."""

    key: str
    room: str
    text: str
    url: str
    role: str = ""
    department_code: str = ""
    user_id: int | None = None


def tell(messages: Iterable[Message], *, at: datetime) -> None:
    """Write the messages that were not told yet."""
    Notice.objects.bulk_create(
        (Notice(**asdict(message) | {"text": message.text[:300]}, at=at) for message in messages),
        ignore_conflicts=True,
    )
