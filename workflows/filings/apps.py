"""The filings app."""

from django.apps import AppConfig


class FilingsConfig(AppConfig):
    name = "workflows.filings"
    verbose_name = "报备"
