"""Ranked gains: equal to trying every matter of every project, within a bound that is told."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.plan import Edge, Node, Strength
from tests.kernel.clock.calendars import REAL
from tests.workflows.whatif.graphs import graph, graphs, standing
from workflows.whatif.applying import plan
from workflows.whatif.gains import Cut, ranking
from workflows.whatif.scenario import Change, Kind, Scenario, read
from workflows.whatif.whole import hits, lay_over

SOON = date(2026, 2, 10)


@settings(deadline=None)
@given(st.lists(graphs(), min_size=1, max_size=4), st.dates(date(2026, 1, 14), date(2026, 3, 1)))
def test_it_finds_what_trying_everything_finds(found: list, target: date) -> None:
    found = [g._replace(target_on=target) for g in found]
    whole = lay_over(Scenario(), standing(*found))
    won = {gain.code: gain.won for gain in ranking(whole, REAL, Cut.HALF).gains}
    for code in {node.key for g in found for node in g.nodes}:
        tried = 0
        for g in found:
            node = next((node for node in g.nodes if node.key == code), None)
            if node is None or node.started_on or node.done_on or g.plan(REAL).feasible:
                continue
            half = Scenario((Change(Kind.DAYS, code, (node.days + 1) // 2),))
            tried += hits(plan(half, g, REAL))
        assert won.get(code, 0) == tried


def test_the_matter_that_turns_most_projects_stands_first() -> None:
    short = [graph(Node("A", 24), Node("B", 4), target_on=SOON) for _ in range(2)]
    chain = [Edge("A", "B"), Edge("B", "C")]
    long = graph(Node("A", 8), Node("B", 30), Node("C", 2), edges=chain, target_on=SOON)
    whole = lay_over(Scenario(), standing(*short, long))
    ranked = ranking(whole, REAL, Cut.HALF)
    assert [(g.code, g.tried, g.won) for g in ranked.gains][:1] == [("A", 3, 2)]
    assert (ranked.missing, ranked.left_out) == (3, 0)
    assert (ranked.gains[0].most_days, ranked.gains[0].cut_days) == (24, 12)


def test_the_shortest_of_the_list_is_the_other_measure() -> None:
    whole = lay_over(
        Scenario(), standing(graph(Node("A", 30), target_on=SOON), graph(Node("A", 5)))
    )
    (gain,) = ranking(whole, REAL, Cut.LEAST).gains
    assert (gain.won, gain.cut_days) == (1, 5)


def test_an_order_that_can_give_way_hides_no_gain() -> None:
    """B before C takes as long as A alone; but B and C may run side by side, and A is what is late."""
    nodes = [Node("B", 8), Node("C", 8), Node("A", 16)]
    here = graph(*nodes, edges=[Edge("B", "C", Strength.SOFT)], target_on=date(2026, 1, 30))
    gains = ranking(lay_over(Scenario(), standing(here)), REAL, Cut.HALF).gains
    assert {gain.code: gain.won for gain in gains} == {"A": 1}


def test_it_stands_on_top_of_the_scenario() -> None:
    here = standing(graph(Node("A", 30), Node("B", 30), edges=[Edge("A", "B")], target_on=SOON))
    assert {g.won for g in ranking(lay_over(Scenario(), here), REAL, Cut.HALF).gains} == {0}
    shorter = lay_over(read({"days": ["A:3"]}).scenario, here)
    assert {g.code: g.won for g in ranking(shorter, REAL, Cut.HALF).gains} == {"A": 0, "B": 1}


def test_what_is_beyond_the_bound_is_told() -> None:
    many = standing(*(graph(Node("A", 30), target_on=SOON) for _ in range(5)))
    ranked = ranking(lay_over(Scenario(), many), REAL, Cut.HALF, most=3)
    assert (ranked.missing, ranked.left_out) == (5, 2)
    assert ranked.gains[0].tried == 3
