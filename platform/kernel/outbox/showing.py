"""What the desk shows of the outbox."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from kernel.authority.permissions import Permission
from kernel.outbox import queries
from kernel.web.http import SignedInRequest
from kernel.web.waiting import Item


def waiting(request: SignedInRequest, _on: date) -> Iterator[Item]:
    """What is stuck waits for the office; one query."""
    if Permission.EXCHANGE_CHANGE in request.permissions and (count := queries.in_trouble()):
        yield Item(
            f"{count} 个收件方有消息发不出去",
            "已暂停，或者有消息被拒收而搁置",
            "去处理",
            reverse("outbox:receivers"),
        )
