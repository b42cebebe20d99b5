"""Addresses of the annual list's cycle."""

from django.urls import path

from workflows.annual.views import cycles, replies, versions

app_name = "annual"
urlpatterns = [
    path("", cycles.index, name="index"),
    path("open/", cycles.open_year, name="open"),
    path("<int:year>/", cycles.year, name="year"),
    path("<int:year>/export/", cycles.export, name="export"),
    path("<int:year>/calendar/", cycles.calendar, name="calendar"),
    path("<int:year>/move/<slug:name>/", cycles.move, name="move"),
    path("<int:year>/replies/", replies.matrix, name="replies"),
    path("<int:year>/replies/urge/", replies.urge, name="urge"),
    path("<int:year>/comments/", replies.comments, name="comments"),
    path("<int:year>/changes/", versions.changes, name="changes"),
    path("<int:year>/issue/", versions.issue, name="issue"),
    path("<int:year>/compare/", versions.compare, name="compare"),
    path("<int:year>/versions/<int:number>/", versions.version, name="version"),
]
