"""Addresses of the exchange's pages."""

from django.urls import path

from workflows.exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.systems, name="systems"),
    path("document/", views.document, name="document"),
    path("systems/new/", views.new, name="new"),
    path("systems/<int:pk>/", views.system, name="system"),
    path("systems/<int:pk>/edit/", views.edit, name="edit"),
    path("systems/<int:pk>/switch/", views.switch, name="switch"),
    path("systems/<int:pk>/keys/", views.give_key, name="give_key"),
    path("keys/<int:pk>/revoke/", views.revoke, name="revoke"),
]
