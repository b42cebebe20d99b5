"""The web app: templates, static files and tags that every page is built from."""

from django import forms
from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "kernel.web"
    verbose_name = "界面"

    def ready(self) -> None:
        # Django's Chinese for this is stiff and says neither what to do nor to whom.
        forms.Field.default_error_messages["required"] = "请填写这一项。"
