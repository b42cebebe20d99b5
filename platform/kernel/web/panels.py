"""Panels (面板) that other rooms put on a page of a room they know and that doesn't know them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from django.utils.safestring import SafeString

from kernel.web.parts import joined

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Panel(Generic[T]):
    """One panel. ``render`` gives safe markup, or an empty text when it has nothing to show."""

    key: str
    order: int
    render: Callable[["SignedInRequest", T], str]


class Panels(Generic[T]):
    """The panels of one kind of page."""

    def __init__(self) -> None:
        self._panels: dict[str, Panel[T]] = {}

    def register(self, panel: Panel[T]) -> None:
        """Add a panel; called from a room's ``AppConfig.ready``. Raises ValueError for a taken key."""
        if self._panels.setdefault(panel.key, panel).render is not panel.render:
            raise ValueError(f"panel registered twice: {panel.key}")

    def rendered(self, request: "SignedInRequest", thing: T) -> SafeString:
        """All panels for ``thing`` in their order."""
        ordered = sorted(self._panels.values(), key=lambda panel: (panel.order, panel.key))
        return joined(panel.render(request, thing) for panel in ordered)
