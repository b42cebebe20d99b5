"""Panels (面板) that other rooms put on a project's page, such as its facts, plan and ledger."""

from kernel.web.panels import Panel, Panels
from workflows.projects.models import Project

__all__ = ["Panel", "register", "rendered"]

_panels: Panels[Project] = Panels()
register, rendered = _panels.register, _panels.rendered
