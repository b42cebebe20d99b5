"""The honesty app."""

from django.apps import AppConfig


class HonestyConfig(AppConfig):
    name = "tenants.honesty"
    verbose_name = "数据真实度"
