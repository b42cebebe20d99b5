"""Supervision on the desk (工作台), and who may open what was handed in for a case."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse

from kernel.authority.permissions import Permission, Role
from kernel.web.lamps import Lamp
from kernel.web.waiting import Item
from workflows.supervision import queries
from workflows.supervision.lifecycle import Stage, State

if TYPE_CHECKING:
    from kernel.papers.models import Attachment
    from kernel.web.http import SignedInRequest

SHOWN = 8
#: What each role is shown on its desk; a department everything past reminding.
STAGES = {
    Role.DEPARTMENT: (Stage.URGE, Stage.SUPERVISE, Stage.REPORT),
    Role.REPRESENTATIVE: (Stage.URGE, Stage.SUPERVISE, Stage.REPORT),
    Role.SUPERVISION: (Stage.SUPERVISE, Stage.REPORT),
    Role.LEADER: (Stage.REPORT,),
}


def waiting(request: "SignedInRequest", on: date) -> Iterator[Item]:
    stages = STAGES.get(Role(request.membership.role))
    if stages is None or Permission.SUPERVISION_VIEW not in request.permissions:
        return
    cases = queries.cases_for(request).filter(state=State.CHASING, stage__in=stages)
    own = request.membership.role in (Role.DEPARTMENT, Role.REPRESENTATIVE)
    if own:
        cases = queries.unanswered(cases)
    for case in cases.order_by("due_on", "pk")[:SHOWN]:
        yield Item(
            case.title,
            f"{case.get_stage_display()} · {case.number}",
            "回复" if own else "查看",
            reverse("supervision:case", args=[case.pk]),
            "期限",
            case.due_on,
            Lamp.RED.value if case.due_on < on else Lamp.YELLOW.value,
            note=f"已过期限 {(on - case.due_on).days} 天" if case.due_on < on else "",
        )


def may_read(request: "SignedInRequest", attachment: "Attachment") -> bool:
    """Who sees the case sees its files."""
    kind, _, pk = attachment.key.partition(":")
    if kind != "step" or Permission.SUPERVISION_VIEW not in request.permissions:
        return False
    return queries.cases_for(request).filter(steps=int(pk)).exists()
