"""Addresses of the project list."""

from django.urls import path

from workflows.projects.views import imports, lists, projects

app_name = "projects"
urlpatterns = [
    path("", lists.index, name="index"),
    path("export/", lists.export, name="export"),
    path("new/", projects.new, name="new"),
    path("comments/", projects.waiting, name="waiting"),
    path("comments/<int:pk>/", projects.handle, name="handle"),
    path("import/", imports.upload, name="upload"),
    path("import/template/", imports.template, name="template"),
    path("import/<int:pk>/", imports.intake, name="intake"),
    path("import/<int:pk>/errors/", imports.errors, name="intake_errors"),
    path("import/<int:pk>/file/", imports.kept_file, name="intake_file"),
    path("import/<int:pk>/apply/", imports.apply, name="intake_apply"),
    path("import/<int:pk>/discard/", imports.discard, name="intake_discard"),
    path("list/<int:year>/send/", lists.send_all, name="send_all"),
    path("list/<int:year>/confirm/", lists.confirm_all, name="confirm_all"),
    path("batches/<int:pk>/", lists.batch, name="batch"),
    path("batches/<int:pk>/resume/", lists.resume, name="resume"),
    path("<slug:number>/", projects.project, name="project"),
    path("<slug:number>/edit/", projects.edit, name="edit"),
    path("<slug:number>/confirm/", projects.confirm, name="confirm"),
    path("<slug:number>/comment/", projects.comment, name="comment"),
    path("<slug:number>/move/<slug:name>/", projects.move, name="move"),
]
