"""Addresses of the filings room."""

from django.urls import path

from workflows.filings import views

app_name = "filings"
urlpatterns = [
    path("", views.register, name="list"),
    path("inbox/", views.inbox, name="inbox"),
    path("calendar/", views.calendar, name="calendar"),
    path("new/<slug:kind>/", views.new, name="new"),
    path("new/<slug:kind>/write/", views.write, name="write"),
    path("new/<slug:kind>/send/", views.send, name="send"),
    path("measures/", views.measures, name="measures"),
    path("measures/new/", views.new_measure, name="new_measure"),
    path("measures/<int:pk>/", views.measure, name="measure"),
    path("measures/<int:pk>/send/", views.send_measure, name="send_measure"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/letter/<slug:form>/", views.letter, name="letter"),
    path("<int:pk>/files/<str:token>/", views.file, name="file"),
    path("<int:pk>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<int:pk>/return/", views.return_, name="return"),
]
