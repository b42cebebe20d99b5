"""One season of the sample city, laid around the day it is loaded so that it looks alive on any day."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Season:
    """A list's year and the day it was confirmed."""

    year: int
    confirmed_on: date


def seasons(today: date) -> tuple[Season, Season]:
    """The season that is over or nearly so, and the one that runs: lists are made in October (A4.1)."""
    running = today.year + 1 if today.month >= 10 else today.year
    return tuple(
        Season(year, min(date(year - 1, 10, 28), today)) for year in (running - 1, running)
    )  # type: ignore[return-value]
