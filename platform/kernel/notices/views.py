"""My notices (通知): listed, opened, seen."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.notices import queries
from kernel.notices.actions import see
from kernel.notices.forms import NoticeFilter
from kernel.trail.queries import room_of
from kernel.web.http import SignedInRequest, requires

PAGE = 50


@require_safe
@requires(Permission.DESK_VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    """What was told to me, what I have not seen first."""
    mine = queries.told_to(request.membership)
    rooms = mine.order_by("room").values_list("room", flat=True).distinct()
    form = NoticeFilter(request.GET or None, rooms=rooms)
    found = queries.narrowed(mine, form.chosen()).order_by("-unseen", "-at", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "notices/list.html",
        {
            "title": "通知",
            "form": form,
            "page": page,
            "rows": [(notice, room_of(notice.room)) for notice in page],
            "unseen": mine.filter(unseen=True).count(),
            "filtered": any(form.chosen().values()),
        },
    )


@require_POST
@requires(Permission.DESK_VIEW)
def open_(request: SignedInRequest, pk: int) -> HttpResponse:
    """See a notice and go where it leads."""
    notice = get_object_or_404(queries.told_to(request.membership), pk=pk)
    see([pk], user_id=request.user.pk, at=timezone.now())
    own = url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None)
    return redirect(notice.url if own else "notices:list")


@require_POST
@requires(Permission.DESK_VIEW)
def see_one(request: SignedInRequest, pk: int) -> HttpResponse:
    """See a notice and stay on the list, as it was narrowed."""
    get_object_or_404(queries.told_to(request.membership), pk=pk)
    see([pk], user_id=request.user.pk, at=timezone.now())
    return redirect(f"{reverse('notices:list')}?{request.POST.get('back', '')}".rstrip("?"))


@require_POST
@requires(Permission.DESK_VIEW)
def see_all(request: SignedInRequest) -> HttpResponse:
    mine = queries.told_to(request.membership).filter(unseen=True)
    count = see(mine.values_list("pk", flat=True), user_id=request.user.pk, at=timezone.now())
    messages.success(request, f"{count} 条通知已知悉。")
    return redirect("notices:list")
