"""Heads of a table that can be sorted (表头): each leads to its own order, and back the other way."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict


@dataclass(frozen=True, slots=True)
class Heading:
    label: str
    url: str = ""
    sorted: str = ""
    num: bool = False


def headings(query: QueryDict, sort: str, columns: Iterable[tuple[str, str]]) -> list[Heading]:
    """One for each (label, sort name); no name is no order, ``#`` before a label a column of figures."""
    return [_heading(query, sort, label, name) for label, name in columns]


def _heading(query: QueryDict, sort: str, label: str, name: str) -> Heading:
    num, label = label.startswith("#"), label.lstrip("#")
    if not name:
        return Heading(label, num=num)
    asked = query.copy()
    asked.pop("page", None)
    asked["sort"] = f"-{name}" if sort == name else name
    way = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    return Heading(label, f"?{asked.urlencode()}", way, num)
