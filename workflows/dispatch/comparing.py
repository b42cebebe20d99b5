"""The difference to an earlier report (与上期对照): frozen beside each figure when the report is compiled."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Plain = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure beside the same one of an earlier report: what came, what went, what stayed."""

    figure: Plain
    before: int | None
    came: Sequence[Any]
    went: Sequence[Any]
    stayed: int = 0

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.figure["value"] - self.before

    @property
    def words(self) -> str:
        if self.change is None:
            return "上期没有"
        return f"{self.change:+d}" if self.change else "持平"

    @property
    def tone(self) -> str:
        """green where it went the good way, red where the bad one."""
        way = (self.change or 0) * self.figure["good"]
        return "green" if way > 0 else "red" if way < 0 else ""

    @property
    def listed(self) -> bool:
        """Whether rows can be told apart one by one; those of a sum are groups and come every time."""
        return self.figure["adds"] is None


def figures_in(snapshot: Plain) -> dict[str, Any]:
    """Every figure of a snapshot by its key."""
    return {figure["key"]: figure for part in snapshot["parts"] for figure in part["figures"]}


def difference(figure: Plain, known: Plain | None) -> Difference:
    """``figure`` against the same one of another report; nothing has come or gone where there is none."""
    if known is None:
        return Difference(figure, None, [], [])
    if figure["adds"] is not None:
        return Difference(figure, known["value"], [], [])
    now, then = {row[0] for row in figure["rows"]}, {row[0] for row in known["rows"]}
    return Difference(
        figure,
        known["value"],
        [row for row in figure["rows"] if row[0] not in then],
        [row for row in known["rows"] if row[0] not in now],
        len(now & then),
    )


def compared(parts: Iterable[dict[str, Any]], before: Plain | None) -> Iterator[dict[str, Any]]:
    """``parts`` with the earlier snapshot's value beside each figure, what has gone since, and at the end
    of each row in how many reports on end it has stood (1 is new; 0 where rows are groups)."""
    old = figures_in(before) if before else {}
    for part in parts:
        figures = [_beside(figure, old.get(figure["key"])) for figure in part["figures"]]
        yield {**part, "figures": figures}


def _beside(figure: Plain, known: Plain | None) -> dict[str, Any]:
    groups = figure["adds"] is not None
    runs = {row[0]: row[3] for row in known["rows"]} if known else {}
    rows = [[*row[:3], 0 if groups else runs.get(row[0], 0) + 1] for row in figure["rows"]]
    return {
        **figure,
        "rows": rows,
        "before": known["value"] if known else None,
        "went": [row[:3] for row in difference(figure, known).went],
    }


def frozen_difference(figure: Plain) -> Difference:
    """The difference as it was frozen with the report."""
    before = figure["before"]
    came = [row for row in figure["rows"] if row[3] == 1] if before is not None else []
    stayed = sum(row[3] > 1 for row in figure["rows"])
    return Difference(figure, before, came, figure["went"], stayed)


def words_of(snapshot: Plain) -> str:
    """One sentence on what came and what went among the figures that ought to fall, or nothing."""
    if broken := snapshot["not_compared"]:
        return f"{broken}的快照摘要值不一致，本期没有与其对照。"
    if not snapshot["before"]:
        return ""
    found = [
        frozen_difference(figure)
        for figure in figures_in(snapshot).values()
        if figure["good"] < 0 and figure["before"] is not None
    ]
    moved = [
        f"{each.figure['label']}新增 {len(each.came)} {each.figure['unit']}、"
        f"消除 {len(each.went)} {each.figure['unit']}、延续 {each.stayed} {each.figure['unit']}"
        for each in found
        if each.listed and (each.came or each.went)
    ]
    title = snapshot["before"]["title"]
    return f"与{title}相比：{'；'.join(moved) or '问题清单没有增减'}。"
