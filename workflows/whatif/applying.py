"""A scenario laid over a project's graph (套用): other nodes, edges and days, and then the plan of them.

The past is frozen: of what is done nothing changes, of what runs only the time it has left.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from kernel.clock import CalendarOutOfRange, WorkCalendar
from kernel.plan import CycleFound, Edge, Node, Plan, Strength
from workflows.procedures.planning import Graph
from workflows.whatif.scenario import (
    DATED,
    OF_PROJECT,
    Change,
    Kind,
    Scenario,
    ScenarioRefused,
    named,
)

#: A day further off than this says more about the typing than about the project.
FURTHEST = timedelta(days=5 * 366)


def fitting(scenario: Scenario, graph: Graph) -> Scenario:
    """What of ``scenario`` this project can take, for one that is laid over many."""
    known = _Known(graph)
    return Scenario(tuple(c for c in scenario.changes if not known.fault(c)))


def apply(scenario: Scenario, graph: Graph, calendar: WorkCalendar) -> Graph:
    """The graph as the scenario has it; the same graph when it changes nothing.

    Raises ScenarioRefused with a sentence for each change that the project can't take, and
    CalendarOutOfRange.
    """
    if not scenario:
        return graph
    known = _Known(graph)
    if faults := [fault for change in scenario.changes if (fault := known.fault(change))]:
        raise ScenarioRefused(faults)
    target = scenario.of(Kind.TARGET).get("")
    return Graph(
        nodes=_nodes(scenario, graph, calendar),
        edges=_edges(scenario, graph.edges),
        begin_on=graph.begin_on,
        target_on=(target and target.on) or graph.target_on,
    )


def plan(scenario: Scenario, graph: Graph, calendar: WorkCalendar) -> Plan:
    """The plan of the changed graph. Raises ScenarioRefused, also for a cycle and for days that no
    calendar reaches."""
    try:
        return apply(scenario, graph, calendar).plan(calendar)
    except CycleFound as cycle:
        names = {node.key: node.label for node in graph.nodes}
        chain = " → ".join(named(code, names) for code in (*cycle.keys, cycle.keys[0]))
        fault = f"前置关系首尾相接：{chain}；请去掉其中新增的一条。"
        raise ScenarioRefused([fault]) from cycle
    except CalendarOutOfRange as out:
        raise ScenarioRefused([f"按这些改动推算，{out}"]) from out


class _Known:
    """What of a graph the changes are held against."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes = {node.key: node for node in graph.nodes}
        self.edges = {(edge.before, edge.after): edge for edge in graph.edges}

    def fault(self, change: Change) -> str:
        """Why the project can't take this change, in a sentence; empty when it can."""
        for code in change.ends if change.kind is Kind.EDGE else (change.subject,):
            if code and code not in self.nodes:
                return f"{change.kind.label}改的事项“{code}”不在这个项目的办件里；请从办件里选。"
        if change.kind in DATED and (fault := self._of_day(change)):
            return fault
        if change.kind in OF_PROJECT:
            return ""
        if change.kind is Kind.EDGE:
            return self._of_edge(change)
        return self._of_matter(change, self.nodes[change.subject])

    def _of_day(self, change: Change) -> str:
        begin, on = self.graph.begin_on, change.on
        if on is None or begin <= on <= begin + FURTHEST:
            return ""
        subject = f"{self.name(change.subject)}的" if change.subject else ""
        why = (
            f"早于计划的起点 {begin}，已经过去"
            if on < begin
            else f"比计划的起点 {begin} 晚五年以上"
        )
        return f"{subject}{change.kind.label} {on} {why}；请填起点以后五年内的日期。"

    def _of_matter(self, change: Change, node: Node) -> str:
        name = self.name(node.key)
        if node.done_on:
            return f"{name}已于 {node.done_on} 办结，不能再改{change.kind.label}；请去掉这项改动。"
        if node.started_on and change.kind is not Kind.LEFT:
            return f"{name}自 {node.started_on} 起在办，{change.kind.label}不能再改；请改它的剩余用时。"
        if change.kind is Kind.LEFT and not node.started_on:
            return f"{name}还没有起算，没有剩余用时；请改它的办理用时。"
        if change.kind is Kind.LACK and not any(
            edge.after == node.key and edge.strength is not Strength.DEFICIENT
            for edge in self.graph.edges
        ):
            return f"{name}没有要等的前置事项，容缺受理不起作用；请去掉这项改动。"
        return ""

    def _of_edge(self, change: Change) -> str:
        before, after = (self.nodes[code] for code in change.ends)
        chain = "→".join(self.name(node.key) for node in (before, after))
        for node in (before, after):
            if node.done_on:
                return f"{chain}：{self.name(node.key)}已于 {node.done_on} 办结，前置关系不再起作用；请去掉这项改动。"
        if after.started_on and change.strength in (Strength.HARD, Strength.SOFT):
            return f"{chain}：后一事项自 {after.started_on} 起在办，不会再等前置；请改为可容缺受理或者取消。"
        if change.strength is None and change.ends not in self.edges:
            return f"{chain}：这个项目没有这条前置关系，不用取消；请去掉这项改动。"
        return ""

    def name(self, code: str) -> str:
        return f"{self.nodes[code].label}（{code}）"


