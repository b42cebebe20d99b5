"""The letters app."""

from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "workflows.letters"
    verbose_name = "办事文书"

    def ready(self) -> None:
        from kernel.web.panels import Panel  # noqa: PLC0415 -- models are ready now
        from workflows.letters import panels  # noqa: PLC0415
        from workflows.procedures import beside  # noqa: PLC0415
        from workflows.projects.panels import register  # noqa: PLC0415

        register(Panel("letters.guidance", 35, panels.guidance))
        beside.register(Panel("letters.notices", 20, panels.notices))
