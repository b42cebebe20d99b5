"""Addresses of the promises room."""

from django.urls import path

from workflows.promises import views

app_name = "promises"
urlpatterns = [
    path("", views.listing, name="listing"),
    path("export/", views.export, name="export"),
    path("<str:code>/", views.edit, name="edit"),
    path("<str:code>/save/", views.save, name="save"),
    path("<str:code>/parties/", views.add_party, name="add_party"),
    path("<str:code>/parties/<int:number>/remove/", views.remove_party, name="remove_party"),
]
