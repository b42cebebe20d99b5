"""The mechanism app."""

from django.apps import AppConfig

from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class MechanismConfig(AppConfig):
    name = "workflows.mechanism"
    verbose_name = "工作机制"

    def ready(self) -> None:
        # Models can be imported only now. First of the seeds: members' reach hangs on its units.
        from kernel.papers.attaching import register_reader  # noqa: PLC0415
        from tenants.provisioning import SEEDS  # noqa: PLC0415
        from workflows.mechanism.actions import seed  # noqa: PLC0415
        from workflows.mechanism.queries import may_read  # noqa: PLC0415

        register_reader("mechanism", may_read)
        if seed not in SEEDS:
            SEEDS.insert(0, seed)
        register(
            NavItem("机制", "组织机构", "mechanism:chart", Permission.MECHANISM_VIEW, order=10)
        )
