"""Addresses of assignment sheets."""

from django.urls import path

from workflows.assignments import views

app_name = "assignments"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/", views.new, name="new"),
    path("hand-over/", views.hand_over, name="hand_over"),
    path("write-off/", views.write_off, name="write_off"),
    path("figures/", views.figures, name="figures"),
    path("upload/", views.upload, name="upload"),
    path("<int:pk>/", views.sheet, name="sheet"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/discard/", views.discard, name="discard"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("parts/<int:pk>/move/<slug:name>/", views.move, name="move"),
    path("parts/<int:pk>/feed/", views.feed, name="feed"),
    path("parts/<int:pk>/ask/", views.ask, name="ask"),
    path("extensions/<int:pk>/answer/", views.answer, name="answer"),
]
