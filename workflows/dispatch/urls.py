"""Addresses of the dispatch."""

from django.urls import path

from workflows.dispatch import views

app_name = "dispatch"
urlpatterns = [
    path("", views.listing, name="list"),
    path("compile/", views.compile_, name="compile"),
    path("<int:pk>/", views.report, name="report"),
    path("<int:pk>/compare/", views.compare, name="compare"),
    path("<int:pk>/write/", views.write, name="write"),
    path("<int:pk>/read/", views.read, name="read"),
    path("<int:pk>/file/<slug:form>/", views.file, name="file"),
    path("<int:pk>/figures/<str:key>/", views.figure, name="figure"),
    path("<int:pk>/step/<slug:name>/", views.step, name="step"),
    path("<int:pk>/review/<slug:name>/", views.review, name="review"),
]
