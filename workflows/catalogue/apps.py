"""The catalogue app."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "workflows.catalogue"
    verbose_name = "事项目录"
