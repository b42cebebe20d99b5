"""Addresses of the task force."""

from django.urls import path

from workflows.taskforce import views

app_name = "taskforce"
urlpatterns = [
    path("", views.members, name="members"),
    path("second/", views.second, name="second"),
    path("day/", views.day, name="day"),
    path("month/", views.month, name="month"),
    path("<int:pk>/", views.person, name="person"),
    path("<int:pk>/<slug:name>/", views.term, name="term"),
]
