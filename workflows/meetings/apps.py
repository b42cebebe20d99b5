"""The meetings app."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "workflows.meetings"
    verbose_name = "会议"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.papers.attaching import register_reader  # noqa: PLC0415
        from kernel.web import waiting  # noqa: PLC0415
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415
        from tenants.rollup import ledgers  # noqa: PLC0415
        from workflows.assignments import hooks  # noqa: PLC0415
        from workflows.meetings import (  # noqa: PLC0415
            candidates,
            holding,
            picture,
            queries,
            showing,
        )

        candidates.register("1.procedures", candidates.stuck_procedures)
        candidates.register("2.projects", candidates.infeasible_projects)
        candidates.register("3.sheets", candidates.overdue_sheets)
        candidates.register("4.deficiency", candidates.broken_promises)
        candidates.register("5.objections", candidates.objections)
        candidates.register("6.meetings", candidates.left_over)
        if holding.close_for not in hooks.ON_CLOSE:
            hooks.ON_CLOSE.append(holding.close_for)
            hooks.ON_REOPEN.append(holding.reopen_for)
        ledgers.register(picture.LEDGER)
        register_reader("meetings", showing.may_read)
        waiting.register("meetings", showing.waiting)
        register(
            NavItem(
                "会商",
                "会议",
                "meetings:list",
                Permission.MEETINGS_VIEW,
                order=10,
                count=queries.waiting_count,
            )
        )
