"""The trail app."""

from django.apps import AppConfig

from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class TrailConfig(AppConfig):
    name = "kernel.trail"
    verbose_name = "留痕"

    def ready(self) -> None:
        register(NavItem("系统", "留痕", "trail:list", Permission.TRAIL_VIEW))
