"""What a console view sees: the signed-in member, and the guard that lets them in."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kernel.authority.permissions import Permission
from kernel.calendars.queries import work_calendar
from kernel.clock import WorkCalendar
from kernel.refusal import Refused
from kernel.trail import Actor, record_refusal

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from kernel.accounts.models import Membership, User
    from tenants.models import Tenant  # typing only: the kernel knows tenants by name


class SignedInRequest(HttpRequest):
    """A request that has passed the membership middleware."""

    user: "User"
    membership: "Membership"
    tenant: "Tenant"
    permissions: frozenset[Permission]
    htmx: "HtmxDetails"


#: How a JSON answer is written: Chinese as it is, for people too.
READABLE = {"ensure_ascii": False, "indent": 2}

View = Callable[..., HttpResponseBase]


def requires(permission: Permission) -> Callable[[View], View]:
    """Let only members who hold ``permission`` in; others get 403 and a line in the trail."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if permission not in request.permissions:
                record_refusal(
                    actor=actor_of(request),
                    action=permission,
                    subject=request.path[:200],
                    summary="没有这项权限",
                )
                raise PermissionDenied("您的角色没有这项权限。")
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def open_to_all(view: View) -> View:
    """Marks a view that needs no sign-in, so that the permission matrix can tell it was meant."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def calendar_of(request: HttpRequest) -> WorkCalendar:
    """The work calendar as this request found it: asked of the database once, however many parts of
    a page count days."""
    kept: WorkCalendar | None = getattr(request, "calendar_found", None)
    if kept is None:
        kept = request.calendar_found = work_calendar()  # type: ignore[attr-defined]
    return kept


def actor_of(request: HttpRequest) -> Actor:
    """Who acts, as the trail remembers them."""
    membership = getattr(request, "membership", None)
    user = request.user
    if not user.is_authenticated:
        return Actor(None, "未登录", "")
    return Actor(user.pk, user.name, membership.role_label if membership else "")


def refuse(request: HttpRequest, refusal: Refused, *, action: str, subject: str) -> None:
    """Tell the clerk why, and keep a line of it in the trail."""
    request.refusal = refusal  # type: ignore[attr-defined]
    messages.error(request, str(refusal))
    record_refusal(actor=actor_of(request), action=action, subject=subject, summary=str(refusal))


def refuse_form(request: HttpRequest, form: forms.Form, *, action: str, subject: str) -> None:
    """`refuse` with every sentence of a form that is not valid."""
    words = "".join(
        f"{label}：{said}" if (label := _label(form, name)) else str(said)
        for name, found in form.errors.items()
        for said in found
    )
    refuse(request, Refused(words or "没有办成。"), action=action, subject=subject)


def _label(form: forms.Form, name: str) -> str:
    """What the page calls the field; nothing for what is wrong with the form as a whole."""
    field = form.fields.get(name)
    hidden = field is None or field.widget.is_hidden
    return "" if hidden else str(form[name].label)


def whole_number(text: str | None) -> int:
    """A key or a version as a page sends it; 0, which none is, for anything else."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0
