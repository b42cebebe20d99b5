"""Membership is checked at every request: no membership of this tenant, no entry."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from kernel.accounts.models import Membership
from kernel.accounts.sessions import end_if_unlinked
from kernel.authority.permissions import grants


class MembershipMiddleware:
    """On a console host: the stranger sees 404, the unknown signs in, the member goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        tenant = getattr(request, "tenant", None)
        if tenant is None or getattr(view, "permission", False) is None:
            return None
        end_if_unlinked(request)
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        membership = (
            Membership.objects.in_force(timezone.localdate())
            .filter(user=request.user, tenant_id=tenant.pk)
            .select_related("user")
            .first()
        )
        if membership is None or not request.user.is_active:
            raise Http404
        request.membership = membership  # type: ignore[attr-defined]
        request.permissions = grants(membership.role, in_city=tenant.kind == "city")  # type: ignore[attr-defined]
        return None


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in, and from there back to a page that can be read.

    What a form sent after the session ran out is lost: the sign-in page says so, and the way back
    is the page it was sent from. A fragment asked for by htmx gives way to the whole page.
    """
    page = request.htmx.current_url_abs_path if request.htmx else request.get_full_path()  # type: ignore[attr-defined]
    if request.method not in ("GET", "HEAD"):
        messages.warning(request, "登录已超时，刚才提交的内容没有保存；请登录后重新提交。")
        page = urlsplit(request.headers.get("Referer", ""))._replace(scheme="", netloc="").geturl()
    answer = redirect_to_login(page or "/", reverse(settings.LOGIN_URL))
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": answer.url})
    return answer
