"""Parts of the report (报告的各部分): what each says is taken from its room once and frozen.

A room adds a part by one declaration; sentences and figures come with the rows they are counted from, so
that each figure opens its list as it was.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflows.dispatch.lifecycle import Period

Row = tuple[str, str, tuple[str, ...]]
_FIGURE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Rows:
    """The list behind a figure. Each row is (key, address, cells); the key finds it again in another report.

    ``adds`` is the column whose cells add up to the figure; None where every row counts as one.
    """

    columns: tuple[str, ...]
    rows: Sequence[Row]
    adds: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the report, with the list it counts or adds up.

    ``good`` is 1 where more is better, -1 where fewer are, 0 where it is neither.
    """

    key: str
    label: str
    value: int
    rows: Rows
    unit: str = "项"
    good: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What a part has to say: sentences in order, and figures.

    A sentence names the part's own figures by key in braces, ``红灯 {red} 项``: the paper says the value
    there and the page leads to its list.
    """

    words: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """A part. ``section`` is progress, problems or next; ``take(period, on)`` reads the room as of ``on``."""

    key: str
    label: str
    section: str
    order: int
    take: Callable[[Period, date], Taken]


SECTIONS = {"progress": "一、工作进展", "problems": "二、存在问题", "next": "三、下一步建议"}
_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Add a part; called from a room's ``AppConfig.ready``. Raises ValueError for a taken key."""
    if part.section not in SECTIONS:
        raise ValueError(f"unknown section: {part.section}")
    if _parts.setdefault(part.key, part).take is not part.take:
        raise ValueError(f"part registered twice: {part.key}")


def take_all(period: Period, on: date) -> Iterator[dict[str, Any]]:
    """Every part as JSON values, in order; each is read when it is asked for."""
    ordered = sorted(_parts.values(), key=lambda p: ([*SECTIONS].index(p.section), p.order, p.key))
    return (_plain(part, part.take(period, on)) for part in ordered)


def _plain(part: Part, taken: Taken) -> dict[str, Any]:
    return {
        "key": part.key,
        "label": part.label,
        "section": part.section,
        "words": taken.words,
        "figures": [
            {
                "key": f"{part.key}.{figure.key}",
                "label": figure.label,
                "value": figure.value,
                "unit": figure.unit,
                "good": figure.good,
                "columns": list(figure.rows.columns),
                "adds": figure.rows.adds,
                "rows": [[key, url, list(cells)] for key, url, cells in figure.rows.rows],
            }
            for figure in taken.figures
        ],
    }


def counted(
    key: str,
    label: str,
    columns: tuple[str, ...],
    rows: Iterable[Row],
    *,
    unit: str = "项",
    good: int = 0,
) -> Figure:
    """A figure that is the number of its rows."""
    listed = list(rows)
    return Figure(key, label, len(listed), Rows(columns, listed), unit, good)


def added(
    key: str,
    label: str,
    columns: tuple[str, ...],
    rows: Iterable[Row],
    *,
    adds: int,
    unit: str = "项",
    good: int = 0,
) -> Figure:
    """A figure that is the sum of one column of its rows."""
    listed = list(rows)
    value = sum(int(cells[adds]) for _, _, cells in listed)
    return Figure(key, label, value, Rows(columns, listed, adds), unit, good)


def said(part: Mapping[str, Any]) -> list[list[tuple[str, str]]]:
    """The sentences of a frozen part in pieces (text, key of the figure it is, or nothing)."""
    known = {figure["key"]: figure for figure in part["figures"]}
    return [list(_pieces(words, part["key"], known)) for words in part["words"]]


def plain(part: Mapping[str, Any]) -> list[str]:
    """The sentences of a frozen part as they are printed."""
    return ["".join(text for text, _ in pieces) for pieces in said(part)]


def _pieces(
    words: str, part_key: str, known: Mapping[str, Mapping[str, Any]]
) -> Iterable[tuple[str, str]]:
    at = 0
    for found in _FIGURE.finditer(words):
        key = f"{part_key}.{found[1]}"
        if key in known:
            if before := words[at : found.start()]:
                yield before, ""
            yield str(known[key]["value"]), key
            at = found.end()
    if rest := words[at:]:
        yield rest, ""
