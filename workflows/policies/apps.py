"""The policies app."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "workflows.policies"
    verbose_name = "政策完善"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415

        register(NavItem("会商", "政策完善", "policies:list", Permission.MEETINGS_VIEW, order=60))
