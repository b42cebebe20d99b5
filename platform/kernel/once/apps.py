"""The once app."""

from django.apps import AppConfig


class OnceConfig(AppConfig):
    name = "kernel.once"
    verbose_name = "一表一办"
