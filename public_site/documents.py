"""Addresses of attachments; Wagtail's pages ask for them by its own names."""

from django.urls import path
from wagtail.documents import urls as wagtail_documents

from public_site import views

urlpatterns = [
    path("<int:number>/<path:name>", views.document, name="wagtaildocs_serve"),
    *wagtail_documents.urlpatterns[1:],
]
