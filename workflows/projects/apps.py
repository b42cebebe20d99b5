"""The projects app."""

from django.apps import AppConfig
from django.http import HttpRequest

from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class ProjectsConfig(AppConfig):
    name = "workflows.projects"
    verbose_name = "项目清单"

    def ready(self) -> None:
        register(NavItem("台账", "项目清单", "projects:index", Permission.PROJECTS_VIEW, 10))
        register(
            NavItem(
                "我的工作",
                "待回复意见",
                "projects:waiting",
                Permission.PROJECTS_COMMENT,
                40,
                _waiting,
            )
        )


def _waiting(request: HttpRequest) -> int:
    from workflows.projects.queries import waiting_for  # noqa: PLC0415 - models load after apps

    membership = getattr(request, "membership", None)
    return waiting_for(membership.department_code).count() if membership else 0
