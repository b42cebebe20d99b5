"""The rollup app."""

from django.apps import AppConfig


class RollupConfig(AppConfig):
    name = "tenants.rollup"
    verbose_name = "汇总"
