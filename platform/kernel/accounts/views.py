"""Sign in, sign out, cross to another tenant of one's own, see who is a member."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.accounts import provider, provider_views, tickets
from kernel.accounts.forms import SignInForm
from kernel.accounts.models import Membership
from kernel.accounts.sessions import BACKEND, IDENTITY, PROOF
from kernel.authority.permissions import Permission
from kernel.trail import record, record_refusal
from kernel.web.http import SignedInRequest, actor_of, open_to_all, requires


class SignIn(LoginView):
    """The door of one tenant's console. Axes counts the failures and locks."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        label = settings.OIDC_LABEL if provider.is_configured() else ""
        return super().get_context_data(provider=label, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        record(
            actor=actor_of(self.request),
            action="accounts.sign_in",
            subject=self.request.user.get_username(),
            summary="登录",
        )
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        record_refusal(
            actor=actor_of(self.request),
            action="accounts.sign_in",
            subject=form.cleaned_data.get("username", "")[:150],
            summary="登录被拒",
        )
        return super().form_invalid(form)


sign_in = open_to_all(SignIn.as_view())


@require_POST
@open_to_all
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        record(
            actor=actor_of(request),
            action="accounts.sign_out",
            subject=request.user.get_username(),
            summary="退出",
        )
    token = request.session.get(PROOF, "")
    logout(request)
    way_out = provider_views.way_out(request, token) if token else ""
    if way_out:
        return render(
            request, "accounts/signing_out.html", {"url": way_out, "provider": settings.OIDC_LABEL}
        )
    return redirect("accounts:sign_in")


@require_POST
@requires(Permission.DESK_VIEW)
def switch(request: SignedInRequest, slug: str) -> HttpResponse:
    """Send a member of several tenants to the console of another of theirs."""
    membership = (
        Membership.objects.in_force(timezone.localdate())
        .filter(user=request.user, tenant__slug=slug, tenant__ready=True)
        .select_related("tenant")
        .first()
    )
    if membership is None:
        raise Http404
    tenant = membership.tenant
    secret = tickets.issue(
        request.user,
        schema_name=tenant.schema_name,
        identity_id=request.session.get(IDENTITY),
    )
    return HttpResponseRedirect(
        tenant.url(f"{reverse('accounts:enter')}?{urlencode({'t': secret})}")
    )


@require_safe
@open_to_all
def enter(request: HttpRequest) -> HttpResponse:
    """Redeem the ticket that another console handed out."""
    tenant = request.tenant  # type: ignore[attr-defined]
    ticket = tickets.redeem(request.GET.get("t", ""), schema_name=tenant.schema_name)
    if ticket is None:
        messages.error(request, "切换凭证已失效，请重新登录。")
        return redirect("accounts:sign_in")
    user = ticket.user
    login(request, user, backend=BACKEND)
    if ticket.identity_id:
        request.session[IDENTITY] = ticket.identity_id
    record(
        actor=actor_of(request),
        action="accounts.enter",
        subject=user.get_username(),
        summary="从另一机制切换进入",
    )
    return redirect("/")


@require_safe
@requires(Permission.MEMBERS_VIEW)
def members(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    people = list(
        Membership.objects.filter(tenant_id=request.tenant.pk)
        .select_related("user")
        .order_by(F("until_on").desc(nulls_first=True), "role", "user__name")
    )
    return render(
        request,
        "accounts/members.html",
        {"people": people, "today": today, "provider": provider.is_configured()},
    )
