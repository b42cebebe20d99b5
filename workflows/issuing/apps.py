"""The issuing app."""

from django.apps import AppConfig


class IssuingConfig(AppConfig):
    name = "workflows.issuing"
    verbose_name = "发文"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415

        register(NavItem("机制", "发文登记", "issuing:register", Permission.DESK_VIEW, order=70))
