"""Bringing in a workbook: upload, preview, apply (导入)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.refusal import Refused
from kernel.trail import record_refusal
from kernel.web.downloads import attachment
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.parts import Tile
from workflows.projects import importing, queries
from workflows.projects.comparing import Comparison, Verdict, counts
from workflows.projects.facts import LABELS, STATED, shown
from workflows.projects.forms import UploadForm
from workflows.projects.models import Intake
from workflows.projects.paper import errors_bytes, list_bytes
from workflows.projects.views.lists import PAGE, list_url
from workflows.projects.workbook import WorkbookRefused

_TILE_TONES = {Verdict.BAD: "red", Verdict.NEW: "green", Verdict.CHANGED: "yellow"}


@require_http_methods(["GET", "POST"])
@requires(Permission.PROJECTS_IMPORT)
def upload(request: SignedInRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            intake = importing.receive(
                file_name=file.name,
                source=file.read(),
                year=form.cleaned_data["year"],
                actor=actor_of(request),
            )
        except (WorkbookRefused, Refused) as refusal:
            form.add_error("file", str(refusal))
            record_refusal(
                actor=actor_of(request),
                action="projects.upload",
                subject=file.name[:200],
                summary=str(refusal),
            )
        else:
            return redirect("projects:intake", intake.pk)
    page = Paginator(queries.intakes(), 20).get_page(request.GET.get("page"))
    return render(
        request,
        "projects/upload.html",
        {
            "title": "导入项目清单",
            "form": form,
            "page": page,
            "crumbs": [("项目清单", reverse("projects:index")), ("导入", "")],
        },
        status=422 if form.errors else 200,
    )


@require_safe
@requires(Permission.PROJECTS_IMPORT)
def template(request: SignedInRequest) -> HttpResponse:
    """An empty list with the headings that are read."""
    year = timezone.localdate().year + 1
    title = f"{request.tenant.name}{year}年度重点项目清单"
    return attachment(
        list_bytes((), title=title, as_of=timezone.localdate()), f"{title}（表样）.xlsx"
    )


@require_safe
@requires(Permission.PROJECTS_IMPORT)
def intake(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the workbook would do, row by row, against the projects as they are now."""
    intake = get_object_or_404(Intake, pk=pk)
    context = {
        "title": f"预览：{intake.file_name}",
        "intake": intake,
        "list_url": list_url(intake.year),
        "crumbs": [
            ("项目清单", list_url(intake.year)),
            ("导入", reverse("projects:upload")),
            (intake.file_name, ""),
        ],
    }
    if intake.state != Intake.State.PREVIEWED:
        return render(request, "projects/intake_closed.html", context | {"tiles": _past(intake)})
    comparison = queries.comparison(intake)
    show = request.GET.get("show", "")
    showing = next(
        (v for v in Verdict if v == show),
        next((v for v, n in counts(comparison) if n and v is not Verdict.BAD), Verdict.NEW),
    )
    page = Paginator(comparison.of(showing), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "projects/intake.html",
        context
        | {
            "comparison": comparison,
            "tiles": _tiles(comparison),
            "tabs": [(v, n, v is showing) for v, n in counts(comparison) if n],
            "showing": showing,
            "page": page,
            "rows": [
                (line, [(LABELS[f], shown(f, line.values[f])) for f in STATED if line.values])
                for line in page
            ],
            "errors": comparison.errors[:200],
            "warnings": comparison.warnings[:200],
            "applied_before": queries.applied_before(intake),
        },
    )


@require_safe
@requires(Permission.PROJECTS_IMPORT)
def errors(request: SignedInRequest, pk: int) -> HttpResponse:
    intake = get_object_or_404(Intake, pk=pk)
    content = errors_bytes(
        queries.comparison(intake),
        title=f"{intake.file_name} 需要改正的地方",
        as_of=timezone.localdate(),
    )
    return attachment(content, f"{intake.file_name.rpartition('.')[0]}-错误清单.xlsx")


@require_safe
@requires(Permission.PROJECTS_IMPORT)
def kept_file(request: SignedInRequest, pk: int) -> FileResponse:
    """The workbook as it came."""
    intake = get_object_or_404(Intake, pk=pk)
    return FileResponse(
        iter([bytes(intake.file)]),
        as_attachment=True,
        filename=intake.file_name,
        content_type="application/octet-stream",
    )


@require_POST
@requires(Permission.PROJECTS_IMPORT)
def apply(request: SignedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(Intake.objects.defer("file"), pk=pk)
    try:
        applied = importing.apply(
            intake_id=pk,
            digest=request.POST.get("digest", ""),
            on=timezone.localdate(),
            actor=actor_of(request),
        )
    except Refused as refusal:
        refuse(request, refusal, action="projects.import", subject=f"清单导入 {pk}")
        return redirect("projects:intake", pk)
    done = applied.outcome
    if done["new"] or done["changed"]:
        said = f"已导入：新增{done['new']}个，变更{done['changed']}个，未变{done['same']}个。"
    else:
        said = f"清单与现有项目完全一致（{done['same']}个），没有改动。"
    messages.success(request, said)
    return redirect("projects:intake", pk)


@require_POST
@requires(Permission.PROJECTS_IMPORT)
def discard(request: SignedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(Intake.objects.defer("file"), pk=pk)
    try:
        importing.discard(intake_id=pk, actor=actor_of(request))
    except Refused as refusal:
        refuse(request, refusal, action="projects.discard", subject=f"清单导入 {pk}")
        return redirect("projects:intake", pk)
    messages.success(request, "已放弃，没有写入任何项目。")
    return redirect("projects:upload")


def _tiles(comparison: Comparison) -> list[Tile]:
    tiles = [
        Tile("需要改正", len(comparison.errors), "处", tone="red" if comparison.errors else "")
    ]
    tiles += [
        Tile(verdict.label, n, "行", tone=_TILE_TONES.get(verdict, "") if n else "")
        for verdict, n in counts(comparison)
    ]
    return [*tiles, Tile("略过", len(comparison.skipped), "行")]


def _past(intake: Intake) -> list[Tile]:
    return [
        Tile(verdict.label, intake.outcome[verdict.value], "行")
        for verdict in Verdict
        if verdict.value in intake.outcome and verdict is not Verdict.BAD
    ]
