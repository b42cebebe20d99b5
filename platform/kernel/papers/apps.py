"""The papers app."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "kernel.papers"
    verbose_name = "公文与附件"
