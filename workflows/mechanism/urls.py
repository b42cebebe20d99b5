"""Addresses of the mechanism room."""

from django.urls import path

from workflows.mechanism import views

app_name = "mechanism"
urlpatterns = [
    path("", views.chart, name="chart"),
    path("seats/", views.seats, name="seats"),
    path("export/", views.export, name="export"),
    path("changes/", views.changes, name="changes"),
    path("orders/", views.orders, name="orders"),
    path("orders/file/", views.file_order, name="file_order"),
    path("orders/<int:number>/", views.order, name="order"),
    path("orders/<int:number>/scan/", views.add_scan, name="add_scan"),
    path("seats/<int:number>/", views.seat, name="seat"),
    path("units/<int:number>/", views.unit, name="unit"),
]
