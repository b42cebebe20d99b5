"""The procedures app."""

from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "workflows.procedures"
    verbose_name = "审批台账"
