"""The web app: templates, static files and tags that every page is built from."""

from django import forms
from django.apps import AppConfig
from django.core import validators


class WebConfig(AppConfig):
    name = "kernel.web"
    verbose_name = "界面"

    def ready(self) -> None:
        # Django's Chinese for this is stiff and says neither what to do nor to whom.
        forms.Field.default_error_messages["required"] = "请填写这一项。"
        validators.MinValueValidator.message = "请填不小于 %(limit_value)s 的数。"
        validators.MaxValueValidator.message = "请填不大于 %(limit_value)s 的数。"
