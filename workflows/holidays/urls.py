"""Addresses of the work calendar."""

from django.urls import path

from workflows.holidays.views import calendars, drafts

app_name = "holidays"
urlpatterns = [
    path("", calendars.year, name="year"),
    path("export/", calendars.export, name="export"),
    path("notices/<int:pk>/verify/", calendars.verify, name="verify"),
    path("drafts/", drafts.index, name="drafts"),
    path("new/", drafts.new, name="new"),
    path("new/template/", drafts.template, name="template"),
    path("drafts/<int:pk>/", drafts.draft, name="draft"),
    path("drafts/<int:pk>/edit/", drafts.edit, name="edit"),
    path("drafts/<int:pk>/preview/", drafts.preview, name="preview"),
    path("drafts/<int:pk>/apply/", drafts.apply, name="apply"),
    path("drafts/<int:pk>/discard/", drafts.discard, name="discard"),
    path("drafts/<int:pk>/resume/", drafts.resume, name="resume"),
]
