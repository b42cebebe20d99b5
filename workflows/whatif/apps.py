"""The what-if app."""

from django.apps import AppConfig

from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class WhatifConfig(AppConfig):
    name = "workflows.whatif"
    verbose_name = "推演"

    def ready(self) -> None:
        register(NavItem("台账", "推演", "whatif:list", Permission.PROCEDURES_VIEW, 60))
