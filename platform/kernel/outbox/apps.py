"""The outbox app."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "kernel.outbox"
    verbose_name = "发件箱"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.outbox import showing  # noqa: PLC0415
        from kernel.web import waiting  # noqa: PLC0415
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415

        register(NavItem("系统", "发件箱", "outbox:list", Permission.EXCHANGE_VIEW, order=60))
        waiting.register("outbox", showing.waiting)
