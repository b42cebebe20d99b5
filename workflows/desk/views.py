"""The desk and the search of the bar above every page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.authority.permissions import Permission, Role
from kernel.web.http import SignedInRequest, requires
from kernel.web.parts import Fact
from workflows.desk import queries
from workflows.desk.searching import search as look


@require_safe
@requires(Permission.DESK_VIEW)
def home(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    desk = queries.desk(request, today)
    way = (
        queries.milestones(request, today, desk.states)
        if request.membership.role == Role.OFFICE
        else []
    )
    return render(
        request,
        "desk/home.html",
        {
            "title": "工作台",
            "today": today,
            "desk": desk,
            "facts": [
                Fact("等我办", desk.mine.total, "件"),
                Fact("红灯", desk.red.total, "件", "red" if desk.red.total else ""),
                Fact("黄灯", desk.yellow.total, "件", "yellow" if desk.yellow.total else ""),
                Fact("七天内转黄", desk.turning.total, "件"),
                Fact("我在等", desk.others.total, "件"),
            ],
            "news": desk.news,
            "way": way,
            "left": [step for step in way if not step.done],
            "may_trail": Permission.TRAIL_VIEW in request.permissions,
        },
    )


@require_safe
@requires(Permission.DESK_VIEW)
def search(request: SignedInRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:60]
    found = look(words, permissions=request.permissions, on=timezone.localdate())
    return render(request, "desk/search.html", {"title": "查找", "words": words, "found": found})
