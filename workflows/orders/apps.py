"""The orders app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "workflows.orders"
    verbose_name = "成员调整"
