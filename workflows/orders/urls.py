"""Addresses of orders."""

from django.urls import path

from workflows.orders import views

app_name = "orders"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<int:pk>/", views.draft, name="draft"),
    path("<int:pk>/head/", views.head, name="head"),
    path("<int:pk>/add/<slug:verb>/", views.add, name="add"),
    path("<int:pk>/<slug:name>/", views.act, name="act"),
]
