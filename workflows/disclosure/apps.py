"""The disclosure app."""

from django.apps import AppConfig
from django.http import HttpRequest

from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class DisclosureConfig(AppConfig):
    name = "workflows.disclosure"
    verbose_name = "公开发布"

    def ready(self) -> None:
        register(
            NavItem(
                "报备与公开",
                "公开发布",
                "disclosure:index",
                Permission.DISCLOSURE_VIEW,
                30,
                _waiting,
            )
        )


def _waiting(request: HttpRequest) -> int:
    """Counted for those who may release: only they can act on it."""
    from workflows.disclosure.queries import waiting  # noqa: PLC0415 - models load after apps

    may = Permission.DISCLOSURE_RELEASE in getattr(request, "permissions", ())
    return waiting() if may else 0
