"""Addresses of the meetings."""

from django.urls import path

from workflows.meetings import views

app_name = "meetings"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/", views.new, name="new"),
    path("month/", views.month, name="month"),
    path("<int:pk>/", views.meeting, name="meeting"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/agenda/", views.agenda, name="agenda"),
    path("<int:pk>/own-item/", views.own_item, name="own_item"),
    path("<int:pk>/invitees/", views.invitees, name="invitees"),
    path("<int:pk>/step/<slug:name>/", views.step, name="step"),
    path("<int:pk>/consent/", views.consent, name="consent"),
    path("<int:pk>/paper-consent/", views.paper_consent, name="paper_consent"),
    path("<int:pk>/reply/", views.reply, name="reply"),
    path("<int:pk>/items/<int:item>/record/", views.record, name="record"),
    path("<int:pk>/items/<int:item>/resolve/", views.resolve, name="resolve"),
    path("<int:pk>/resolutions/<int:resolution>/", views.unsheeted, name="unsheeted"),
    path("<int:pk>/draft.pdf", views.draft, name="draft"),
    path("<int:pk>/calendar.ics", views.calendar, name="calendar"),
]
