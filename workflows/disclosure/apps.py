"""The disclosure app."""

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "workflows.disclosure"
    verbose_name = "公开发布"
