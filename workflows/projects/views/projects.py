"""One project: its page, registration, editing, steps and comments (项目)."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.once.sending import once
from kernel.refusal import Refused
from kernel.trail import record_refusal
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from workflows.catalogue.queries import departments
from workflows.projects import actions, panels, queries
from workflows.projects.consultation import Standing
from workflows.projects.consultation import standing as stand
from workflows.projects.facts import LABELS, STATED, Difference, shown
from workflows.projects.forms import CommentForm, EditForm, FactsForm, HandleForm, MoveForm, NewForm
from workflows.projects.lifecycle import MOVES, Move, State
from workflows.projects.models import Comment, Opinion, Project
from workflows.projects.views.lists import PAGE, list_url

_TONES = {Opinion.AGREE: "green", Opinion.ADVISE: "yellow", Opinion.OBJECT: "red"}
STATE_TONES = {State.COMMENTING: "blue", State.CONFIRMED: "green", State.REMOVED: "red"}


@require_safe
@requires(Permission.PROJECTS_VIEW)
def project(request: SignedInRequest, number: str) -> HttpResponse:
    return _page(request, get_object_or_404(Project, number=number))


def _page(
    request: SignedInRequest, project: Project, comment_form: CommentForm | None = None
) -> HttpResponse:
    comments = list(Comment.objects.filter(project=project).order_by("-at", "-pk"))
    standing = stand(project, comments)
    speaks_for = _speaks_for(request, project)
    moves = [move for move in MOVES.open(project.state) if _may(request, move)]
    return render(
        request,
        "projects/project.html",
        {
            "title": project.name,
            "crumbs": [
                ("项目清单", list_url(project.year)),
                (f"{project.year}年度", list_url(project.year)),
                (project.number, ""),
            ],
            "project": project,
            "state_tone": STATE_TONES.get(State(project.state), ""),
            "rule": shown("admission_rule", project.admission_rule),
            "moves": moves,
            "panels": panels.rendered(request, project),
            "profile": _profile(project),
            "standing": standing,
            "asked": _asked(standing, timezone.localdate()),
            "comments": _told(comments, project),
            "comment_form": comment_form
            or (CommentForm(department_codes=speaks_for) if speaks_for else None),
            "revisions": [
                (revision, [Difference(c["field"], c["old"], c["new"]) for c in revision.changes])
                for revision in project.revisions.order_by("-version", "-pk")
            ],
        },
        status=422 if comment_form else 200,
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.PROJECTS_CHANGE)
@once
def new(request: SignedInRequest) -> HttpResponse:
    region = queries.own_region(request.tenant)
    first = {"year": timezone.localdate().year + 1, "region_code": region}
    form = NewForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.register(
                year=form.cleaned_data["year"], facts=form.facts(), actor=actor_of(request)
            )
        except Refused as refusal:
            _onto(form, refusal, request, action="projects.register", subject="登记项目")
        else:
            messages.success(request, f"已登记为 {made.number}，{made.admission_reason}。")
            return redirect("projects:project", made.number)
    return render(
        request,
        "projects/edit.html",
        {
            "title": "登记项目",
            "form": form,
            "crumbs": [("项目清单", reverse("projects:index")), ("登记项目", "")],
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.PROJECTS_CHANGE)
def edit(request: SignedInRequest, number: str) -> HttpResponse:
    project = get_object_or_404(Project, number=number)
    form = EditForm(request.POST or None, initial=EditForm.initial_of(project))
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit(
                number=number,
                facts=form.facts(),
                version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
                on=timezone.localdate(),
                actor=actor_of(request),
            )
        except Refused as refusal:
            _onto(form, refusal, request, action="projects.edit", subject=number)
        else:
            messages.success(request, f"已修改 {number}，变更记录中可以查看每一项。")
            return redirect("projects:project", number)
    return render(
        request,
        "projects/edit.html",
        {
            "title": f"修改 {project.name}",
            "project": project,
            "form": form,
            "crumbs": [
                ("项目清单", list_url(project.year)),
                (number, reverse("projects:project", args=[number])),
                ("修改", ""),
            ],
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.PROJECTS_CHANGE)
def move(request: SignedInRequest, number: str, name: str) -> HttpResponse:
    if name == "confirm":
        raise Http404
    return _move(request, number, name)


@require_http_methods(["GET", "POST"])
@requires(Permission.PROJECTS_CONFIRM)
def confirm(request: SignedInRequest, number: str) -> HttpResponse:
    return _move(request, number, "confirm")


def _move(request: SignedInRequest, number: str, name: str) -> HttpResponse:
    """Say what the step brings about and what stands in its way, then take it."""
    project = get_object_or_404(Project, number=number)
    step = next((move for move in MOVES.open(project.state) if move.name == name), None)
    standing = queries.standing_of(project)
    needs_reason = bool(step and step.needs_reason)
    first = {"on": timezone.localdate(), "version": project.version}
    form = MoveForm(request.POST or None, initial=first, needs_reason=needs_reason)
    if request.method == "POST" and form.is_valid():
        try:
            moved = actions.make_move(
                number=number,
                name=name,
                version=form.cleaned_data["version"],
                on=form.cleaned_data["on"],
                reason=form.cleaned_data["reason"],
                actor=actor_of(request),
            )
        except Refused as refusal:
            refuse(request, refusal, action=f"projects.{name}", subject=number)
        else:
            messages.success(request, f"{number}现为“{State(moved.state).label}”。")
        return redirect("projects:project", number)
    if step is None:
        messages.info(request, f"{number}现为“{State(project.state).label}”，这一步已不能办。")
        return redirect("projects:project", number)
    return render(
        request,
        "projects/move.html",
        {
            "title": step.label,
            "project": project,
            "move": step,
            "form": form,
            "standing": standing if name == "confirm" else None,
            "outstanding": queries.department_names(standing.outstanding),
            "objections": _told(standing.objections, project),
            "crumbs": [
                ("项目清单", list_url(project.year)),
                (number, reverse("projects:project", args=[number])),
                (step.label, ""),
            ],
        },
        status=422 if form.errors else 200,
    )


@require_POST
@requires(Permission.PROJECTS_COMMENT)
def comment(request: SignedInRequest, number: str) -> HttpResponse:
    project = get_object_or_404(Project, number=number)
    form = CommentForm(request.POST, department_codes=_speaks_for(request, project))
    if not form.is_valid() and project.state == State.COMMENTING:
        return _page(request, project, form)
    try:
        actions.comment(
            number=number,
            department_code=form.cleaned_data.get("department_code", ""),
            opinion=form.cleaned_data.get("opinion", Opinion.AGREE),
            text=form.cleaned_data.get("text", ""),
            actor=actor_of(request),
        )
    except Refused as refusal:
        refuse(request, refusal, action="projects.comment", subject=number)
    else:
        messages.success(request, "意见已登记。")
    if request.POST.get("next") == "waiting":
        return redirect("projects:waiting")
    return redirect("projects:project", number)


@require_http_methods(["GET", "POST"])
@requires(Permission.PROJECTS_CONFIRM)
def handle(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer one opinion: adopted, in part or not, and why."""
    comment = get_object_or_404(Comment.objects.select_related("project"), pk=pk)
    number = comment.project.number
    form = HandleForm(request.POST or None, initial=HandleForm.initial_of(comment))
    if request.method == "POST" and form.is_valid():
        try:
            actions.handle(
                comment_id=pk,
                verdict=form.cleaned_data["verdict"],
                why=form.cleaned_data["why"],
                seen_at=form.cleaned_data["seen_at"],
                at=timezone.now(),
                actor=actor_of(request),
            )
        except Refused as refusal:
            refuse(request, refusal, action="projects.handle", subject=number)
        else:
            messages.success(request, "处理结果已登记，并反馈给提意见的单位。")
        return redirect(f"{reverse('projects:project', args=[number])}#comments")
    return render(
        request,
        "projects/handle.html",
        {
            "title": "处理部门意见",
            "project": comment.project,
            "told": _told([comment], comment.project),
            "form": form,
            "crumbs": [
                ("项目清单", list_url(comment.project.year)),
                (number, reverse("projects:project", args=[number])),
                ("处理部门意见", ""),
            ],
        },
        status=422 if form.errors else 200,
    )


