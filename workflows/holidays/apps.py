"""The holidays app."""

from django.apps import AppConfig

from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class HolidaysConfig(AppConfig):
    name = "workflows.holidays"
    verbose_name = "节假日安排"

    def ready(self) -> None:
        register(NavItem("机制", "工作日历", "holidays:year", Permission.CALENDARS_VIEW, order=40))
