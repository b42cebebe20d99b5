"""The promises app."""

from django.apps import AppConfig


class PromisesConfig(AppConfig):
    name = "workflows.promises"
    verbose_name = "承诺时限"
