"""The notices app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "kernel.notices"
    verbose_name = "通知"
