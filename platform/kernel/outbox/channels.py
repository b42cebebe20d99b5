"""How a delivery leaves (发送方式), and what the answer means."""

import json
import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from django.conf import settings
from django.core.mail import EmailMessage
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from kernel.outbox import signing, wire
from kernel.outbox.lifecycle import Channel
from kernel.outbox.models import Delivery
from kernel.outbox.topics import label_of

logger = logging.getLogger(__name__)
#: The other side is there and asks for patience; anything else of its 4xx is a refusal of this one message.
_PATIENCE = frozenset({408, 425, 429})
_GONE = 410


class Came(Enum):
    """What came of an attempt."""

    DELIVERED = "delivered"
    REFUSED = "refused"  # this message will never be taken
    FAILED = "failed"  # the other side answers, but not now
    UNREACHED = "unreached"  # nobody answers
    GONE = "gone"  # the other side wants no more at all


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt, in words for the office; ``wait`` is how long the other side asks for, in seconds."""

    came: Came
    words: str
    status: int | None = None
    wait: int | None = None


def send(delivery: Delivery, *, at: datetime) -> Outcome:
    """Try once. Never raises, whatever the other side answers: what isn't settled would go out for ever."""
    try:
        outcome = _WAYS[Channel(delivery.receiver.channel)](delivery, at)
    except wire.NotAllowed as refusal:
        outcome = Outcome(Came.REFUSED, str(refusal))
    except SSLError as fault:
        outcome = Outcome(Came.UNREACHED, f"对方的安全证书不能验证：{fault}")
    except (HTTPError, OSError) as fault:
        outcome = Outcome(Came.UNREACHED, f"连接不上：{_why(fault)}")
    except Exception:
        # Libraries may trip over what a stranger answers. Logged whole, and counted as a failed attempt:
        # raised, it would leave the delivery unsettled, and it would go out again for ever.
        logger.exception("delivery %s could not be sent", delivery.pk)
        outcome = Outcome(Came.FAILED, "发送时出错，已记入系统日志")
    return replace(outcome, words=_storable(outcome.words))


def _why(fault: Exception) -> str:
    match fault:
        case NameResolutionError():
            return "找不到这个网址的服务器"
        case NewConnectionError():
            return "对方拒绝连接，或者到达不了"
        case TimeoutError() | ReadTimeoutError() | ConnectTimeoutError():
            return "对方没有按时答复"
        case _:
            return "没有等到完整的答复，线路就断了"


def _storable(words: str) -> str:
    """Without what PostgreSQL keeps in no text: NUL, and halves of a character that JSON can spell."""
    return words.replace("\x00", "").encode("utf-8", "replace").decode()


def _webhook(delivery: Delivery, at: datetime) -> Outcome:
    answer = wire.post(
        delivery.receiver.address,
        delivery.body.encode(),
        {"Content-Type": "application/json; charset=utf-8", **signing.headers(delivery, at=at)},
    )
    return _read(answer)


def _robot(delivery: Delivery, _at: datetime) -> Outcome:
    """Group robots of 企业微信 and 钉钉 take the same text message, and answer 200 with an error code inside."""
    words = f"{label_of(delivery.topic)}：{delivery.words}\n{delivery.url}".strip()
    told = {"msgtype": "text", "text": {"content": words}}
    answer = wire.post(
        delivery.receiver.address,
        json.dumps(told, ensure_ascii=False).encode(),
        {"Content-Type": "application/json; charset=utf-8"},
    )
    outcome = _read(answer)
    if outcome.came is not Came.DELIVERED:
        return outcome
    try:
        said = json.loads(answer.text)
        code = said["errcode"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return Outcome(Came.REFUSED, f"对方的回答不是群机器人的格式：{answer.text}", answer.status)
    if code == 0:
        return outcome
    words = f"对方没有接收（errcode {code}）：{said.get('errmsg', '')}"
    too_often = code in (45009, 130101, 410100)  # both services' words for too many messages
    return Outcome(Came.FAILED if too_often else Came.REFUSED, words, answer.status)


def _mail(delivery: Delivery, _at: datetime) -> Outcome:
    message = EmailMessage(
        subject=f"{label_of(delivery.topic)}：{delivery.words}".replace("\n", " ")[:120],
        body=f"{delivery.words}\n\n{delivery.url}\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[delivery.receiver.address],
        headers={"Message-ID": f"<{delivery.token}@{settings.PORTAL_HOST}>"},
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        return _read_mail(next(iter(refusal.recipients.values())))
    except smtplib.SMTPResponseException as refusal:
        return _read_mail((refusal.smtp_code, refusal.smtp_error))
    except smtplib.SMTPException as fault:
        return Outcome(Came.UNREACHED, f"邮件服务器出错：{fault}")
    return Outcome(Came.DELIVERED, "邮件服务器已接收")


def _read_mail(said: tuple[int, bytes | str]) -> Outcome:
    """5xx is a refusal for good, 4xx one for now (RFC 5321, 4.2.1)."""
    code, text = said
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    came = Came.REFUSED if code >= 500 else Came.FAILED
    return Outcome(came, f"邮件服务器答复 {code}：{words}", code)


def _read(answer: wire.Answer) -> Outcome:
    status, said = answer.status, " ".join(answer.text.split())[:120]
    if 200 <= status < 300:
        return Outcome(Came.DELIVERED, f"对方已接收（{status}）", status)
    if status == _GONE:
        return Outcome(Came.GONE, "对方答复不再接收（410）", status)
    if 300 <= status < 400:
        return Outcome(
            Came.REFUSED, f"对方要求转到别的地址（{status}），不跟随。请改填新地址。", status
        )
    if 400 <= status < 500 and status not in _PATIENCE:
        return Outcome(Came.REFUSED, f"对方拒收（{status}）：{said}", status)
    return Outcome(Came.FAILED, f"对方暂时不能接收（{status}）：{said}", status, answer.retry_after)


_WAYS: dict[Channel, Callable[[Delivery, datetime], Outcome]] = {
    Channel.WEBHOOK: _webhook,
    Channel.ROBOT: _robot,
    Channel.MAIL: _mail,
}
