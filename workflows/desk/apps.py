"""The desk app."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "workflows.desk"
    verbose_name = "工作台"
