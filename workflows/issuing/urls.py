"""Addresses of the register of issued papers."""

from django.urls import path

from workflows.issuing import views

app_name = "issuing"
urlpatterns = [
    path("", views.register, name="list"),
    path("letterheads/", views.letterheads, name="letterheads"),
    path("letterheads/new/", views.new_letterhead, name="new_letterhead"),
    path("<int:pk>/", views.paper, name="paper"),
    path("<int:pk>/pdf/", views.pdf, name="pdf"),
    path("<int:pk>/docx/", views.docx, name="docx"),
    path("<int:pk>/void/", views.void, name="void"),
    path("<int:pk>/attach/", views.attach, name="attach"),
]
