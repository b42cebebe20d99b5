"""Signing in through the identity provider (统一身份认证), linking an account to it, and unlinking."""

from datetime import datetime
from functools import wraps
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_lockout_response
from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from kernel.accounts import actions, provider
from kernel.accounts.forms import SignInForm
from kernel.accounts.models import Identity, Membership, User
from kernel.accounts.provider import Claims, ProviderRefused
from kernel.accounts.sessions import BACKEND, IDENTITY, PROOF
from kernel.authority.permissions import Permission
from kernel.refusal import Refused
from kernel.trail import Actor, record, record_refusal
from kernel.web.http import SignedInRequest, View, actor_of, open_to_all, requires

PENDING = "identity_pending"


def where_configured(view: View) -> View:
    """Without a provider in the settings there is no such address."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not provider.is_configured():
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def door(view: View) -> View:
    """A step of signing in: open to all, never kept by a browser, only where there is a provider."""
    return open_to_all(never_cache(where_configured(view)))


# Coming in -----------------------------------------------------------------------------------------


@require_GET
@door
def set_out(request: HttpRequest) -> HttpResponse:
    """To the provider. No form, so that the content policy need not name the provider's hosts."""
    tenant = request.tenant  # type: ignore[attr-defined]
    try:
        url = provider.way_there(
            request,
            slug=tenant.slug,
            next_url=request.GET.get("next", ""),
            anew=bool(request.GET.get("anew")),
            at=timezone.now(),
        )
    except ProviderRefused as refusal:
        return _turned_away(request, refusal)
    return HttpResponseRedirect(url)


@require_GET
@never_cache
@where_configured
def signpost(request: HttpRequest) -> HttpResponse:
    """On the portal: on to the console that the state names, and nowhere else. Nothing is decided
    here; the console holds the other half of the state."""
    slug = request.GET.get("state", "").partition(".")[0]
    tenant = apps.get_model("tenants", "Tenant").objects.filter(slug=slug, ready=True).first()
    if tenant is None:
        raise Http404
    answered = "code" in request.GET or "error" in request.GET
    page = reverse(
        f"accounts:{'back' if answered else 'sign_in'}", urlconf=settings.CONSOLE_URLCONF
    )
    return HttpResponseRedirect(
        tenant.url(f"{page}?{provider.answer_of(request)}" if answered else page)
    )


@require_GET
@door
def back(request: HttpRequest) -> HttpResponse:
    """From the provider: in, to the linking of an account, or turned away with a reason."""
    now = timezone.now()
    try:
        claims, next_url = provider.who_came(request, at=now)
    except ProviderRefused as refusal:
        return _turned_away(request, refusal)
    identity = (
        Identity.objects.filter(issuer=claims.issuer, subject=claims.subject)
        .select_related("user")
        .first()
    )
    if identity is None:
        request.session[PENDING] = {
            "claims": [claims.issuer, claims.subject, claims.name, claims.token],
            "next_url": next_url,
            "until": (now + provider.PATIENCE).timestamp(),
        }
        return redirect("accounts:link")
    return _enter(request, identity, claims, next_url, now)


def _enter(
    request: HttpRequest, identity: Identity, claims: Claims, next_url: str, at: datetime
) -> HttpResponse:
    user, tenant = identity.user, request.tenant  # type: ignore[attr-defined]
    credentials = {"username": user.get_username()}
    if not AxesProxyHandler.is_allowed(request, credentials):
        record_refusal(
            actor=_as(user), action="accounts.sign_in", subject=user.get_username(),
            summary="登录被拒：账号暂时锁定",
        )  # fmt: skip
        return get_lockout_response(request, credentials=credentials)
    if not user.is_active:
        refusal = f"账号 {user.get_username()} 已停用，不能登录；请联系{tenant.office_name}。"
        return _turned_away(request, Refused(refusal), user)
    if not _has_a_post(user, tenant, at):
        refusal = (
            f"{user.name}（账号 {user.get_username()}）目前不在{tenant.name}任职，不能进入；"
            f"应当任职的，请联系{tenant.office_name}登记。"
        )
        return _turned_away(request, Refused(refusal), user)
    with transaction.atomic():
        Identity.objects.filter(pk=identity.pk).update(used_at=at)
        _begin(request, identity, claims.token)
        record(
            actor=actor_of(request),
            action="accounts.sign_in",
            subject=user.get_username(),
            summary=f"经{settings.OIDC_LABEL}登录",
        )
    return HttpResponseRedirect(_own(request, next_url))


def _begin(request: HttpRequest, identity: Identity, token: str) -> None:
    login(request, identity.user, backend=BACKEND)
    request.session[IDENTITY] = identity.pk
    request.session[PROOF] = token


def _has_a_post(user: User, tenant: Any, at: datetime) -> bool:
    day = timezone.localdate(at)
    return Membership.objects.in_force(day).filter(user=user, tenant_id=tenant.pk).exists()


