"""An attached file as an answer: only to whom its room lets read it, and only to be saved."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from kernel.authority.permissions import Permission
from kernel.papers.attaching import may_read
from kernel.papers.models import Attachment
from kernel.web.downloads import private_file
from kernel.web.http import SignedInRequest, requires


@require_safe
@requires(Permission.DESK_VIEW)
def file(request: SignedInRequest, token: str) -> HttpResponse:
    """The file as it was handed in. Who may not read it learns nothing of it."""
    found = get_object_or_404(Attachment, token=token)
    if not may_read(request, found):
        raise Http404
    return private_file(bytes(found.content), found.name, found.media_type)
