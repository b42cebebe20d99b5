"""Addresses of the portal that are not Wagtail's."""

from django.urls import URLPattern

app_name = "public_site"
urlpatterns: list[URLPattern] = []
