"""Addresses of the mechanism room."""

from django.urls import path

from workflows.mechanism import views

app_name = "mechanism"
urlpatterns = [
    path("", views.chart, name="chart"),
    path("seats/", views.seats, name="seats"),
    path("export/", views.export, name="export"),
    path("orders/", views.orders, name="orders"),
    path("orders/file/", views.file_order, name="file_order"),
    path("add/", views.add, name="add"),
    path("add/unit/", views.add_unit, name="add_unit"),
    path("add/seat/", views.add_seat, name="add_seat"),
    path("seats/<int:number>/", views.seat, name="seat"),
    path("seats/<int:number>/appoint/", views.appoint, name="appoint"),
    path("seats/<int:number>/change/", views.change_seat, name="change_seat"),
    path("seats/<int:number>/end/", views.end_seat, name="end_seat"),
    path("units/<int:number>/", views.unit, name="unit"),
    path("units/<int:number>/change/", views.change_unit, name="change_unit"),
    path("units/<int:number>/end/", views.end_unit, name="end_unit"),
]
