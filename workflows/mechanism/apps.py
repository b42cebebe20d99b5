"""The mechanism app."""

from django.apps import AppConfig


class MechanismConfig(AppConfig):
    name = "workflows.mechanism"
    verbose_name = "工作机制"

    def ready(self) -> None:
        from tenants.provisioning import SEEDS  # noqa: PLC0415 -- models are loaded by now
        from workflows.mechanism.actions import seed  # noqa: PLC0415 -- models are loaded by now

        if seed not in SEEDS:
            SEEDS.insert(0, seed)
