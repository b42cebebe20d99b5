"""Tell (通知) in the caller's own transaction: it is written or nothing is."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings

from kernel.accounts.models import Identity
from kernel.notices.models import Notice
from kernel.outbox.emitting import Event, emit
from kernel.outbox.topics import Topic

#: The same messages for those outside who keep people's to-dos (待办).
TOLD = Topic(
    "notice.told",
    "待办与通知",
    "有事要某个角色、单位或者人员知道时",
    {
        "text": "内容",
        "room": "来自哪一部分",
        "role": "给哪个角色，空为不限",
        "department": "给哪个单位（部门代码），空为不限",
        "user_id": "只给哪个人（本平台账号编号），空为不限",
        "subject": "这个人在统一身份认证里的标识，没有绑定或者不限人员为空",
    },
    {
        "text": "“用地预审”交办单 3 日后到期",
        "room": "assignments",
        "role": "",
        "department": "zrzy",
        "user_id": None,
        "subject": "",
    },
)


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
    """Write the messages that were not told yet, and put them on the way to whoever outside is subscribed."""
    told = list(messages)
    if not told:
        return
    Notice.objects.bulk_create(
        (Notice(**asdict(message) | {"text": message.text[:300]}, at=at) for message in told),
        ignore_conflicts=True,
    )
    emit(TOLD, map(_event, told), at=at)


def _event(message: Message) -> Event:
    return Event(
        f"notice:{message.key}",
        message.text,
        message.url,
        {
            "text": message.text,
            "room": message.room,
            "role": message.role,
            "department": message.department_code,
            "user_id": message.user_id,
            "subject": _subject_of(message.user_id) if message.user_id else "",
        },
        frozenset({message.department_code} - {""}),
    )


def _subject_of(user_id: int) -> str:
    """Whom the identity provider knows the person as: people's to-dos elsewhere go by that name."""
    linked = Identity.objects.filter(user_id=user_id, issuer=settings.OIDC_ISSUER)
    return linked.values_list("subject", flat=True).first() or ""
