"""The overview app."""

from django.apps import AppConfig

from kernel.authority.permissions import Permission
from kernel.web.navigation import NavItem, register


class OverviewConfig(AppConfig):
    name = "workflows.overview"
    verbose_name = "汇总"

    def ready(self) -> None:
        may = Permission.OVERVIEW_VIEW
        register(NavItem("汇总", "全市总览", "overview:season", may, 10))
        register(NavItem("汇总", "大屏", "overview:wall", may, 11))
        register(NavItem("汇总", "多维汇总", "overview:breakdown", may, 12))
        register(NavItem("汇总", "全市项目", "overview:projects", may, 20))
        register(NavItem("汇总", "全市办件", "overview:procedures", may, 30))
        register(NavItem("汇总", "全市百日计时", "overview:days", may, 34))
        register(NavItem("汇总", "汇总对账", "overview:reconciliation", may, 40))
