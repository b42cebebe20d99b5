"""The registry app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "tenants.registry"
    verbose_name = "收发室"
