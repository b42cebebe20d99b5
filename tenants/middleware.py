"""From the host of a request to its tenant; a host that is nobody's gets a plain 404."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.urls import set_urlconf

from tenants.backend import connection
from tenants.models import Tenant


class SchemaStrayed(RuntimeError):
    """A response was about to leave with the connection in another tenant's schema."""


class TenantMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if getattr(request, "is_dummy", False):  # Wagtail's preview runs the middleware again
            set_urlconf(settings.PORTAL_URLCONF)
            return self.get_response(request)
        connection.set_schema_to_public()
        try:
            host = request.get_host().partition(":")[0].lower()
        except DisallowedHost:
            return plain_404()
        request.tenant = None  # type: ignore[attr-defined]
        if host == settings.PORTAL_HOST:
            request.urlconf = settings.PORTAL_URLCONF
        else:
            tenant = (
                Tenant.objects.filter(domains__domain=host, ready=True)
                .select_related("parent__parent")
                .first()
            )
            if tenant is None:
                return plain_404()
            request.tenant = tenant  # type: ignore[attr-defined]
            request.urlconf = settings.CONSOLE_URLCONF
            connection.set_tenant(tenant)
        set_urlconf(request.urlconf)
        schema = connection.schema_name
        response = self.get_response(request)
        if connection.schema_name != schema:
            strayed = connection.schema_name
            connection.set_schema_to_public()
            raise SchemaStrayed(f"request began in {schema} and ended in {strayed}")
        return response


def plain_404() -> HttpResponse:
    return HttpResponse("没有这个网址。", status=404, content_type="text/plain; charset=utf-8")
