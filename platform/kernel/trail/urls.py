"""Addresses of the trail."""

from django.urls import path

from kernel.trail import views

app_name = "trail"
urlpatterns = [path("", views.trail, name="list")]
