"""Addresses of the overview room; the city's alone."""

from django.urls import path

from workflows.overview.views import breakdown, ledgers, season, wall

app_name = "overview"
urlpatterns = [
    path("", season.season, name="season"),
    path("projects/", season.projects, name="projects"),
    path("projects/<slug:slug>/<str:number>/", season.project, name="project"),
    path("procedures/", season.procedures, name="procedures"),
    path("breakdown/", breakdown.page, name="breakdown"),
    path("wall/", wall.page, name="wall"),
    path("wall/tiles/", wall.tiles, name="tiles"),
    path("days/", ledgers.days, name="days"),
    path("reconciliation/", season.reconciliation, name="reconciliation"),
    path("reconciliation/run/", season.reconcile, name="reconcile"),
    path("reconciliation/<slug:slug>/repair/", season.repair, name="repair"),
    path("<slug:slug>/", ledgers.ledger, name="ledger"),
]
