"""Addresses of the exchange tables."""

from django.urls import path

from workflows.interchange import views

app_name = "interchange"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("check/", views.check, name="check"),
    path("gaps/<slug:home>/<slug:column>/", views.gaps, name="gaps"),
    path("facts/<slug:home>/<str:key>/", views.subject, name="subject"),
    path("processes/", views.processes, name="processes"),
    path("processes/new/", views.new_process, name="new_process"),
    path("standard/", views.standard, name="standard"),
    path("batches/", views.batches, name="batches"),
    path("batches/prepare/", views.prepare, name="prepare"),
    path("batches/<int:pk>/", views.batch, name="batch"),
    path("batches/<int:pk>/file/", views.batch_file, name="batch_file"),
    path("places/", views.places, name="places"),
]
