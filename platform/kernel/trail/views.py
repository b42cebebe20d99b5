"""The trail as pages: filter, export, and proof that nothing was changed."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.authority.permissions import Permission
from kernel.trail.forms import TrailFilter
from kernel.trail.models import TrailEntry
from kernel.trail.queries import narrowed, room_of
from kernel.trail.writing import first_broken_line
from kernel.web.downloads import workbook
from kernel.web.http import requires
from kernel.web.xlsx import Column

COLUMNS = (
    Column("序号", 8),
    Column("时间", 20),
    Column("人员", 14),
    Column("角色", 14),
    Column("业务", 12),
    Column("对象", 28),
    Column("内容", 60),
    Column("结果", 8),
)


@require_safe
@requires(Permission.TRAIL_VIEW)
def trail(request: HttpRequest) -> HttpResponse:
    form = TrailFilter(request.GET or None)
    lines = narrowed(form.chosen())
    if request.GET.get("export"):
        return _workbook(lines)
    page = Paginator(lines, 50).get_page(request.GET.get("page"))
    for line in page:
        line.room = room_of(line.action)  # type: ignore[attr-defined]
    verified = None
    if request.GET.get("verify"):
        verified = {"broken": first_broken_line(), "count": TrailEntry.objects.count()}
    return render(
        request,
        "trail/list.html",
        {"title": "留痕", "form": form, "page": page, "verified": verified},
    )


def _workbook(lines: QuerySet[TrailEntry]) -> HttpResponse:
    rows = (
        (
            line.number,
            f"{timezone.localtime(line.at):%Y-%m-%d %H:%M:%S}",
            line.actor_name,
            line.actor_role,
            room_of(line.action),
            line.subject,
            line.summary,
            line.get_outcome_display(),
        )
        for line in lines.iterator(chunk_size=2000)
    )
    return workbook("留痕", COLUMNS, rows, as_of=timezone.localdate())
