"""依赖图：nodes, edges, and their one stable order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heapify, heappop, heappush

from kernel.clock import Unit, WorkLine
from kernel.labelled import Labelled


class Strength(Labelled):
    """依赖强度：what the successor has to wait for, and whether the edge may give way."""

    HARD = "hard", "须先办结"
    SOFT = "soft", "宜先办结"
    DEFICIENT = "deficient", "可容缺受理"


@dataclass(frozen=True, slots=True)
class Node:
    """节点：a matter to be planned, with the limit it takes.

    `done_on` freezes it; `started_on` marks it running, to end on `remaining_due_on` (its
    expected finish) or, without one, when its limit ends. `earliest_on` holds back the start, and
    so do the `lead_days` (working days) its papers take to prepare from `lead_from_on`, else from
    the plan's beginning. `notice_days` of public notice follow the limit.
    """

    key: str
    days: int
    unit: Unit = Unit.WORKING
    started_on: date | None = None
    done_on: date | None = None
    remaining_due_on: date | None = None
    earliest_on: date | None = None
    label: str = ""
    lead_days: int = 0
    lead_from_on: date | None = None
    notice_days: int = 0
    notice_unit: Unit = Unit.CALENDAR
    party: str = ""

    def finish(self, start: int, line: WorkLine) -> int:
        """Last day (an ordinal) when it starts on `start`: its limit, then its public notice."""
        day = line.finish(start, self.days, self.unit)
        return line.finish(day, self.notice_days, self.notice_unit) if self.notice_days else day

    def latest_start(self, finish: int, line: WorkLine) -> int:
        """The greatest start whose `finish()` is not after `finish`."""
        if self.notice_days:
            finish = line.latest_start(finish, self.notice_days, self.notice_unit)
        return line.latest_start(finish, self.days, self.unit)


@dataclass(frozen=True, slots=True)
class Edge:
    """依赖：`after` waits for `before`.

    HARD and SOFT hold the successor's start (it may be accepted on the very day the predecessor
    is decided); DEFICIENT holds only its decision. A SOFT edge gives way to the target.
    """

    before: str
    after: str
    strength: Strength = Strength.HARD
    basis: str = ""


class PlanRefused(ValueError):
    """The graph cannot be planned; the text is for the clerk."""


class CycleFound(PlanRefused):
    """Matters that wait for one another; `keys` names the chain in order."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        super().__init__(f"事项互为前置，形成循环：{' → '.join((*keys, keys[0]))}。")


class UnknownKey(PlanRefused):
    """An edge names a matter that is not in the plan."""

    def __init__(self, key: str, edge: Edge) -> None:
        self.key = key
        super().__init__(f"依赖“{edge.before} → {edge.after}”中的事项“{key}”不在计划内。")


@dataclass(frozen=True, slots=True, eq=False)
class Arc:
    """弧：an edge on positions in the order."""

    before: int
    after: int
    edge: Edge


def arrange(nodes: Iterable[Node], edges: Iterable[Edge]) -> tuple[list[Node], list[Arc]]:
    """Nodes in topological order, ties by the order given, and the edges on their positions.

    Raises PlanRefused on a repeated key, UnknownKey, CycleFound.
    """
    given = list(nodes)
    index: dict[str, int] = {}
    for node in given:
        if node.key in index:
            raise PlanRefused(f"事项“{node.key}”在计划内重复出现。")
        index[node.key] = len(index)
    links = list(dict.fromkeys(edges))
    followers: list[list[int]] = [[] for _ in given]
    waiting = [0] * len(given)
    for edge in links:
        for key in (edge.before, edge.after):
            if key not in index:
                raise UnknownKey(key, edge)
        followers[index[edge.before]].append(index[edge.after])
        waiting[index[edge.after]] += 1

    ready = [i for i, count in enumerate(waiting) if not count]
    heapify(ready)
    order: list[int] = []
    while ready:
        here = heappop(ready)
        order.append(here)
        for there in followers[here]:
            waiting[there] -= 1
            if not waiting[there]:
                heappush(ready, there)
    if len(order) < len(given):
        raise CycleFound(tuple(given[i].key for i in _cycle(followers, waiting)))

    place = {given[i].key: position for position, i in enumerate(order)}
    arcs = [Arc(place[edge.before], place[edge.after], edge) for edge in links]
    arcs.sort(key=lambda arc: (arc.after, arc.before, arc.edge.strength, arc.edge.basis))
    return [given[i] for i in order], arcs


def _cycle(followers: Sequence[Sequence[int]], waiting: Sequence[int]) -> list[int]:
    """One cycle, from its first node in the order given.

    Each node still waiting has a waiting predecessor, so walking back must meet itself.
    """
    behind = {
        there: here
        for here in reversed(range(len(followers)))
        if waiting[here]
        for there in followers[here]
    }
    here = next(i for i, count in enumerate(waiting) if count)
    seen: list[int] = []
    while here not in seen:
        seen.append(here)
        here = behind[here]
    cycle = seen[seen.index(here) :][::-1]
    first = cycle.index(min(cycle))
    return cycle[first:] + cycle[:first]
