"""Addresses of the filings room."""

from django.urls import path

from workflows.filings import views

app_name = "filings"
urlpatterns = [
    path("", views.register, name="list"),
    path("inbox/", views.inbox, name="inbox"),
    path("new/<slug:kind>/", views.new, name="new"),
    path("new/<slug:kind>/send/", views.send, name="send"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/letter/<slug:form>/", views.letter, name="letter"),
    path("<int:pk>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<int:pk>/return/", views.return_, name="return"),
]
