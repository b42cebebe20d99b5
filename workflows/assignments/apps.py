"""The assignments app."""

from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    name = "workflows.assignments"
    verbose_name = "任务交办"
