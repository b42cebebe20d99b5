"""The catalogue app."""

from django.apps import AppConfig

from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class CatalogueConfig(AppConfig):
    name = "workflows.catalogue"
    verbose_name = "事项目录"

    def ready(self) -> None:
        register(
            NavItem("机制", "事项目录", "catalogue:matters", Permission.CATALOGUE_VIEW, order=20)
        )
