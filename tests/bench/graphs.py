"""Projects to plan, in columns; and the same on networkx, the way one writes it without columns.

A project has 40 matters in the order of their stages; each waits for up to three of the dozen
before it, every tenth edge deficient, every tenth soft. A third of the matters are decided, a
sixth run. One in six has papers to prepare, one in seven a public notice. The targets leave
a hundred to three hundred days: about one project in a hundred meets its own only because soft
edges give way, or not at all.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import networkx as nx
import numpy as np

from kernel.clock import Unit, WorkCalendar
from kernel.clock.days import NONE
from kernel.plan import Edge, Node, Strength
from kernel.plan.columns import STRENGTH_CODES, Edges, Nodes

BEGIN = date(2026, 1, 5)
MATTERS = 40


def projects(count: int, seed: int) -> tuple[Nodes, Edges, Any, Any]:
    """Nodes, edges, beginnings and targets of so many projects."""
    chance = np.random.default_rng(seed)
    total = count * MATTERS
    place = np.tile(np.arange(MATTERS), count)
    begin = BEGIN.toordinal()
    state = chance.random(total)
    # What comes first is done first.
    done = (place < MATTERS // 2) & (state < 0.66)
    running = ~done & (place < 3 * MATTERS // 4) & (state < 0.4)
    started = np.where(done | running, begin - chance.integers(20, 60, total), NONE)
    nodes = Nodes(
        project=np.repeat(np.arange(count, dtype=np.int32), MATTERS),
        days=chance.choice([0, 3, 5, 5, 7, 7, 10, 10, 15, 20], total).astype(np.int32),
        working=chance.random(total) < 0.9,
        started_on=started.astype(np.int32),
        done_on=np.where(done, begin - chance.integers(1, 20, total), NONE).astype(np.int32),
        remaining_due_on=np.where(running, begin + chance.integers(-5, 20, total), NONE).astype(
            np.int32
        ),
        earliest_on=np.full(total, NONE, np.int32),
        lead_days=np.where(chance.random(total) < 1 / 6, 10, 0).astype(np.int32),
        lead_from_on=np.full(total, begin - 10, np.int32),
        notice_days=np.where(chance.random(total) < 1 / 7, 7, 0).astype(np.int32),
        notice_working=np.zeros(total, np.bool_),
    )
    back = chance.integers(1, 13, (3, total))
    kept = (chance.random((3, total)) < 0.5) & (place - back >= 0)
    after = np.nonzero(kept)[1]
    before = after - back[kept]
    pairs = np.unique(np.stack([before, after], axis=1), axis=0)
    roll = chance.random(len(pairs))
    strength = np.full(len(pairs), STRENGTH_CODES[Strength.HARD], np.int8)
    strength[roll < 0.1] = STRENGTH_CODES[Strength.DEFICIENT]
    strength[roll > 0.9] = STRENGTH_CODES[Strength.SOFT]
    edges = Edges(pairs[:, 0], pairs[:, 1], strength)
    return (
        nodes,
        edges,
        np.full(count, begin, np.int32),
        (begin + chance.integers(100, 300, count)).astype(np.int32),
    )


def on_networkx(
    nodes: Sequence[Node], edges: Sequence[Edge], begin: date, target: date, calendar: WorkCalendar
) -> dict[str, tuple[date, date, date, date, int, bool]]:
    """Earliest start and finish, latest start and finish, slack and critical of each node."""
    graph = nx.DiGraph()
    for node in nodes:
        graph.add_node(node.key, node=node)
    for edge in edges:
        graph.add_edge(edge.before, edge.after, late=edge.strength is Strength.DEFICIENT)
    order = list(nx.topological_sort(graph))
    starts: dict[str, date] = {}
    finishes: dict[str, date] = {}
    held_by: dict[str, str | None] = {}
    for key in order:
        node = graph.nodes[key]["node"]
        start, holder = _earliest(node, begin, calendar), None
        if not (node.done_on or node.started_on):
            for before, _, late in graph.in_edges(key, data="late"):
                if not late and finishes[before] > start:
                    start, holder = finishes[before], before
        finish = node.done_on
        if not finish and node.started_on:
            finish = max(node.remaining_due_on or _finish(node, start, calendar), begin)
        finish = finish or _finish(node, start, calendar)
        if not node.done_on:
            for before, _, late in graph.in_edges(key, data="late"):
                if late and finishes[before] > finish:
                    finish, holder = finishes[before], before
        starts[key], finishes[key], held_by[key] = start, finish, holder

    latest_starts: dict[str, date] = {}
    latest: dict[str, date] = {}
    for key in reversed(order):
        node, bound = graph.nodes[key]["node"], target
        for _, after, late in graph.out_edges(key, data="late"):
            follower = graph.nodes[after]["node"]
            if follower.done_on or (follower.started_on and not late):
                continue
            bound = min(bound, latest[after] if late else latest_starts[after])
        latest[key] = bound
        fixed = node.done_on or node.started_on
        latest_starts[key] = starts[key] if fixed else _latest_start(node, bound, calendar)

    slack = {key: calendar.between(finishes[key], latest[key]) for key in order}
    live = [key for key in order if not graph.nodes[key]["node"].done_on]
    floor = max(0, min((slack[key] for key in live), default=0))
    path, here = set(), max(order, key=finishes.__getitem__, default=None)
    while here is not None:
        path.add(here)
        here = held_by[here]
    critical = {key for key in live if slack[key] <= floor or key in path}
    for key in live:
        latest[key] = _lowered(latest[key], finishes[key], calendar)
        if not graph.nodes[key]["node"].started_on:
            latest_starts[key] = _lowered(latest_starts[key], starts[key], calendar)
    return {
        key: (
            starts[key],
            finishes[key],
            latest_starts[key],
            finishes[key] if graph.nodes[key]["node"].done_on else latest[key],
            slack[key],
            key in critical,
        )
        for key in order
    }


def _lowered(latest: date, earliest: date, calendar: WorkCalendar) -> date:
    """A working day, unless that costs the last chance."""
    day = calendar.on_or_before(latest)
    return latest if day < earliest <= latest else day


def _earliest(node: Node, begin: date, calendar: WorkCalendar) -> date:
    if node.done_on or node.started_on:
        return node.started_on or node.done_on
    day = max(begin, node.earliest_on or begin)
    if node.lead_days:
        day = max(day, calendar.finish(node.lead_from_on or begin, node.lead_days, Unit.WORKING))
    return day


def _finish(node: Node, start: date, calendar: WorkCalendar) -> date:
    day = calendar.finish(start, node.days, node.unit)
    return calendar.finish(day, node.notice_days, node.notice_unit) if node.notice_days else day


def _latest_start(node: Node, finish: date, calendar: WorkCalendar) -> date:
    if node.notice_days:
        finish = _back(finish, node.notice_days, node.notice_unit, calendar)
    return _back(finish, node.days, node.unit, calendar)


def _back(finish: date, days: int, unit: Unit, calendar: WorkCalendar) -> date:
    """The greatest start from which a limit ends by `finish`."""
    if unit is Unit.WORKING and days:
        first = calendar.subtract(calendar.on_or_before(finish), days - 1)
        return date.fromordinal(first.toordinal() - 1)
    return date.fromordinal(calendar.on_or_before(finish).toordinal() - days)
