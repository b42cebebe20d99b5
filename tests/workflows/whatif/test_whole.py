"""A scenario over the whole list: no change is the list as it stands, and the counts add up."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.plan import Edge, Node
from tests.kernel.clock.calendars import REAL
from tests.workflows.whatif.graphs import TARGET, graph, graphs, scenarios, stand, standing
from workflows.whatif.applying import fitting, plan
from workflows.whatif.queries import Standing
from workflows.whatif.scenario import Change, Kind, Scenario, ScenarioRefused, read
from workflows.whatif.whole import Turn, hits, lay_over

SOON = date(2026, 2, 10)  # 19 working days after the 14th of January


def of(**query: str) -> Scenario:
    return read({name: [value] for name, value in query.items()}).scenario


@given(st.lists(graphs(), max_size=4))
def test_no_change_is_the_list_as_it_stands(found: list) -> None:
    here = standing(*found)
    whole = lay_over(Scenario(), here)
    assert all(row.after is row.stand.plan for row in whole.rows)
    assert whole.hits_after == whole.hits_before == sum(g.plan(REAL).feasible for g in found)
    assert whole.rate_after == whole.rate_before
    assert whole.moved == []
    assert whole.count(Turn.WON) == whole.count(Turn.LOST) == 0


@settings(deadline=None)
@given(st.data())
def test_each_project_is_planned_as_if_alone_and_the_counts_add_up(data: st.DataObject) -> None:
    found = data.draw(st.lists(graphs(), min_size=1, max_size=4))
    drawn = data.draw(scenarios([f"K{n}" for n in range(6)]))
    taken = [c for c in drawn.changes if any(fitting(Scenario((c,)), g) for g in found)]
    chosen = Scenario(tuple(c for c in taken if c.kind not in (Kind.TARGET, Kind.BEGIN)))
    whole = lay_over(chosen, standing(*found))
    for row, alone in zip(whole.rows, found, strict=True):
        assert row.after == plan(fitting(chosen, alone), alone, REAL)
    assert sum(whole.count(turn) for turn in Turn) == whole.total == len(found)
    won, lost = whole.count(Turn.WON), whole.count(Turn.LOST)
    assert whole.hits_after - whole.hits_before == won - lost
    for change in chosen.changes:
        assert whole.reach[change] == sum(change in row.scenario.changes for row in whole.rows)


def three() -> Standing:
    """One that misses by B01, one that hits, one that has begun B01."""
    return standing(
        graph(Node("B01", 40), target_on=SOON),
        graph(Node("B01", 10), Node("C01", 5), edges=[Edge("B01", "C01")], target_on=SOON),
        graph(Node("B01", 40, started_on=date(2026, 1, 5), remaining_due_on=TARGET)),
    )


def test_shorter_times_turn_a_miss_and_leave_what_has_begun() -> None:
    whole = lay_over(of(days="B01:10"), three())
    assert [row.turn for row in whole.rows] == [Turn.WON, Turn.KEPT, Turn.KEPT]
    assert (str(whole.rate_before), str(whole.rate_after)) == ("66.7", "100.0")
    assert list(whole.reach.values()) == [2]
    assert [(row.stand.number, row.days) for row in whole.moved] == [("ZGE-2026-001", -30)]


def test_longer_times_turn_a_hit_and_the_greatest_effect_stands_first() -> None:
    whole = lay_over(of(days="B01:45"), three())
    assert [row.turn for row in whole.rows] == [Turn.MISSED, Turn.LOST, Turn.KEPT]
    assert [row.days for row in whole.moved] == [35, 5]


def test_a_project_without_procedures_counts_and_hits_nothing() -> None:
    whole = lay_over(Scenario(), standing(graph(), graph(Node("B01", 1))))
    assert (whole.hits_before, whole.total) == (1, 2)
    assert not hits(whole.rows[0].after)


@pytest.mark.parametrize("name", ["target", "begin"])
def test_days_of_one_project_are_refused_for_the_list(name: str) -> None:
    with pytest.raises(ScenarioRefused, match="单个项目"):
        lay_over(of(**{name: "2026-02-02"}), three())


def test_a_change_that_fits_nobody_is_refused() -> None:
    for scenario in (of(days="Z99:3"), of(left="C01:3"), of(edge="C01-B02:none")):
        with pytest.raises(ScenarioRefused, match="没有项目可用"):
            lay_over(scenario, three())


def test_a_cycle_names_the_project() -> None:
    with pytest.raises(ScenarioRefused, match=r"项目2（示例）.*首尾相接"):
        lay_over(of(edge="C01-B01:hard"), three())


def test_the_names_of_changes_come_from_the_list() -> None:
    change = Change(Kind.DAYS, "B01", 3)
    assert change.said(stand(1, graph(Node("B01", 1))).names) == "事项B01（B01）：办理用时改为 3 天"
