"""Pages of the letters: the guidance sheet of a project, the one-time notices of a procedure."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.once.sending import once
from kernel.refusal import Refused
from kernel.trail import record_refusal
from kernel.web.downloads import paper_file
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from workflows.letters import actions, queries, writing
from workflows.letters.forms import NoticeForm
from workflows.procedures.lifecycle import MOVES, Ground
from workflows.procedures.live import live_of
from workflows.procedures.models import Procedure
from workflows.procedures.queries import reach_of
from workflows.projects.lifecycle import State
from workflows.projects.models import Project

_NOTIFY = next(move for move in MOVES if move.name == "notify")


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def guidance(request: SignedInRequest, number: str) -> HttpResponse:
    """The sheet as it would be issued now, and those that were."""
    project = _listed(number)
    paper = writing.guidance(live_of(project, timezone.localdate()))
    return render(
        request,
        "letters/guidance.html",
        {
            "title": "审批事项指导单",
            "crumbs": [
                (project.name, reverse("projects:project", args=[number])),
                ("审批事项指导单", ""),
            ],
            "project": project,
            "paper": paper,
            "sheets": queries.guidance_sheets(number),
            "may_issue": Permission.PROJECTS_CHANGE in request.permissions,
        },
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def guidance_file(request: SignedInRequest, number: str, form: str) -> HttpResponse:
    """Today's sheet before it is issued, to be read or carried along."""
    project = _listed(number)
    paper = writing.guidance(live_of(project, timezone.localdate()))
    return paper_file(paper, form, f"{project.name}审批事项指导单（未编号）")


@require_POST
@requires(Permission.PROJECTS_CHANGE)
@once
def issue_guidance(request: SignedInRequest, number: str) -> HttpResponse:
    project = get_object_or_404(Project, number=number)
    try:
        issued = actions.issue_guidance(
            project=project, on=timezone.localdate(), actor=actor_of(request)
        )
    except Refused as refusal:
        refuse(request, refusal, action="letters.guidance", subject=number)
        return redirect("projects:project", number)
    messages.success(request, f"已出具指导单 {issued.number}。")
    return redirect("letters:guidance", number)


@require_http_methods(["GET", "POST"])
@requires(Permission.PROCEDURES_MOVE)
@once
def new_notice(request: SignedInRequest, number: str) -> HttpResponse:
    """A one-time notice that the system numbers and enters in the ledger at once."""
    procedure = get_object_or_404(Procedure.objects.select_related("project"), number=number)
    today = timezone.localdate()
    live = live_of(procedure.project, today)
    form = NoticeForm(
        request.POST if request.method == "POST" else None,
        move=_NOTIFY,
        terms=live.book.terms[number],
        version=live.book.procedure(number).version,
        today=today,
    )
    if request.method == "POST":
        try:
            if form.is_valid():
                issued = actions.notify(
                    procedure_number=number,
                    actor=actor_of(request),
                    reach=reach_of(request.membership, today),
                    **form.cleaned_data,
                )
                messages.success(request, f"已出具一次性告知书 {issued.number}，并记入计时台账。")
                return redirect("procedures:detail", number)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        record_refusal(
            actor=actor_of(request),
            action="letters.notify",
            subject=number,
            summary="".join(str(words) for found in form.errors.values() for words in found),
        )
    return render(
        request,
        "letters/new_notice.html",
        {
            "title": f"出具一次性告知书：{procedure.name}",
            "crumbs": [
                (
                    procedure.project.name,
                    reverse("projects:project", args=[procedure.project.number]),
                ),
                (number, reverse("procedures:detail", args=[number])),
                ("一次性告知书", ""),
            ],
            "procedure": procedure,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def notice_file(request: SignedInRequest, number: str, entry: int, form: str) -> HttpResponse:
    """A notice of the ledger as a paper, under the number it was given."""
    procedure = get_object_or_404(Procedure.objects.select_related("project"), number=number)
    line = next((line for line in queries.notice_lines(procedure) if line.pk == entry), None)
    if line is None:
        raise Http404
    paper = writing.one_time_notice(
        procedure,
        items=line.items,
        text=line.text,
        on=line.on,
        ground=Ground(line.ground).label if line.ground else "",
        number=line.document,
    )
    return paper_file(paper, form, f"{procedure.short_name}一次性告知书{line.document}")


def _listed(number: str) -> Project:
    return get_object_or_404(Project, number=number, state=State.CONFIRMED)
