"""What is chased (督办对象): each room declares its open deadlines, this room chases them all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One open deadline: ``key`` names it for good ("part:12"), ``url`` leads to it.

    A deadline that is extended is the same duty with a later ``due_on`` and is chased anew.
    """

    source: str  # the source's key
    key: str
    number: str  # the paper's or procedure's number, for people
    title: str
    department_code: str
    due_on: date
    url: str
    project_name: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of duty. ``open_until(last)`` gives duties still open whose deadline is no later than
    ``last``, by deadline; ``still_open(keys)`` those of ``keys`` that are not done. Where a room knows
    it, ``done_on(keys)`` gives the day each was done, and leaves out what was dropped undone; without
    it the day counts on which the end was noticed."""

    key: str
    label: str
    open_until: Callable[[date], Iterable[Duty]]
    still_open: Callable[[Iterable[str]], set[str]]
    done_on: Callable[[Iterable[str]], Mapping[str, date]] | None = None


def addresses(name: str) -> Callable[[object], str]:
    """Addresses of the pages called ``name`` by number or key, which need no escaping. Django works each
    out anew, which is dear for sixty thousand."""
    before, _, after = reverse(name, args=[0]).rpartition("0")
    return lambda key: f"{before}{key}{after}"


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Add a kind of duty; called from a room's ``AppConfig.ready``. Raises ValueError if taken."""
    if _sources.setdefault(source.key, source).open_until is not source.open_until:
        raise ValueError(f"duty source registered twice: {source.key}")


def sources() -> tuple[Source, ...]:
    """Every kind of duty, in the order of its key."""
    return tuple(_sources[key] for key in sorted(_sources))
