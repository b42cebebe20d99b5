"""Addresses of the promises room."""

from django.urls import URLPattern

app_name = "promises"
urlpatterns: list[URLPattern] = []
