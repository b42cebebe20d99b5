"""The slow planner: plain dates, plain recursion, and every subset tried."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from itertools import combinations, pairwise

from kernel.clock import Unit
from kernel.plan import Edge, Node, Strength
from tests.kernel.clock.oracle import WallCalendar


class Naive:
    def __init__(
        self, nodes: Sequence[Node], edges: Sequence[Edge], begin_on: date, wall: WallCalendar
    ) -> None:
        self.nodes = {node.key: node for node in nodes}
        self.edges, self.begin_on, self.wall = edges, begin_on, wall
        self.earliest: Callable[[str], tuple[date, date]] = cache(self._earliest)

    def _earliest(self, key: str) -> tuple[date, date]:
        node = self.nodes[key]
        if node.done_on:
            return node.started_on or node.done_on, node.done_on
        starts, ends = [self.begin_on, node.earliest_on or self.begin_on], []
        for edge in self.edges:
            if edge.after == key:
                end = self.earliest(edge.before)[1]
                (ends if edge.strength is Strength.DEFICIENT else starts).append(end)
        if node.lead_days:
            since = node.lead_from_on or self.begin_on
            starts.append(self.wall.finish(since, node.lead_days, Unit.WORKING))
        start = max(starts)
        finish = self._end(node, start)
        if node.started_on:
            start = node.started_on
            finish = node.remaining_due_on or self._end(node, start)
            finish = max(finish, self.begin_on)
        return start, max([finish, *ends])

    def _end(self, node: Node, start: date) -> date:
        limit = self.wall.finish(start, node.days, node.unit)
        return self.wall.finish(limit, node.notice_days, node.notice_unit)

    def end(self) -> date:
        return max((self.earliest(key)[1] for key in self.nodes), default=self.begin_on)


def chain_end(part: Sequence[str], path: Sequence[str], naive: Naive) -> date:
    """When this part of a path ends alone: each node waits for the one kept before it, in the
    way it waited for its own predecessor on the path."""
    strengths = {(edge.before, edge.after): edge.strength for edge in naive.edges}
    waits = {after: strengths[before, after] for before, after in pairwise(path)}
    edges = [Edge(before, after, waits[after]) for before, after in pairwise(part)]
    return Naive([naive.nodes[k] for k in part], edges, naive.begin_on, naive.wall).end()


def parts(keys: Sequence[str]) -> list[tuple[str, ...]]:
    """Every part but the whole and the empty one."""
    return [part for n in range(1, len(keys)) for part in combinations(keys, n)]
