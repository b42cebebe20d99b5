"""The procedures app."""

from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "workflows.procedures"
    verbose_name = "审批台账"

    def ready(self) -> None:
        from tenants.rollup.reconcile import register_source  # noqa: PLC0415 -- models are ready now
        from workflows.procedures import actions, queries  # noqa: PLC0415
        from workflows.projects import hooks  # noqa: PLC0415

        hooks.ON_CONFIRM.append(actions.comb_out)
        hooks.ON_CHANGE.append(actions.comb_out)
        hooks.ON_REMOVE.append(actions.close)
        register_source("procedures", queries.rollup_rows)
