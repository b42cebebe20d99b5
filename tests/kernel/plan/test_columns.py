"""The columns plan what `schedule` plans, on graphs nobody would think of."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kernel.clock import CalendarOutOfRange, Unit
from kernel.clock.days import NONE
from kernel.plan import CycleFound, Edge, Node, Plan, Strength, schedule
from kernel.plan.columns import STRENGTH_CODES, Edges, Nodes, Plans, schedule_many
from tests.kernel.clock.calendars import REAL

BEGIN = date(2025, 11, 1)
#: How many random projects the comparison plans, and how many at once.
PROJECTS = int(os.environ.get("PROJECTS", "15000"))
AT_ONCE = 500


@dataclass
class Case:
    nodes: list[Node]
    edges: list[Edge]
    begin_on: date
    target_on: date

    def plan(self) -> Plan:
        return schedule(
            self.nodes,
            self.edges,
            begin_on=self.begin_on,
            target_on=self.target_on,
            calendar=REAL,
        )


def random_case(chance: Random) -> Case:
    """Up to a dozen nodes in any state, loosely or closely tied, with much or little time."""

    def soon(low: int, high: int) -> date:
        return BEGIN + timedelta(days=chance.randint(low, high))

    def maybe(day: date) -> date | None:
        return chance.choice([None, day])

    def node(key: str) -> Node:
        facts: dict[str, Any] = {"days": chance.randint(0, longest), "unit": chance.choice([*Unit])}
        roll = chance.random()
        if roll < 0.15:
            facts |= {"done_on": soon(-19, 0), "started_on": maybe(soon(-30, -20))}
        elif roll < 0.3:
            facts |= {"started_on": soon(-20, 0), "remaining_due_on": maybe(soon(-9, 30))}
        elif roll < 0.4:
            facts |= {"earliest_on": soon(0, 30)}
        if chance.random() < 0.3:
            facts |= {"lead_days": chance.randint(0, 12), "lead_from_on": maybe(soon(-20, 9))}
            facts |= {
                "notice_days": chance.randint(0, 9),
                "notice_unit": chance.choice([*Unit]),
            }
        return Node(key, **facts)

    longest = chance.choice([3, 10, 20])
    size = chance.choice([0, 1, 2, 4, 6, 9, 12])
    density = chance.choice([0.1, 0.3, 0.6])
    places = list(range(size))
    chance.shuffle(places)
    nodes = [node(str(n)) for n in range(size)]
    edges = [
        Edge(str(places[a]), str(places[b]), chance.choice([*Strength]))
        for b in range(size)
        for a in range(b)
        if chance.random() < density
    ]
    edges += [replace(edge, strength=chance.choice([*Strength])) for edge in edges[::9]]
    begin_on = BEGIN + timedelta(days=chance.randint(0, 6))
    return Case(nodes, edges, begin_on, begin_on + timedelta(days=chance.randint(0, 250)))


@settings(max_examples=PROJECTS // AT_ONCE, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 2**32))
def test_columns_equal_the_schedule_of_each_project(seed: int) -> None:
    chance = Random(seed)
    cases = [random_case(chance) for _ in range(AT_ONCE)]
    plans = many(cases)
    at = 0
    for project, case in enumerate(cases):
        at += len(case.nodes)
        assert told(plans, project, at - len(case.nodes), at) == expected(case.plan()), case


def test_no_project_and_no_node_are_planned_as_well() -> None:
    assert many([]).feasible.size == 0
    plans = many([Case([], [], BEGIN, BEGIN)])
    assert told(plans, 0, 0, 0) == expected(Case([], [], BEGIN, BEGIN).plan())


def test_only_what_misses_its_target_is_planned_one_by_one() -> None:
    chance = Random(1)
    plans = many([random_case(chance) for _ in range(1_000)])
    assert plans.exceptions
    assert set(plans.exceptions) == set(np.flatnonzero(~plans.feasible).tolist())


def test_a_ring_is_refused() -> None:
    ring = Case([Node("0", 1), Node("1", 1)], [Edge("0", "1"), Edge("1", "0")], BEGIN, BEGIN)
    with pytest.raises(CycleFound, match="3 → 4 → 3"):
        many([Case([Node(str(n), 1) for n in range(3)], [], BEGIN, BEGIN), ring])


def test_what_waits_for_itself_is_refused_even_alone() -> None:
    with pytest.raises(CycleFound, match="0 → 0"):
        many([Case([Node("0", 1)], [Edge("0", "0")], BEGIN, BEGIN + timedelta(days=30))])


def test_a_day_no_calendar_reaches_is_refused() -> None:
    with pytest.raises(CalendarOutOfRange):
        many([Case([Node("0", 40_000)], [], BEGIN, BEGIN)])


def many(cases: Sequence[Case]) -> Plans:
    rows = [(project, node) for project, case in enumerate(cases) for node in case.nodes]
    first, links = 0, []
    for case in cases:
        place = {node.key: first + n for n, node in enumerate(case.nodes)}
        links += [(place[e.before], place[e.after], STRENGTH_CODES[e.strength]) for e in case.edges]
        first += len(case.nodes)

    def days(name: str) -> Any:
        values = [getattr(node, name) for _, node in rows]
        return ints([NONE if day is None else day.toordinal() for day in values])

    return schedule_many(
        Nodes(
            project=ints([project for project, _ in rows]),
            days=ints([node.days for _, node in rows]),
            working=np.array([node.unit is Unit.WORKING for _, node in rows], np.bool_),
            started_on=days("started_on"),
            done_on=days("done_on"),
            remaining_due_on=days("remaining_due_on"),
            earliest_on=days("earliest_on"),
            lead_days=ints([node.lead_days for _, node in rows]),
            lead_from_on=days("lead_from_on"),
            notice_days=ints([node.notice_days for _, node in rows]),
            notice_working=np.array(
                [node.notice_unit is Unit.WORKING for _, node in rows], np.bool_
            ),
        ),
        Edges(
            before=np.array([before for before, _, _ in links], np.intp),
            after=np.array([after for _, after, _ in links], np.intp),
            strength=np.array([strength for _, _, strength in links], np.int8),
        ),
        begin_on=ints([case.begin_on.toordinal() for case in cases]),
        target_on=ints([case.target_on.toordinal() for case in cases]),
        calendar=REAL,
    )


def told(plans: Plans, project: int, first: int, last: int) -> tuple[Any, ...]:
    return (
        bool(plans.feasible[project]),
        int(plans.finish_on[project]),
        [
            tuple(int(getattr(plans, name)[row]) for name in SLOT_COLUMNS)
            for row in range(first, last)
        ],
    )


SLOT_COLUMNS = (
    "earliest_start_on",
    "earliest_finish_on",
    "latest_start_on",
    "latest_finish_on",
    "latest_prepare_on",
    "slack_days",
    "critical",
    "provisional",
)


def expected(plan: Plan) -> tuple[Any, ...]:
    slots = sorted(plan.slots, key=lambda slot: int(slot.key))
    return (
        plan.feasible,
        plan.finish_on.toordinal(),
        [tuple(plain(getattr(slot, name)) for name in SLOT_COLUMNS) for slot in slots],
    )


def plain(value: Any) -> int:
    if value is None:
        return NONE
    return value.toordinal() if isinstance(value, date) else int(value)


def ints(values: Sequence[int]) -> Any:
    return np.array(values, np.int32)
