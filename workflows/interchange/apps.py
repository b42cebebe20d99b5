"""The interchange app."""

from django.apps import AppConfig


class InterchangeConfig(AppConfig):
    name = "workflows.interchange"
    verbose_name = "数据交换表"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.web import waiting  # noqa: PLC0415
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415
        from workflows.interchange import showing  # noqa: PLC0415

        waiting.register("interchange", showing.waiting)
        register(
            NavItem(
                "报备与公开", "数据交换表", "interchange:overview", Permission.INTERCHANGE_VIEW, 30
            )
        )
