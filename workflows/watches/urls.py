"""Addresses of the watches."""

from django.urls import path

from workflows.watches import views

app_name = "watches"
urlpatterns = [
    path("", views.alerts, name="alerts"),
    path("noted/", views.take_note, name="take_note"),
    path("validity/", views.validity, name="validity"),
    path("indicators/", views.indicators, name="indicators"),
    path("indicators/<slug:name>/", views.indicator, name="indicator"),
]
