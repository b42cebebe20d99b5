"""A scenario laid over a graph: equal to the graph written out by hand, and the past stays."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.plan import Edge, Node, schedule
from tests.kernel.clock.calendars import REAL
from tests.workflows.whatif.graphs import (
    BEGIN,
    CALENDAR,
    DEFICIENT,
    HARD,
    SOFT,
    graph,
    graphs,
    scenarios,
)
from workflows.procedures.planning import Graph
from workflows.whatif.applying import apply, fitting, plan
from workflows.whatif.scenario import Change, Kind, Scenario, ScenarioRefused, read

NOT_BEGUN = Node("B01", 20)
RUNNING = Node("B02", 20, started_on=date(2026, 1, 5), remaining_due_on=date(2026, 2, 2))
DONE = Node("B03", 20, done_on=date(2026, 1, 6))


def scenario(**query: list[str] | str) -> Scenario:
    found = read({name: [v] if isinstance(v, str) else v for name, v in query.items()})
    assert not found.faults
    return found.scenario


def refused(of: Graph, **query: list[str] | str) -> str:
    with pytest.raises(ScenarioRefused) as refusal:
        plan(scenario(**query), of, REAL)
    (fault,) = refusal.value.faults
    assert fault.endswith("。")
    return fault


def by_hand(chosen: Scenario, of: Graph) -> Graph:
    """The changed graph written out node by node and edge by edge, from the words of the changes."""
    said = {(c.kind, c.subject): c for c in chosen.changes}
    begin = said.get((Kind.BEGIN, ""))
    nodes = []
    for node in of.nodes:
        its = {kind: said[kind, node.key] for kind in Kind if (kind, node.key) in said}
        left, start, notice = its.get(Kind.LEFT), its.get(Kind.START), its.get(Kind.NOTICE)
        commit = Kind.COMMIT in its
        open_ = not (node.started_on or node.done_on)
        late = begin.on if begin and open_ else None
        nodes.append(
            replace(
                node,
                days=0 if commit else its[Kind.DAYS].days if Kind.DAYS in its else node.days,
                unit=(its[Kind.DAYS].unit or node.unit) if Kind.DAYS in its else node.unit,
                remaining_due_on=REAL.finish(BEGIN, left.days, left.unit or node.unit)
                if left
                else node.remaining_due_on,
                earliest_on=start.on if start else late or node.earliest_on,
                lead_days=its[Kind.LEAD].days
                if Kind.LEAD in its
                else 0
                if start
                else node.lead_days,
                lead_from_on=late or node.lead_from_on,
                notice_days=notice.days if notice else 0 if commit else node.notice_days,
                notice_unit=(notice.unit or node.notice_unit) if notice else node.notice_unit,
            )
        )
    edges = []
    for a in of.nodes:
        for b in of.nodes:
            there = next((e for e in of.edges if (e.before, e.after) == (a.key, b.key)), None)
            change = said.get((Kind.EDGE, f"{a.key}-{b.key}"))
            if change:
                if change.strength:
                    edges.append(Edge(a.key, b.key, change.strength))
            elif there:
                lacks = (Kind.LACK, b.key) in said
                edges.append(replace(there, strength=DEFICIENT) if lacks else there)
    target = said.get((Kind.TARGET, ""))
    return Graph(nodes, edges, of.begin_on, target.on if target and target.on else of.target_on)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_the_plan_equals_the_schedule_of_the_graph_written_by_hand(data: st.DataObject) -> None:
    of = data.draw(graphs())
    drawn = data.draw(scenarios([node.key for node in of.nodes]))
    chosen = fitting(drawn, of)
    expected = by_hand(chosen, of)
    assert plan(chosen, of, REAL) == schedule(
        expected.nodes,
        expected.edges,
        begin_on=expected.begin_on,
        target_on=expected.target_on,
        calendar=REAL,
    )


@settings(deadline=None)
@given(st.data())
def test_what_is_done_stays_and_what_runs_keeps_its_start(data: st.DataObject) -> None:
    of = data.draw(graphs())
    chosen = fitting(data.draw(scenarios([node.key for node in of.nodes])), of)
    before, after = of.plan(REAL), plan(chosen, of, REAL)
    for node in of.nodes:
        if node.started_on or node.done_on:
            assert after.slot(node.key).earliest_start_on == before.slot(node.key).earliest_start_on
        if node.done_on:
            assert after.slot(node.key).earliest_finish_on == node.done_on


@given(graphs())
def test_no_change_is_the_very_same_graph(of: Graph) -> None:
    assert apply(Scenario(), of, REAL) is of


@pytest.mark.parametrize("kind", ["days", "lead", "notice", "start", "commit", "lack", "left"])
def test_of_what_is_done_nothing_changes(kind: str) -> None:
    value = {"start": "B03:2026-02-01", "commit": "B03", "lack": "B03"}.get(kind, "B03:5")
    fault = refused(graph(DONE, NOT_BEGUN, edges=[Edge("B01", "B03")]), **{kind: value})
    assert "事项B03（B03）已于 2026-01-06 办结" in fault


@pytest.mark.parametrize("kind", ["days", "lead", "notice", "start", "commit", "lack"])
def test_of_what_runs_only_the_time_left_changes(kind: str) -> None:
    value = {"start": "B02:2026-02-01", "commit": "B02", "lack": "B02"}.get(kind, "B02:5")
    of = graph(RUNNING)
    assert "剩余用时" in refused(of, **{kind: value})
    slot = plan(scenario(left="B02:5w"), of, REAL).slot("B02")
    assert slot.earliest_start_on == RUNNING.started_on
    assert slot.earliest_finish_on == REAL.add(BEGIN, 5)
    assert plan(scenario(left="B02:0"), of, REAL).finish_on == BEGIN


def test_what_has_not_begun_has_no_time_left() -> None:
    assert "还没有起算" in refused(graph(NOT_BEGUN), left="B01:3")


def test_a_matter_the_project_does_not_have_is_named() -> None:
    assert "Z99" in refused(graph(NOT_BEGUN), days="Z99:3")
    assert "Z99" in refused(graph(NOT_BEGUN), edge="Z99-B01:hard")


def test_days_that_have_passed_or_are_years_away_are_refused() -> None:
    of = graph(NOT_BEGUN)
    for name, text in (("start", "B01:{}"), ("target", "{}"), ("begin", "{}")):
        assert "已经过去" in refused(of, **{name: text.format("2026-01-13")})
        assert "五年" in refused(of, **{name: text.format("2036-01-13")})


def test_edges_that_no_longer_bind_are_refused() -> None:
    of = graph(DONE, RUNNING, NOT_BEGUN)
    assert "不再起作用" in refused(of, edge="B03-B01:hard")
    assert "不会再等" in refused(of, edge="B01-B02:hard")
    assert "没有这条前置关系" in refused(of, edge="B02-B01:none")
    assert "没有要等的" in refused(of, lack="B01")
    held = plan(scenario(edge="B01-B02:deficient"), of, REAL)
    assert held.slot("B02").earliest_finish_on == REAL.add(BEGIN, 20)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(ScenarioRefused) as refusal:
        plan(scenario(days=["B03:1", "Z99:1"], left="B01:1"), graph(DONE, NOT_BEGUN), REAL)
    assert len(refusal.value.faults) == 3


def test_a_cycle_is_named_as_a_chain_of_matters() -> None:
    of = graph(
        Node("A", 1, label="备案"),
        Node("B", 1, label="环评"),
        Node("C", 1, label="能评"),
        edges=[Edge("A", "B"), Edge("B", "C")],
    )
    assert "备案（A） → 环评（B） → 能评（C） → 备案（A）" in refused(of, edge="C-A:soft")
    back = scenario(edge=["C-A:soft", "A-B:none"])
    assert plan(back, of, REAL).critical_path == ("B", "C", "A")


def test_zero_days_and_the_longest_allowed_both_plan() -> None:
    of = graph(Node("A", 20), Node("B", 20), edges=[Edge("A", "B")])
    assert plan(scenario(days=["A:0", "B:0"]), of, REAL).finish_on == BEGIN
    assert plan(scenario(days=["A:365c", "B:365c"]), of, REAL).finish_on > date(2028, 1, 1)


def test_days_that_no_calendar_reaches_are_refused() -> None:
    nodes = [Node(f"K{n}", 20) for n in range(40)]
    of = graph(*nodes, edges=[Edge(f"K{n}", f"K{n + 1}") for n in range(39)])
    assert "工作日历" in refused(of, days=[f"K{n}:365w" for n in range(40)])


def test_a_commitment_decides_on_the_spot_and_a_notice_that_is_stated_stays() -> None:
    of = graph(Node("A", 20, CALENDAR, notice_days=5, lead_days=3))
    ready = REAL.add(BEGIN, 3)
    assert plan(scenario(commit="A"), of, REAL).finish_on == ready
    assert plan(scenario(commit="A", notice="A:2w"), of, REAL).finish_on == REAL.add(ready, 2)


def test_a_start_stands_for_papers_that_are_ready_then() -> None:
    of = graph(Node("A", 10, lead_days=30))
    on = BEGIN + timedelta(days=5)
    assert plan(scenario(start=f"A:{on}"), of, REAL).slot("A").earliest_start_on == on
    both = plan(scenario(start=f"A:{on}", lead="A:10"), of, REAL)
    assert both.slot("A").earliest_start_on == REAL.add(BEGIN, 10)


def test_deficient_acceptance_lets_go_of_the_start_but_not_of_the_decision() -> None:
    edges = [Edge("A", "C", HARD), Edge("B", "C", SOFT)]
    of = graph(Node("A", 30), Node("B", 10), Node("C", 20), edges=edges)
    lacking = plan(scenario(lack="C"), of, REAL).slot("C")
    assert lacking.earliest_start_on == BEGIN
    assert lacking.earliest_finish_on == REAL.add(BEGIN, 30)
    stated = apply(scenario(lack="C", edge="A-C:hard"), of, REAL)
    assert [edge.strength for edge in stated.edges] == [HARD, DEFICIENT]


def test_beginning_later_moves_what_has_not_begun_and_its_papers() -> None:
    later = BEGIN + timedelta(days=12)
    of = graph(RUNNING, Node("A", 10, lead_days=5, lead_from_on=date(2025, 12, 1)))
    begun = plan(scenario(begin=f"{later}"), of, REAL)
    assert begun.slot("B02").earliest_finish_on == RUNNING.remaining_due_on
    assert begun.slot("A").earliest_start_on == REAL.add(later, 5)


def test_of_many_changes_a_project_takes_what_fits() -> None:
    chosen = scenario(days=["B01:3", "B02:3", "B03:3", "Z99:3"], left="B02:1")
    taken = fitting(chosen, graph(DONE, RUNNING, NOT_BEGUN))
    assert taken.changes == (Change(Kind.DAYS, "B01", 3), Change(Kind.LEFT, "B02", 1))
