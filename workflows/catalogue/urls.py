"""Addresses of the catalogue room."""

from django.urls import path

from workflows.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("", views.matters, name="matters"),
    path("export/", views.export, name="export"),
    path("no-basis/", views.no_basis, name="no_basis"),
    path("<str:code>/", views.matter, name="matter"),
    path("<str:code>/confirm/", views.confirm, name="confirm"),
]