def _own(request: HttpRequest, url: str) -> str:
    """``url`` if it is an address of this very host, else the first page."""
    own = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if own else "/"


def _turned_away(request: HttpRequest, refusal: Refused, user: User | None = None) -> HttpResponse:
    record_refusal(
        actor=_as(user) if user else Actor(None, "未登录", ""),
        action="accounts.sign_in",
        subject=user.get_username() if user else "",
        summary=f"登录被拒：{refusal}",
    )
    return render(
        request,
        "accounts/turned_away.html",
        {"why": str(refusal), "provider": settings.OIDC_LABEL},
        status=403,
    )


def _as(user: User) -> Actor:
    return Actor(user.pk, user.name, "")


class Link(LoginView):
    """The first time: the person gives the password of the account this identity shall open."""

    template_name = "accounts/link.html"
    authentication_form = SignInForm
    claims: Claims

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        pending = request.session.get(PENDING, {})
        if pending.get("until", 0) < timezone.now().timestamp():
            request.session.pop(PENDING, None)
            messages.error(request, f"绑定已超过十分钟，请重新经{settings.OIDC_LABEL}登录。")
            return redirect("accounts:sign_in")
        self.claims = Claims(*pending["claims"])
        self.next_url = pending["next_url"]
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(provider=settings.OIDC_LABEL, claims=self.claims, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user, now = form.get_user(), timezone.now()
        try:
            with transaction.atomic():
                identity = actions.link(user, self.claims, at=now, actor=_as(user))
                Identity.objects.filter(pk=identity.pk).update(used_at=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        _begin(self.request, identity, self.claims.token)
        self.request.session.pop(PENDING, None)
        record(
            actor=actor_of(self.request),
            action="accounts.sign_in",
            subject=user.get_username(),
            summary=f"经{settings.OIDC_LABEL}登录",
        )
        messages.success(
            self.request, f"已绑定。以后经{settings.OIDC_LABEL}登录，不必再输入本平台的密码。"
        )
        return HttpResponseRedirect(_own(self.request, self.next_url))

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        record_refusal(
            actor=actor_of(self.request),
            action="accounts.link",
            subject=form.cleaned_data.get("username", "")[:150],
            summary="绑定被拒",
        )
        return super().form_invalid(form)


link = door(Link.as_view())


# Going out -----------------------------------------------------------------------------------------


def way_out(request: HttpRequest, token: str) -> str:
    """Where to sign out at the provider; empty when it has no such place or cannot be asked now."""
    if not provider.is_configured():
        return ""
    try:
        return provider.way_out(token, slug=request.tenant.slug)  # type: ignore[attr-defined]
    except ProviderRefused as refusal:
        messages.warning(request, f"已退出本平台，但没能退出{settings.OIDC_LABEL}：{refusal}")
        return ""


# The office's page ---------------------------------------------------------------------------------


@require_safe
@requires(Permission.MEMBERS_VIEW)
@where_configured
def identities(request: SignedInRequest) -> HttpResponse:
    """Who of this tenant's people has linked an identity, and who has not."""
    people = (
        Membership.objects.in_force(timezone.localdate())
        .filter(tenant_id=request.tenant.pk)
        .select_related("user")
        .prefetch_related(
            Prefetch("user__identities", Identity.objects.filter(issuer=settings.OIDC_ISSUER))
        )
        .order_by("user__name", "pk")
    )
    return render(
        request,
        "accounts/identities.html",
        {
            "title": "统一身份绑定",
            "crumbs": [("人员与角色", reverse("accounts:members")), ("统一身份绑定", "")],
            "page": Paginator(people, 50).get_page(request.GET.get("page")),
            "linked": Identity.objects.filter(
                issuer=settings.OIDC_ISSUER, user__memberships__in=people
            )
            .distinct()
            .count(),
            "provider": settings.OIDC_LABEL,
            "issuer": settings.OIDC_ISSUER,
            "changes": Permission.MEMBERS_CHANGE in request.permissions,
        },
    )


@require_POST
@requires(Permission.MEMBERS_CHANGE)
@where_configured
def unlink(request: SignedInRequest, pk: int) -> HttpResponse:
    """Part the identity of one of this tenant's people from their account."""
    today = timezone.localdate()
    own = Membership.objects.in_force(today).filter(tenant_id=request.tenant.pk)
    if not Identity.objects.filter(pk=pk, user__memberships__in=own).exists():
        raise Http404
    try:
        identity = actions.unlink(pk, actor=actor_of(request))
    except Identity.DoesNotExist:
        raise Http404 from None
    messages.success(
        request,
        f"已解除{identity.user.name}的绑定，经它开始的登录随即失效；本人下次经{settings.OIDC_LABEL}登录时可重新绑定。",
    )
    return redirect("accounts:identities")
