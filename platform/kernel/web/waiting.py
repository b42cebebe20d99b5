"""What waits for a person (等我办): each room says what of its own does; the desk shows it all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kernel.web.lamps import Lamp

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the desk: what it is, when it binds, and its one next move."""

    what: str
    about: str
    move: str
    url: str
    due: str = ""  # what the day is called: 承诺期限
    due_on: date | None = None
    lamp: str = ""
    turns_on: date | None = None  # the day a green lamp turns yellow
    note: str = ""

    @property
    def opens(self) -> str:
        """Where a red or yellow lamp names cause, owner and next date."""
        return f"{self.url}#lamp" if self.lamp in (Lamp.RED, Lamp.YELLOW) else ""


Provider = Callable[["SignedInRequest", date], Iterable[Item]]
_providers: dict[str, Provider] = {}


def register(room: str, provider: Provider) -> None:
    """Add a room's part of the desk; called from its ``AppConfig.ready``. A provider checks the
    permissions of the request itself, asks a constant number of queries, and gives a dozen items at most."""
    if _providers.setdefault(room, provider) is not provider:
        raise ValueError(f"desk provider registered twice: {room}")


def items_of(request: "SignedInRequest", on: date) -> list[Item]:
    """What of every room waits for the signed-in member on day ``on``."""
    return [item for room in sorted(_providers) for item in _providers[room](request, on)]
