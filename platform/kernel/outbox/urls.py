"""Addresses of the outbox."""

from django.urls import path

from kernel.outbox import views

app_name = "outbox"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<int:pk>/", views.delivery, name="delivery"),
    path("<int:pk>/retry/", views.retry, name="retry"),
    path("<int:pk>/drop/", views.drop, name="drop"),
    path("receivers/", views.receivers, name="receivers"),
    path("receivers/new/", views.new, name="new"),
    path("receivers/<int:pk>/", views.receiver, name="receiver"),
    path("receivers/<int:pk>/edit/", views.edit, name="edit"),
    path("receivers/<int:pk>/secret/", views.secret, name="secret"),
    path("receivers/<int:pk>/move/<slug:name>/", views.move, name="move"),
]
