"""Addresses of assignment sheets."""

from django.urls import path

from workflows.assignments import views

app_name = "assignments"
urlpatterns = [path("<int:pk>/", views.sheet, name="sheet")]
