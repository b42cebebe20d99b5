"""Addresses of policies improved."""

from django.urls import path

from workflows.policies import views

app_name = "policies"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.policy, name="policy"),
]
