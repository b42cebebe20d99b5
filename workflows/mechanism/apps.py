"""The mechanism app."""

from django.apps import AppConfig


class MechanismConfig(AppConfig):
    name = "workflows.mechanism"
    verbose_name = "工作机制"
