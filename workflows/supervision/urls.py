"""Addresses of supervision."""

from django.urls import path

from workflows.supervision import views

app_name = "supervision"
urlpatterns = [
    path("", views.ledger, name="list"),
    path("board/", views.board, name="board"),
    path("rules/", views.rule_versions, name="rules"),
    path("rules/new/", views.rule_new, name="rule_new"),
    path("<int:pk>/", views.case, name="case"),
    path("<int:pk>/reply/", views.reply, name="reply"),
    path("<int:pk>/<slug:name>/", views.act, name="act"),
]
