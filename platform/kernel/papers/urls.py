"""Addresses of attached files."""

from django.urls import path

from kernel.papers import views

app_name = "papers"
urlpatterns = [path("<str:token>/", views.file, name="file")]
