"""What the components are given (页面构件): small frozen values that a view fills and a tag draws."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

#: Series of charts that are told from their neighbours by stripes as well as by colour.
HATCHED = frozenset({"government_agent", "owner_agent"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of the facts strip. ``tone`` is "", green, yellow or red; ``value`` may be markup
    made safe, such as :func:`kernel.web.templatetags.lianshen.day` returns."""

    label: str
    value: Any
    note: Any = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    value: Any
    unit: str = ""
    note: str = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a guide. ``kind`` is "", parallel (并) or later."""

    mark: str
    title: str
    text: Any = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline: what happened, when, by whom."""

    what: str
    at: datetime
    who: str = ""
    detail: Any = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and the same figures as a table; the first cell of each row is its heading."""

    title: str
    svg: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    legend: Sequence[tuple[str, str]] = ()

    @property
    def key(self) -> list[tuple[str, str, bool]]:
        """The legend's colours and words, and whether stripes lie over the colour."""
        return [(css, word, css in HATCHED) for css, word in self.legend]


def joined(pieces: Iterable[str]) -> SafeString:
    """Pieces of markup as one; a piece that was not made safe is escaped."""
    return format_html_join("", "{}", ((piece,) for piece in pieces))
