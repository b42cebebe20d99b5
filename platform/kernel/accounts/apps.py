"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "kernel.accounts"
    verbose_name = "人员"
