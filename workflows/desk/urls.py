"""Addresses of the desk room."""

from django.urls import path

from workflows.desk import views

app_name = "desk"
urlpatterns = [path("", views.home, name="home")]
