"""The exchange app."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "workflows.exchange"
    verbose_name = "数据交换"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.outbox import topics, views  # noqa: PLC0415
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415
        from workflows.catalogue.queries import short_names  # noqa: PLC0415
        from workflows.exchange import pushing  # noqa: PLC0415
        from workflows.procedures.hooks import AFTER_MOVE  # noqa: PLC0415
        from workflows.projects import hooks  # noqa: PLC0415

        for topic in pushing.TOPICS:
            topics.register(topic)
        views.UNITS.append(short_names)
        AFTER_MOVE.append(pushing.moved)
        for happened in (hooks.ON_CONFIRM, hooks.ON_CHANGE, hooks.ON_REMOVE):
            happened.append(pushing.listed)
        register(
            NavItem("系统", "数据接口", "exchange:systems", Permission.EXCHANGE_VIEW, order=55)
        )
