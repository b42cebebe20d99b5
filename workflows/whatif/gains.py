"""What shortening one matter would bring (敏感性): ranked by the projects it turns to a hit.

Only projects that miss are tried, and of each only the matters on its critical path that have not
begun: shortening anything else leaves that path as long as it was. Shorter times never turn a hit
into a miss, as soft edges give way to the target anyhow.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kernel.clock import Unit, WorkCalendar
from kernel.labelled import Labelled
from kernel.plan import Node
from workflows.whatif.applying import apply
from workflows.whatif.whole import Row, Whole, hits

MOST_TRIES = 2_000  # plans made for one answer


class Cut(Labelled):
    """How far a matter's time is thought to be shortened."""

    HALF = "half", "减半"
    LEAST = "least", "压到清单内同一事项的最短用时"


@dataclass(frozen=True, slots=True)
class Gain:
    """What one matter shortened brings: of the ``tried`` missing projects whose critical path it is
    on, ``won`` turn to a hit; ``days`` are the working days they all win together."""

    code: str
    label: str
    tried: int
    won: int
    days: int
    most_days: int
    unit: Unit
    cut_days: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """Gains, the greatest first. ``left_out`` are missing projects beyond what one answer tries."""

    gains: tuple[Gain, ...]
    missing: int
    left_out: int


def ranking(whole: Whole, calendar: WorkCalendar, cut: Cut, most: int = MOST_TRIES) -> Ranking:
    """Each matter's gain on top of the scenario ``whole`` was made with, at most ``most`` plans."""
    least = _least(whole.rows)
    missing = [(row, row.after) for row in whole.rows if row.after and not hits(row.after)]
    found: dict[str, list[tuple[Node, Node, bool, int]]] = defaultdict(list)
    tries = left_out = 0
    for row, after in missing:
        graph = apply(row.scenario, row.stand.graph, calendar)
        path = set(after.critical_path)
        candidates = [
            (place, node, shorter)
            for place, node in enumerate(graph.nodes)
            if node.key in path and (shorter := _shortened(node, cut, least))
        ]
        if tries + len(candidates) > most:
            left_out += 1
            continue
        tries += len(candidates)
        for place, node, shorter in candidates:
            nodes = [*graph.nodes[:place], shorter, *graph.nodes[place + 1 :]]
            plan = graph._replace(nodes=nodes).plan(calendar)
            won = calendar.between(plan.finish_on, after.finish_on)
            found[node.key].append((node, shorter, plan.feasible, won))
    gains = [_gain(tried) for tried in found.values()]
    gains.sort(key=lambda gain: (-gain.won, -gain.days, gain.code))
    return Ranking(tuple(gains), len(missing), left_out)


def _gain(tried: list[tuple[Node, Node, bool, int]]) -> Gain:
    longest, shorter, _, _ = max(tried, key=lambda one: one[0].days)
    return Gain(
        code=longest.key,
        label=longest.label,
        tried=len(tried),
        won=sum(hit for _, _, hit, _ in tried),
        days=sum(days for _, _, _, days in tried),
        most_days=longest.days,
        unit=longest.unit,
        cut_days=shorter.days,
    )


def _shortened(node: Node, cut: Cut, least: dict[tuple[str, Unit], int]) -> Node | None:
    """The matter with its time cut; None where there is nothing to cut."""
    if node.started_on or node.done_on:
        return None
    days = (node.days + 1) // 2 if cut is Cut.HALF else least[node.key, node.unit]
    return replace(node, days=days) if days < node.days else None


def _least(rows: Iterable[Row]) -> dict[tuple[str, Unit], int]:
    least: dict[tuple[str, Unit], int] = {}
    for row in rows:
        for node in row.stand.graph.nodes:
            key = node.key, node.unit
            least[key] = min(node.days, least.get(key, node.days))
    return least
