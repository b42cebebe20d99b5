"""Serve an attachment (附件下载) to whoever its room lets read it."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from kernel.authority.permissions import Permission
from kernel.papers.attaching import may_read
from kernel.papers.models import Attachment
from kernel.web.downloads import attachment
from kernel.web.http import SignedInRequest, requires


@require_safe
@requires(Permission.DESK_VIEW)
def file(request: SignedInRequest, token: str) -> HttpResponse:
    """The file as it came, to be saved and never shown in place; 404 for who may not read it."""
    found = get_object_or_404(Attachment, token=token)
    if not may_read(request, found):
        raise Http404
    return attachment(bytes(found.content), found.name, found.media_type)
