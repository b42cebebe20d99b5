"""The task force app."""

from django.apps import AppConfig


class TaskForceConfig(AppConfig):
    name = "workflows.taskforce"
    verbose_name = "专项工作组"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.web import waiting  # noqa: PLC0415
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415
        from workflows.taskforce import desk  # noqa: PLC0415

        waiting.register("taskforce", desk.items)
        register(
            NavItem("机制", "专项工作组", "taskforce:members", Permission.MECHANISM_VIEW, order=15)
        )