def _nodes(scenario: Scenario, graph: Graph, calendar: WorkCalendar) -> tuple[Node, ...]:
    begin = scenario.of(Kind.BEGIN).get("")
    by_code: dict[str, list[Change]] = {}
    for change in scenario.changes:
        if change.kind is not Kind.EDGE and change.kind not in OF_PROJECT:
            by_code.setdefault(change.subject, []).append(change)
    nodes = []
    for node in graph.nodes:
        if begin and begin.on and not (node.started_on or node.done_on):
            # Who begins later prepares later; the day of the plan itself stays today.
            node = replace(
                node,
                earliest_on=max(node.earliest_on or begin.on, begin.on),
                lead_from_on=max(node.lead_from_on or begin.on, begin.on),
            )
        for change in by_code.get(node.key, ()):
            node = _changed(node, change, graph, calendar)
        nodes.append(node)
    return tuple(nodes)


def _changed(node: Node, change: Change, graph: Graph, calendar: WorkCalendar) -> Node:
    """Kinds come in the order of `Kind`, so that papers and a public notice that are stated outlast a
    start or a commitment that would do without them."""
    match change.kind:
        case Kind.DAYS:
            return replace(node, days=change.days, unit=change.unit or node.unit)
        case Kind.LEFT:
            unit = change.unit or node.unit
            return replace(
                node, remaining_due_on=calendar.finish(graph.begin_on, change.days, unit)
            )
        case Kind.LEAD:
            return replace(node, lead_days=change.days)
        case Kind.NOTICE:
            return replace(
                node, notice_days=change.days, notice_unit=change.unit or node.notice_unit
            )
        case Kind.START:
            return replace(node, earliest_on=change.on, lead_days=0)
        case Kind.COMMIT:
            return replace(node, days=0, notice_days=0)
        case _:
            return node


def _edges(scenario: Scenario, edges: Iterable[Edge]) -> tuple[Edge, ...]:
    stated: Mapping[tuple[str, str], Change] = {
        change.ends: change for change in scenario.of(Kind.EDGE).values()
    }
    lacking = scenario.of(Kind.LACK)
    made: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        change = stated.get((edge.before, edge.after))
        if change is None:
            deficient = edge.after in lacking
            made[edge.before, edge.after] = (
                replace(edge, strength=Strength.DEFICIENT) if deficient else edge
            )
        elif change.strength:
            made[edge.before, edge.after] = replace(edge, strength=change.strength)
    for ends, change in stated.items():
        if change.strength and ends not in made:
            made[ends] = Edge(*ends, change.strength)
    return tuple(made.values())
