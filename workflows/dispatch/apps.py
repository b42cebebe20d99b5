"""The dispatch app."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "workflows.dispatch"
    verbose_name = "半月调度"

    def ready(self) -> None:
        from kernel.authority.permissions import Permission  # noqa: PLC0415 -- models are ready now
        from kernel.web import waiting  # noqa: PLC0415
        from kernel.web.navigation import NavItem, register  # noqa: PLC0415
        from workflows.dispatch import queries, showing  # noqa: PLC0415
        from workflows.dispatch.parts import Part  # noqa: PLC0415
        from workflows.dispatch.parts import register as add  # noqa: PLC0415
        from workflows.dispatch.taking import ledger, rooms  # noqa: PLC0415

        add(Part("progress", "审批进展", "progress", 10, ledger.progress))
        add(Part("sheets", "任务交办", "progress", 20, rooms.sheets))
        add(Part("meetings", "会议议定", "progress", 30, rooms.resolutions))
        add(Part("procedures", "审批堵点", "problems", 10, ledger.problems))
        add(Part("deficiency", "容缺受理", "problems", 20, rooms.missing_papers))
        add(Part("supervision", "督导督办", "problems", 30, rooms.chases))
        add(Part("next", "下一期", "next", 10, ledger.next_steps))
        waiting.register("dispatch", showing.waiting)
        register(
            NavItem(
                "会商",
                "半月调度",
                "dispatch:list",
                Permission.DISPATCH_VIEW,
                order=30,
                count=queries.unread_count,
            )
        )
