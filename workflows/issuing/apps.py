"""The issuing app."""

from django.apps import AppConfig


class IssuingConfig(AppConfig):
    name = "workflows.issuing"
    verbose_name = "发文"
