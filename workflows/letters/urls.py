"""Addresses of the letters."""

from django.urls import path

from workflows.letters import views

app_name = "letters"
urlpatterns = [
    path("guidance/<str:number>/", views.guidance, name="guidance"),
    path("guidance/<str:number>/issue/", views.issue_guidance, name="issue_guidance"),
    path("guidance/<str:number>/<slug:form>/", views.guidance_file, name="guidance_file"),
    path("notices/<str:number>/new/", views.new_notice, name="new_notice"),
    path("notices/<str:number>/<int:entry>/<slug:form>/", views.notice_file, name="notice_file"),
]
