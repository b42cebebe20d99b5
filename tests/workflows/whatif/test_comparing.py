"""Both plans side by side: what moved, and by how many working days."""

from datetime import date, timedelta

from kernel.plan import Edge, Node
from tests.kernel.clock.calendars import REAL
from tests.workflows.whatif.graphs import BEGIN, graph
from workflows.whatif.comparing import compare, spare

CHAIN = graph(Node("A", 10), Node("B", 10), Node("C", 2), edges=[Edge("A", "B")])
BEFORE = CHAIN.plan(REAL)


def test_the_same_plan_moves_nothing() -> None:
    answer = compare(BEFORE, BEFORE, REAL)
    assert answer.moved == ()
    assert answer.finish.days == 0


def test_what_follows_moves_and_what_stands_aside_does_not() -> None:
    after = graph(Node("A", 15), Node("B", 10), Node("C", 2), edges=[Edge("A", "B")]).plan(REAL)
    answer = compare(BEFORE, after, REAL)
    moved = {one.after.key: one for one in answer.moved}
    assert answer.finish.days == 5
    assert set(moved) == {"A", "B"}
    assert moved["A"].earliest_start.days == 0
    assert moved["A"].earliest_finish.days == moved["B"].earliest_start.days == 5
    assert moved["A"].slack == moved["B"].slack == -5
    assert spare(after, REAL) == spare(BEFORE, REAL) - 5


def test_a_target_moves_the_latest_days_alone() -> None:
    later = CHAIN._replace(target_on=CHAIN.target_on + timedelta(days=7)).plan(REAL)
    for one in compare(BEFORE, later, REAL).moved:
        assert not one.earliest_start.moved
        assert one.latest_finish.moved


def test_a_matter_that_comes_to_hold_the_plan_is_marked() -> None:
    after = graph(Node("A", 10), Node("B", 10), Node("C", 60), edges=[Edge("A", "B")]).plan(REAL)
    (one,) = [m for m in compare(BEFORE, after, REAL).moved if m.after.key == "C"]
    assert one.turned_critical


def test_days_without_a_published_notice_are_provisional() -> None:
    far = graph(Node("A", 300)).plan(REAL)
    near = graph(Node("A", 3)).plan(REAL)
    assert far.finish_on > date(2027, 1, 1) > BEGIN
    assert compare(near, far, REAL).finish.provisional
    assert not compare(far, near, REAL).finish.provisional
