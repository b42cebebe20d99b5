"""The address of the search in the bar above every page."""

from django.urls import path

from workflows.desk import views

app_name = "console"
urlpatterns = [path("search/", views.search, name="search")]
