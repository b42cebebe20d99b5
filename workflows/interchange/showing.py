"""What the desk shows of the exchange: the gaps a member's own unit has to fill."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from kernel.authority.permissions import Permission
from kernel.web.http import SignedInRequest
from kernel.web.waiting import Item
from workflows.interchange import queries
from workflows.interchange.mapping import OFFICE

#: Columns the desk names before it counts.
NAMED = 3


def waiting(request: SignedInRequest, on: date) -> Iterator[Item]:
    """One line for the running season, worked out from the ledgers: it goes when the facts are there."""
    if Permission.INTERCHANGE_FILL not in request.permissions:
        return
    years = queries.seasons()
    if not years:
        return
    own = queries.fills_for(request)
    found = queries.report(years[0], on, owner=own)
    groups = [g for g in found.groups.values() if own in g.owners]
    tasks = found.owners.get(own, 0)
    if not tasks:
        return
    groups.sort(key=lambda group: -len(group.subjects))
    named = "、".join(f"{g.column.label} {len(g.subjects)} 项" for g in groups[:NAMED])
    more = f"等 {len(groups)} 列" if len(groups) > NAMED else ""
    query = f"?year={years[0]}" + ("&unit=office" if own == OFFICE else "")
    yield Item(
        f"{years[0]} 年数据交换表缺 {tasks} 项事实",
        f"{named}{more}",
        "补充",
        f"{reverse('interchange:overview')}{query}",
    )
