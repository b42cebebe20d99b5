"""The overview app."""

from django.apps import AppConfig


class OverviewConfig(AppConfig):
    name = "workflows.overview"
    verbose_name = "汇总"
