"""Parts of the report (报告的各部分): what each says is taken from its room once and frozen.

A room adds a part by one declaration; sentences and figures come with the rows they are counted from, so
that each figure opens its list as it was.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflows.dispatch.lifecycle import Period


@dataclass(frozen=True, slots=True)
class Rows:
    """The list behind a figure. Each row is (key, address, cells); the key finds it again in another report."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the report. ``rows`` is what it counts or adds up.

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
    """What a part has to say: sentences in order, and figures."""

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


def take_all(period: Period, on: date) -> list[dict[str, Any]]:
    """Every part as JSON values, in order."""
    ordered = sorted(_parts.values(), key=lambda p: ([*SECTIONS].index(p.section), p.order, p.key))
    return [_plain(part, part.take(period, on)) for part in ordered]


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
                "rows": [[key, url, list(cells)] for key, url, cells in figure.rows.rows],
            }
            for figure in taken.figures
        ],
    }


def counted(
    key: str,
    label: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[str, str, tuple[str, ...]]],
    *,
    unit: str = "项",
    good: int = 0,
) -> Figure:
    """A figure that is the number of its rows."""
    listed = list(rows)
    return Figure(key, label, len(listed), Rows(columns, listed), unit, good)


def summed(
    key: str,
    label: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[str, str, tuple[str, ...]]],
    *,
    unit: str = "项",
    good: int = 0,
) -> Figure:
    """A figure that is the sum of the last cell of its rows."""
    listed = list(rows)
    total = sum(int(cells[-1]) for _, _, cells in listed)
    return Figure(key, label, total, Rows(columns, listed), unit, good)
