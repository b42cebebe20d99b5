"""Addresses of the disclosure room."""

from django.urls import path

from workflows.disclosure import views

app_name = "disclosure"
urlpatterns = [
    path("", views.index, name="index"),
    path("prepare/", views.prepare, name="prepare"),
    path("prepare/matters/", views.prepare_matters, name="prepare_matters"),
    path("prepare/projects/", views.prepare_projects, name="prepare_projects"),
    path("prepare/mechanism/", views.prepare_mechanism, name="prepare_mechanism"),
    path("release/", views.release_many, name="release_many"),
    path("<int:pk>/", views.draft, name="draft"),
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/release/", views.release, name="release"),
    path("<int:pk>/reject/", views.reject, name="reject"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
]
