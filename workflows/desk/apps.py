"""The desk app."""

from django.apps import AppConfig

from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class DeskConfig(AppConfig):
    name = "workflows.desk"
    verbose_name = "工作台"

    def ready(self) -> None:
        register(NavItem("我的工作", "工作台", "desk:home", Permission.DESK_VIEW, 1))
