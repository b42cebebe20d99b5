"""Panels (面板) that other rooms put beside a procedure's ledger, such as its letters."""

from kernel.web.panels import Panel, Panels
from workflows.procedures.models import Procedure

__all__ = ["Panel", "register", "rendered"]

_panels: Panels[Procedure] = Panels()
register, rendered = _panels.register, _panels.rendered
