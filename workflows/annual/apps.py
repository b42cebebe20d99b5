"""The annual list app."""

from django.apps import AppConfig


class AnnualConfig(AppConfig):
    name = "workflows.annual"
    verbose_name = "年度编制"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.web import waiting  # noqa: PLC0415
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415
        from workflows.annual import desk, duties, taking  # noqa: PLC0415
        from workflows.projects import hooks  # noqa: PLC0415
        from workflows.supervision.duties import register as add_duties  # noqa: PLC0415

        hooks.ON_SEND.append(taking.sent)
        hooks.ON_CONFIRM.append(taking.admitted)
        hooks.ON_CHANGE.append(taking.changed)
        hooks.ON_REMOVE.append(taking.removed)
        waiting.register("annual", desk.items)
        add_duties(duties.REPLIES)
        register(NavItem("台账", "年度编制", "annual:index", Permission.PROJECTS_VIEW, order=15))
