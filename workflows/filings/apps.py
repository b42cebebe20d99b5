"""The filings app."""

from django.apps import AppConfig
from django.http import HttpRequest

from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class FilingsConfig(AppConfig):
    name = "workflows.filings"
    verbose_name = "报备"

    def ready(self) -> None:
        register(
            NavItem("报备与公开", "报备", "filings:list", Permission.FILINGS_VIEW, 10, _returned)
        )
        register(
            NavItem(
                "报备与公开", "报备收件", "filings:inbox", Permission.FILINGS_RECEIVE, 11, _waiting
            )
        )


def _returned(request: HttpRequest) -> int:
    from workflows.filings.queries import returned  # noqa: PLC0415 -- models are not loaded yet

    tenant = request.tenant  # type: ignore[attr-defined]
    return 0 if tenant.is_city else returned(tenant).count()


def _waiting(request: HttpRequest) -> int:
    from workflows.filings.queries import waiting_count  # noqa: PLC0415 -- as above

    return waiting_count(request.tenant)  # type: ignore[attr-defined]
