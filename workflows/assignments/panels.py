"""Sheets on the pages of a project and of a procedure (面板), and on the desk."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.urls import reverse

from kernel.authority.permissions import Permission, Role
from kernel.clock import WorkCalendar
from kernel.papers.paper import cn_date
from kernel.web.http import calendar_of
from kernel.web.waiting import Item
from workflows.assignments import queries
from workflows.assignments.lifecycle import State
from workflows.assignments.models import Extension, Part, Sheet
from workflows.procedures.models import Procedure
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project

if TYPE_CHECKING:
    from kernel.papers.models import Attachment
    from kernel.web.http import SignedInRequest

SHOWN = 12
SOON = timedelta(days=7)


def on_project(request: "SignedInRequest", project: Project) -> str:
    if Permission.ASSIGNMENTS_VIEW not in request.permissions:
        return ""
    may = Permission.ASSIGNMENTS_CHANGE in request.permissions
    may = may and project.state == ProjectState.CONFIRMED
    sheets = queries.sheets_for(request).filter(project=project).order_by("-drafted_on", "-pk")
    new = f"{reverse('assignments:new')}?project={project.number}" if may else ""
    return render_to_string("assignments/panel.html", {"sheets": sheets, "new_url": new}, request)


def on_procedure(request: "SignedInRequest", procedure: Procedure) -> str:
    if Permission.ASSIGNMENTS_VIEW not in request.permissions:
        return ""
    may = Permission.ASSIGNMENTS_CHANGE in request.permissions
    sheets = queries.sheets_for(request).filter(procedure=procedure).order_by("-drafted_on", "-pk")
    new = f"{reverse('assignments:new')}?procedure={procedure.number}" if may else ""
    return render_to_string("assignments/panel.html", {"sheets": sheets, "new_url": new}, request)


def may_read(request: "SignedInRequest", attachment: "Attachment") -> bool:
    """Who sees the sheet sees what was handed in for it."""
    kind, _, pk = attachment.key.partition(":")
    if kind != "feedback" or Permission.ASSIGNMENTS_VIEW not in request.permissions:
        return False
    sheet = Sheet.objects.filter(parts__feedback=int(pk)).values("pk")
    return queries.sheets_for(request).filter(pk__in=sheet).exists()


def waiting(request: "SignedInRequest", on: date) -> Iterator[Item]:
    """What a department has to sign for or finish soon, and what the office has to judge."""
    role = request.membership.role
    if role == Role.OFFICE:
        yield from _for_the_office()
    elif role in (Role.DEPARTMENT, Role.REPRESENTATIVE) and request.membership.department_code:
        yield from _for_a_department(request.membership.department_code, on, calendar_of(request))


def _for_a_department(code: str, on: date, calendar: WorkCalendar) -> Iterator[Item]:
    parts = Part.objects.open().filter(department_code=code).select_related("sheet")
    urgent = parts.exclude(state=State.REPORTED).filter(due_on__lte=on + SOON) | parts.filter(
        state=State.WAITING
    )
    for part in urgent.order_by("due_on", "pk")[:SHOWN]:
        lamp = queries.lamp_of(part, on, calendar)
        yield Item(
            part.sheet.title,
            part.sheet.number,
            "签收" if part.state == State.WAITING else "反馈",
            f"{reverse('assignments:sheet', args=[part.sheet_id])}#part-{part.pk}",
            "任务期限",
            part.due_on,
            lamp.value,
            note=part.get_state_display(),
        )


def _for_the_office() -> Iterator[Item]:
    reported = Part.objects.open().filter(state=State.REPORTED).select_related("sheet")
    for part in reported.order_by("reported_on", "pk")[:SHOWN]:
        url = f"{reverse('assignments:sheet', args=[part.sheet_id])}#part-{part.pk}"
        yield Item(part.sheet.title, f"{part.sheet.number} 已反馈办结", "核销", url)
    asked = Extension.objects.filter(
        answer=Extension.Answer.OPEN, part__in=Part.objects.open().order_by()
    ).select_related("part__sheet")
    for extension in asked.order_by("asked_on", "pk")[:SHOWN]:
        part = extension.part
        url = f"{reverse('assignments:sheet', args=[part.sheet_id])}#part-{part.pk}"
        yield Item(part.sheet.title, f"申请延期至{cn_date(extension.until_on)}", "答复", url)
