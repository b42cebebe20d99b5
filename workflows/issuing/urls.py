"""Addresses of the register."""

from django.urls import path

from workflows.issuing import views

app_name = "issuing"
urlpatterns = [
    path("", views.register, name="register"),
    path("letterhead/", views.letterhead, name="letterhead"),
    path("<int:pk>/", views.paper, name="paper"),
    path("<int:pk>/void/", views.void, name="void"),
    path("<int:pk>/pdf/", views.paper_as, {"form": "pdf"}, name="pdf"),
    path("<int:pk>/docx/", views.paper_as, {"form": "docx"}, name="docx"),
]
