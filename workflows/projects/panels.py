"""Panels (面板) that other rooms put on a project's page, such as its facts, plan and ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

from kernel.web.parts import joined

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest
    from workflows.projects.models import Project

Render = Callable[["SignedInRequest", "Project"], str]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. ``render`` gives safe markup, or an empty text when it has nothing to show."""

    key: str
    order: int
    render: Render


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add a panel; called from a room's ``AppConfig.ready``. Raises ValueError for a taken key."""
    if _panels.setdefault(panel.key, panel).render is not panel.render:
        raise ValueError(f"panel registered twice: {panel.key}")


def rendered(request: "SignedInRequest", project: "Project") -> SafeString:
    """All panels of ``project`` in their order."""
    ordered = sorted(_panels.values(), key=lambda panel: (panel.order, panel.key))
    return joined(panel.render(request, project) for panel in ordered)
