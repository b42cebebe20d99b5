"""The assignments app."""

from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    name = "workflows.assignments"
    verbose_name = "任务交办"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.papers.attaching import register_reader  # noqa: PLC0415
        from kernel.web import waiting  # noqa: PLC0415
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415
        from kernel.web.panels import Panel  # noqa: PLC0415
        from tenants.rollup import ledgers  # noqa: PLC0415
        from workflows.assignments import panels, picture, queries  # noqa: PLC0415
        from workflows.procedures import beside  # noqa: PLC0415
        from workflows.projects import panels as on_project  # noqa: PLC0415
        from workflows.supervision import duties  # noqa: PLC0415

        on_project.register(Panel("assignments.sheets", 40, panels.on_project))
        beside.register(Panel("assignments.sheets", 30, panels.on_procedure))
        register_reader("assignments", panels.may_read)
        waiting.register("assignments", panels.waiting)
        ledgers.register(picture.LEDGER)
        duties.register(
            duties.Source(
                "assignments",
                "任务交办",
                queries.duties_until,
                queries.still_open,
                queries.done_on,
            )
        )
        register(
            NavItem(
                "会商",
                "任务交办",
                "assignments:list",
                Permission.ASSIGNMENTS_VIEW,
                order=20,
                count=queries.waiting_count,
            )
        )
