"""Addresses of the meter room."""

from django.urls import path

from workflows.meter import views

app_name = "meter"
urlpatterns = [
    path("", views.listing, name="list"),
    path("export/", views.export, name="export"),
    path("rules/", views.rules, name="rules"),
    path("rules/new/", views.change, name="change"),
    path("<str:number>.json", views.as_json, name="json"),
    path("<str:number>/", views.project, name="project"),
]
