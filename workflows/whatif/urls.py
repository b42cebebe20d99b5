"""Addresses of the what-if desk. All of them only read."""

from django.urls import path

from workflows.whatif import views

app_name = "whatif"
urlpatterns = [
    path("", views.index, name="list"),
    path("answer.json", views.whole_answer, name="list_answer"),
    path("export/", views.export, name="export"),
    path("gains/", views.gains, name="gains"),
    path("<slug:number>/", views.project, name="project"),
    path("<slug:number>/answer.json", views.answer, name="answer"),
]
