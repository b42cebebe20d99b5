"""Addresses of the provider of `provider_server`."""

from typing import Any

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.models import Application
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.settings import oauth2_settings

from tests.kernel.accounts.provider_server import CLIENT_ID, new_key

PAGE = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><link rel="icon" href="data:,"><title>示例认证中心</title>
<h1>示例认证中心</h1><form method="post">{% csrf_token %}{{ form.as_p }}<button>登录</button></form></html>"""


class Validator(OAuth2Validator):
    oidc_claim_scope = None

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        return {"sub": f"gov-{request.user.username}", "name": request.user.first_name}


class Page(LoginView):
    def render_to_response(self, context: dict[str, Any], **_: Any) -> HttpResponse:
        return HttpResponse(engines["django"].from_string(PAGE).render(context, self.request))


@csrf_exempt
def control(request: HttpRequest) -> HttpResponse:
    """What a test turns: `back` (the address to come back to), `rotate` (the key)."""
    if back := request.POST.get("back"):
        Application.objects.filter(client_id=CLIENT_ID).update(
            redirect_uris=back, post_logout_redirect_uris=back
        )
    if request.POST.get("rotate"):
        oauth2_settings.OIDC_RSA_PRIVATE_KEY = new_key()
    return HttpResponse("ok")


urlpatterns = [
    path("login/", Page.as_view()),
    path("control/", control),
    path("", include("oauth2_provider.urls", namespace="oauth2_provider")),
]
