"""The issuing app."""

from django.apps import AppConfig


class IssuingConfig(AppConfig):
    name = "workflows.issuing"
    verbose_name = "发文"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.papers.attaching import register_reader  # noqa: PLC0415
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415
        from workflows.issuing import queries  # noqa: PLC0415

        register(NavItem("机制", "发文登记", "issuing:list", Permission.PAPERS_VIEW, order=30))
        register_reader("issuing", queries.may_read_file)
