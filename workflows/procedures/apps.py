"""The procedures app."""

from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "workflows.procedures"
    verbose_name = "审批台账"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415
        from tenants.rollup import ledgers  # noqa: PLC0415
        from tenants.rollup.models import ProcedureRow, ProjectRow  # noqa: PLC0415
        from workflows.procedures import actions, panels, queries  # noqa: PLC0415
        from workflows.projects import hooks  # noqa: PLC0415
        from workflows.projects.panels import Panel  # noqa: PLC0415
        from workflows.projects.panels import register as add_panel  # noqa: PLC0415

        hooks.ON_CONFIRM.append(actions.take_up)
        hooks.ON_CHANGE.append(actions.take_up)
        hooks.ON_REMOVE.append(actions.close)
        ledgers.register(ledgers.Ledger("项目", ProjectRow, queries.rollup_rows))
        ledgers.register(ledgers.Ledger("办件", ProcedureRow, queries.rollup_rows))
        add_panel(Panel("procedures.facts", 10, panels.facts))
        add_panel(Panel("procedures.plan", 20, panels.plan))
        add_panel(Panel("procedures.ledger", 30, panels.ledger))
        register(
            NavItem(
                "台账",
                "审批台账",
                "procedures:list",
                Permission.PROCEDURES_VIEW,
                order=20,
                count=queries.urgent_for,
            )
        )
        register(
            NavItem(
                "机制", "亮灯规则", "procedures:lamp_rules", Permission.PROCEDURES_VIEW, order=60
            )
        )
