"""The supervision app."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "workflows.supervision"
    verbose_name = "督导督办"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.papers.attaching import register_reader  # noqa: PLC0415
        from kernel.web import waiting  # noqa: PLC0415
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415
        from workflows.supervision import duties, ledgers, queries, showing  # noqa: PLC0415

        duties.register(
            duties.Source(
                ledgers.SOURCE,
                "办件时限",
                ledgers.duties_until,
                ledgers.still_open,
                ledgers.done_on,
            )
        )
        register_reader("supervision", showing.may_read)
        waiting.register("supervision", showing.waiting)
        register(
            NavItem(
                "会商",
                "督导台账",
                "supervision:list",
                Permission.SUPERVISION_VIEW,
                order=40,
                count=queries.waiting_count,
            )
        )
