"""Addresses of the public portal; `/cms/` is where its editors work."""

from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

urlpatterns = [
    path("cms/", include(wagtailadmin_urls)),
    path("sign-in/", include("kernel.accounts.portal_urls")),
    path("documents/", include("public_site.documents")),
    path("", include("public_site.urls")),
    path("", include(wagtail_urls)),
]

handler404 = "public_site.views.not_found"