@require_safe
@requires(Permission.PROJECTS_COMMENT)
def waiting(request: SignedInRequest) -> HttpResponse:
    """Projects on which the member's department has still to say something."""
    code = request.membership.department_code
    page = Paginator(queries.waiting_for(code), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "projects/waiting.html",
        {
            "title": "待回复意见",
            "page": page,
            "rows": [
                (
                    project,
                    shown("region_code", project.region_code),
                    CommentForm(department_codes=[code], auto_id=f"id_{project.number}_%s"),
                )
                for project in page
            ],
            "department": "、".join(queries.department_names([code] if code else [])),
            "today": timezone.localdate(),
        },
    )


def _may(request: SignedInRequest, move: Move) -> bool:
    needed = Permission.PROJECTS_CONFIRM if move.name == "confirm" else Permission.PROJECTS_CHANGE
    return needed in request.permissions


def _speaks_for(request: SignedInRequest, project: Project) -> list[str]:
    """Departments the member may comment for: their own; the office files those it was sent."""
    if project.state != State.COMMENTING or Permission.PROJECTS_COMMENT not in request.permissions:
        return []
    if request.membership.role == "office":
        return list(project.consulted)
    return [code] if (code := request.membership.department_code) else []


def _profile(project: Project) -> list[tuple[str, Any]]:
    facts = [(LABELS[name], shown(name, getattr(project, name))) for name in STATED[1:]]
    return [
        *facts,
        ("入选依据", shown("admission_rule", project.admission_rule)),
        ("入选说明", project.admission_reason),
        ("送征求意见", shown("_on", project.sent_on)),
        ("意见回复期限", shown("_on", project.reply_by)),
        ("确认日期", shown("_on", project.confirmed_on)),
        ("来源", project.source or "—"),
    ]


def _asked(standing: Standing, on: date) -> list[tuple[str, str, str]]:
    """Department, its opinion in words and its tone, for each that was asked."""
    silent = standing.silent(on)
    names = queries.department_names(standing.asked)
    told = []
    for code, name in zip(standing.asked, names, strict=True):
        last = standing.last.get(code)
        told.append(
            (name, last.get_opinion_display(), _TONES[Opinion(last.opinion)])
            if last
            else ((name, "逾期未回复", "red") if code in silent else (name, "未回复", ""))
        )
    return told


def _told(comments: Any, project: Project) -> list[tuple[str, Comment, str, bool]]:
    """Department, comment, tone, and whether it belongs to an earlier round."""
    known = departments()
    return [
        (
            known[c.department_code].short_name
            if c.department_code in known
            else c.department_code,
            c,
            _TONES[Opinion(c.opinion)],
            c.round != project.round,
        )
        for c in comments
    ]


def _onto(
    form: FactsForm, refusal: Refused, request: SignedInRequest, *, action: str, subject: str
) -> None:
    """Put what the rules said on the form, beside its field where there is one."""
    field = "admission_claim" if isinstance(refusal, actions.NotEligible) else None
    form.add_error(field, str(refusal))
    record_refusal(actor=actor_of(request), action=action, subject=subject, summary=str(refusal))
