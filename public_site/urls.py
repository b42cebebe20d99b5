"""Addresses of the portal that are not Wagtail's."""

from django.urls import path

from public_site import views

app_name = "public_site"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
]
