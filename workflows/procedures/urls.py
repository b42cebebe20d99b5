"""Addresses of the procedures room."""

from django.urls import path

from workflows.procedures import views

app_name = "procedures"
urlpatterns = [
    path("", views.ledger, name="list"),
    path("export/", views.export, name="export"),
    path("<str:number>/", views.detail, name="detail"),
    path("<str:number>/dates/", views.dates, name="dates"),
    path("<str:number>/move/<slug:name>/", views.move, name="move"),
]
