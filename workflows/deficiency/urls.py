"""Addresses of deficient acceptance."""

from django.urls import path

from workflows.deficiency import views

app_name = "deficiency"
urlpatterns = [
    path("", views.ledger, name="ledger"),
    path("rules/", views.rules, name="rules"),
    path("rules/new/", views.rule, name="rule"),
    path("new/<str:number>/", views.new, name="new"),
    path("risk/<str:number>/", views.risk, name="risk"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/<slug:name>/", views.move, name="move"),
]
