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
        validators.MaxLengthValidator.message = (
            "最多填 %(limit_value)d 个字，现有 %(show_value)d 个，请删减。"
        )
        forms.IntegerField.default_error_messages["invalid"] = "请填整数。"
        forms.DecimalField.default_error_messages["invalid"] = "请填数字。"
        forms.DateField.default_error_messages["invalid"] = "请填日期，例如 2026-03-31。"
