"""What the desk shows of the exchange: the gaps a member's own unit has to fill."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from kernel.authority.permissions import Permission
from kernel.web.http import SignedInRequest
from kernel.web.waiting import Item
from workflows.interchange import queries
from workflows.interchange.models import Standing


def waiting(request: SignedInRequest, on: date) -> Iterator[Item]:
    """One line for the newest season; it goes when the facts are there. One query."""
    if Permission.INTERCHANGE_FILL not in request.permissions:
        return
    unit = queries.fills_for(request)
    found = Standing.objects.filter(department_code=unit).order_by("-year").first()
    if found is None:
        return
    yield Item(
        f"{found.year} 年数据交换表缺 {found.tasks} 项事实",
        found.words,
        "补充",
        f"{reverse('interchange:overview')}?year={found.year}" + ("" if unit else "&unit=office"),
    )
