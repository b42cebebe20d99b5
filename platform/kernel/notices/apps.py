"""The notices app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "kernel.notices"
    verbose_name = "通知"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.notices.telling import TOLD  # noqa: PLC0415
        from kernel.outbox import topics  # noqa: PLC0415
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415

        topics.register(TOLD)

        register(
            NavItem(
                "我的工作",
                "通知",
                "notices:list",
                Permission.DESK_VIEW,
                order=5,
            )
        )
