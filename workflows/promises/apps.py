"""The promises app."""

from django.apps import AppConfig

from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class PromisesConfig(AppConfig):
    name = "workflows.promises"
    verbose_name = "承诺时限"

    def ready(self) -> None:
        # Models can be imported only now.
        from tenants.provisioning import SEEDS  # noqa: PLC0415
        from workflows.promises.actions import seed  # noqa: PLC0415

        if seed not in SEEDS:
            SEEDS.append(seed)
        register(
            NavItem("机制", "承诺时限", "promises:listing", Permission.CATALOGUE_VIEW, order=30)
        )
