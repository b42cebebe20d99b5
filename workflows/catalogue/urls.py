"""Addresses of the catalogue room."""

from django.urls import URLPattern

app_name = "catalogue"
urlpatterns: list[URLPattern] = []
