"""The web app: templates, static files and tags that every page is built from."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "kernel.web"
    verbose_name = "界面"
