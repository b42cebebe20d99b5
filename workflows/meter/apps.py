"""The meter app."""

from django.apps import AppConfig

from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class MeterConfig(AppConfig):
    name = "workflows.meter"
    verbose_name = "百日计时"

    def ready(self) -> None:
        # Models can be imported only now.
        from tenants.provisioning import SEEDS  # noqa: PLC0415
        from tenants.rollup import ledgers  # noqa: PLC0415
        from tenants.rollup.models import DaysRow  # noqa: PLC0415
        from workflows.meter import panels, picture  # noqa: PLC0415
        from workflows.meter.actions import seed  # noqa: PLC0415
        from workflows.procedures import hooks  # noqa: PLC0415
        from workflows.projects import hooks as on_project  # noqa: PLC0415
        from workflows.projects.panels import Panel  # noqa: PLC0415
        from workflows.projects.panels import register as add_panel  # noqa: PLC0415

        if seed not in SEEDS:
            SEEDS.append(seed)
        if picture.publish not in hooks.ON_PUBLISH:
            hooks.ON_PUBLISH.append(picture.publish)
            on_project.ON_REMOVE.append(picture.withdraw)
        ledgers.register(ledgers.Ledger("百日", DaysRow, picture.all_rows))
        add_panel(Panel("meter.days", 15, panels.days))
        register(NavItem("台账", "百日计时", "meter:list", Permission.PROCEDURES_VIEW, order=30))
