"""The deficiency app."""

from django.apps import AppConfig


class DeficiencyConfig(AppConfig):
    name = "workflows.deficiency"
    verbose_name = "容缺受理"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.papers.attaching import register_reader  # noqa: PLC0415
        from kernel.web import waiting  # noqa: PLC0415
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415
        from kernel.web.panels import Panel  # noqa: PLC0415
        from workflows.deficiency import actions, queries, showing  # noqa: PLC0415
        from workflows.procedures import beside, hooks  # noqa: PLC0415
        from workflows.projects import panels  # noqa: PLC0415
        from workflows.supervision import duties  # noqa: PLC0415

        if actions.refuse_on_missing not in hooks.BEFORE_MOVE:
            hooks.BEFORE_MOVE.append(actions.refuse_on_missing)
        beside.register(Panel("deficiency.missing", 10, showing.on_procedure))
        panels.register(Panel("deficiency.risk", 12, showing.on_project))
        register_reader(actions.ROOM, showing.may_read)
        waiting.register("deficiency", showing.waiting)
        duties.register(
            duties.Source(
                "deficiency",
                "容缺补齐",
                queries.duties_until,
                queries.still_open,
                queries.done_on,
            )
        )
        register(
            NavItem("台账", "容缺台账", "deficiency:ledger", Permission.PROCEDURES_VIEW, order=25)
        )
