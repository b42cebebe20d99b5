"""The watches app."""

from django.apps import AppConfig


class WatchesConfig(AppConfig):
    name = "workflows.watches"
    verbose_name = "监测预警"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415
        from workflows.watches import queries  # noqa: PLC0415

        may = Permission.PROCEDURES_VIEW
        register(
            NavItem("台账", "预警提醒", "watches:alerts", may, order=30, count=queries.unseen_for)
        )
        register(NavItem("台账", "批文有效期", "watches:validity", may, order=40))
        register(NavItem("台账", "办理监测", "watches:indicators", may, order=50))
