"""The letters app."""

from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "workflows.letters"
    verbose_name = "办事文书"

    def ready(self) -> None:
        from workflows.letters import panels  # noqa: PLC0415 -- models are ready now

        from workflows.projects.panels import Panel, register  # noqa: PLC0415

        register(Panel("letters.guidance", 35, panels.guidance))
