"""Letters on the pages of a project and of a procedure (面板)."""

from django.template.loader import render_to_string
from django.utils import timezone

from kernel.authority.permissions import Permission
from kernel.web.http import SignedInRequest
from workflows.letters import queries
from workflows.procedures.lifecycle import State
from workflows.procedures.models import Procedure
from workflows.procedures.queries import reach_of
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project


def guidance(request: SignedInRequest, project: Project) -> str:
    """The guidance sheets of the project and the way to a new one."""
    if project.state != ProjectState.CONFIRMED:
        return ""
    return render_to_string(
        "letters/panel_guidance.html",
        {
            "project": project,
            "sheets": queries.guidance_sheets(project.number)[:5],
            "may_issue": Permission.PROJECTS_CHANGE in request.permissions,
        },
        request,
    )


def notices(request: SignedInRequest, procedure: Procedure) -> str:
    """The one-time notices of the procedure; nothing where none was given and none can be."""
    told = queries.notices(procedure)
    reach = reach_of(request.membership, timezone.localdate())
    may = (
        Permission.PROCEDURES_MOVE in request.permissions
        and (reach is None or procedure.department_code in reach)
        and procedure.state == State.RECEIVED
    )
    if not told and not may:
        return ""
    return render_to_string(
        "letters/panel_notices.html",
        {"procedure": procedure, "told": told, "may_notify": may},
        request,
    )
