"""Addresses of the projects room."""

from django.urls import URLPattern

app_name = "projects"
urlpatterns: list[URLPattern] = []
