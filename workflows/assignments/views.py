"""The page of a sheet."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from kernel.authority.permissions import Permission
from kernel.web.http import SignedInRequest, requires
from workflows.assignments.models import Sheet


@require_safe
@requires(Permission.ASSIGNMENTS_VIEW)
def sheet(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Sheet, pk=pk)
    return render(
        request,
        "assignments/sheet.html",
        {"title": str(found), "sheet": found, "parts": found.parts.order_by("-leads", "pk")},
    )
