"""The projects app."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "workflows.projects"
    verbose_name = "项目清单"
