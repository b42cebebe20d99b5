"""Addresses of the effects room."""

from django.urls import path

from workflows.effects import views

app_name = "effects"
urlpatterns = [path("", views.listing, name="list")]
