"""Addresses of the mechanism room."""

from django.urls import URLPattern

app_name = "mechanism"
urlpatterns: list[URLPattern] = []
