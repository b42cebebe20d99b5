"""Addresses of the overview room; the city's alone."""

from django.urls import path

from workflows.overview import views

app_name = "overview"
urlpatterns = [
    path("", views.season, name="season"),
    path("projects/", views.projects, name="projects"),
    path("projects/<slug:slug>/<str:number>/", views.project, name="project"),
    path("procedures/", views.procedures, name="procedures"),
    path("tasks/", views.tasks, name="tasks"),
    path("reconciliation/", views.reconciliation, name="reconciliation"),
    path("reconciliation/run/", views.reconcile, name="reconcile"),
    path("reconciliation/<slug:slug>/repair/", views.repair, name="repair"),
]
