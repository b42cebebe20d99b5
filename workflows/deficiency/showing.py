"""Missing papers on the pages of a procedure and a project (面板), and on the desk."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from kernel.authority.permissions import Permission, Role
from kernel.web.http import calendar_of
from kernel.web.waiting import Item
from workflows.deficiency import actions, queries
from workflows.deficiency.lifecycle import MISSING, State
from workflows.deficiency.models import Deficiency
from workflows.procedures.models import Procedure
from workflows.procedures.queries import reach_of
from workflows.procedures.terms import Terms
from workflows.projects.models import Project

if TYPE_CHECKING:
    from kernel.papers.models import Attachment
    from kernel.web.http import SignedInRequest

SHOWN = 8


def on_procedure(request: "SignedInRequest", procedure: Procedure) -> str:
    """What is missing and until when; the way to let a paper come later, or why none may."""
    today = timezone.localdate()
    rows = [(row, queries.status(row, today)) for row in queries.of_procedure(procedure)]
    reach = reach_of(request.membership, today)
    terms = Terms.read(procedure.terms)
    may = (
        Permission.DEFICIENCY_HANDLE in request.permissions
        and procedure.state in actions.OPEN_FOR
        and (reach is None or procedure.department_code in reach)
        and bool(actions.may_come_later(terms))
    )
    if not rows and not may:
        return ""
    return render_to_string(
        "deficiency/panel.html",
        {
            "rows": rows,
            "mine": queries.may_open(request, procedure),
            "may": may,
            "procedure": procedure,
        },
        request,
    )


def on_project(request: "SignedInRequest", project: Project) -> str:
    """How many papers are missing, and the way to what stands on them."""
    count = Deficiency.objects.filter(procedure__project=project, state__in=MISSING).count()
    if not count:
        return ""
    return render_to_string(
        "deficiency/panel_project.html", {"count": count, "project": project}, request
    )


def may_read(request: "SignedInRequest", attachment: "Attachment") -> bool:
    """Who sees the missing paper sees its files."""
    kind, _, pk = attachment.key.partition(":")
    if kind != "deficiency" or Permission.PROCEDURES_VIEW not in request.permissions:
        return False
    return queries.deficiencies_for(request).filter(pk=int(pk)).exists()


def waiting(request: "SignedInRequest", on: date) -> Iterator[Item]:
    """Papers that are due soon, overdue or handed in: for the department, and for the helpers beside the owner."""
    if request.membership.role not in (Role.DEPARTMENT, Role.REPRESENTATIVE, Role.HELPER):
        return
    calendar = calendar_of(request)
    soon = calendar.add(on, queries.WARNING_DAYS)
    rows = queries.deficiencies_for(request).filter(
        Q(state=State.OPEN, due_on__lte=soon) | Q(state=State.HANDED_IN)
    )
    for row in rows.order_by("due_on", "pk")[:SHOWN]:
        yield Item(
            f"容缺材料：{row.material}",
            f"{row.procedure.project.name} {row.procedure.short_name}",
            "查看",
            reverse("deficiency:detail", args=[row.pk]),
            "补齐期限",
            row.due_on,
            queries.lamp_of(row, on, calendar).value,
            note=queries.status(row, on),
        )
