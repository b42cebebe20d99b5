"""The effects app."""

from django.apps import AppConfig

from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class EffectsConfig(AppConfig):
    name = "workflows.effects"
    verbose_name = "跟踪问效"

    def ready(self) -> None:
        register(NavItem("报备与公开", "跟踪问效", "effects:list", Permission.PAPERS_VIEW, 60))
