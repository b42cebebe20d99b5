"""Addresses of the notices."""

from django.urls import path

from kernel.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.listing, name="list"),
    path("see-all/", views.see_all, name="see_all"),
    path("<int:pk>/see/", views.see_one, name="see"),
    path("<int:pk>/open/", views.open_, name="open"),
]
