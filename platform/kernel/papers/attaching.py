"""Keep files (附件) and find them again."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.files import File
from django.db.models import QuerySet

from kernel.papers.formats import media_type_of, name_of
from kernel.papers.models import Attachment
from kernel.trail import Actor

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest

MayRead = Callable[["SignedInRequest", Attachment], bool]
_readers: dict[str, MayRead] = {}


def register_reader(room: str, may_read: MayRead) -> None:
    """Who may open the files of ``room``; called from its ``AppConfig.ready``."""
    if _readers.setdefault(room, may_read) is not may_read:
        raise ValueError(f"reader registered twice: {room}")


def may_read(request: "SignedInRequest", attachment: Attachment) -> bool:
    """Whether the signed-in member may open the file. A room without a reader shows nothing."""
    reader = _readers.get(attachment.room)
    return reader is not None and reader(request, attachment)


def keep(upload: File[bytes], *, room: str, key: str, at: datetime, actor: Actor) -> Attachment:
    """Keep an uploaded file for ``room`` and ``key``. Raises `Refused` for a bad one."""
    content = upload.read()
    name = name_of(upload.name or "")
    media_type = media_type_of(name, content)
    return Attachment.objects.create(
        room=room,
        key=key,
        name=name,
        media_type=media_type,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        content=content,
        kept_at=at,
        by_id=actor.user_id,
        by_name=actor.name,
    )


def attached(room: str, *keys: str) -> QuerySet[Attachment]:
    """The files of ``room`` for any of ``keys``, oldest first, without their content."""
    return Attachment.objects.filter(room=room, key__in=keys).defer("content").order_by("pk")
