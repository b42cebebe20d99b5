"""The accounts app."""

from django.apps import AppConfig

from kernel.accounts.provider import require_sound_settings
from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class AccountsConfig(AppConfig):
    name = "kernel.accounts"
    verbose_name = "人员"

    def ready(self) -> None:
        require_sound_settings()
        register(NavItem("系统", "人员与角色", "accounts:members", Permission.MEMBERS_VIEW, 10))
