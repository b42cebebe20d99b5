"""The filings app."""

from django.apps import AppConfig


class FilingsConfig(AppConfig):
    name = "workflows.filings"
    verbose_name = "报备"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.papers.attaching import register_reader  # noqa: PLC0415
        from kernel.web import waiting  # noqa: PLC0415
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415
        from workflows.filings import queries, showing  # noqa: PLC0415

        register_reader(queries.ROOM, showing.may_read)
        waiting.register(queries.ROOM, showing.waiting)
        register(
            NavItem(
                "报备与公开", "报备", "filings:list", Permission.FILINGS_VIEW, 10, showing.returned
            )
        )
        register(
            NavItem(
                "报备与公开", "报备收件", "filings:inbox", Permission.FILINGS_RECEIVE, 11,
                showing.received,
            )
        )  # fmt: skip
        register(
            NavItem("报备与公开", "报备日历", "filings:calendar", Permission.PAPERS_VIEW, order=12)
        )
