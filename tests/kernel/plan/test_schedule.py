from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.calendars.notices_data import NOTICES
from kernel.clock import Unit
from kernel.plan import (
    CycleFound,
    Edge,
    Node,
    Plan,
    PlanRefused,
    Strength,
    UnknownKey,
    schedule,
)
from tests.kernel.clock.calendars import REAL
from tests.kernel.clock.oracle import DAY, WallCalendar
from tests.kernel.plan.naive import Naive, chain_end, parts

WALL = WallCalendar(NOTICES)
BEGIN, TARGET = date(2025, 11, 1), date(2026, 3, 31)
SOFT, HARD, DEFICIENT = Strength.SOFT, Strength.HARD, Strength.DEFICIENT


def plan_of(
    nodes: list[Node], edges: list[Edge], begin_on: date = BEGIN, target_on: date = TARGET
) -> Plan:
    return schedule(nodes, edges, begin_on=begin_on, target_on=target_on, calendar=REAL)


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_cycles_are_named_in_order() -> None:
    nodes = [Node(key, 1) for key in "abcde"]
    ring = [Edge("b", "c"), Edge("c", "d"), Edge("d", "b"), Edge("a", "b"), Edge("d", "e")]
    for edges in permutations(ring):
        with pytest.raises(CycleFound, match="b → c → d → b") as found:
            plan_of(nodes, list(edges))
        assert found.value.keys == ("b", "c", "d")
    with pytest.raises(CycleFound, match="a → a"):
        plan_of(nodes, [Edge("a", "a")])


def test_every_cycle_named_is_a_cycle() -> None:
    keys = "abc"
    pairs = [(a, b) for a in keys for b in keys if a != b]
    for bits in product([False, True], repeat=len(pairs)):
        edges = [Edge(a, b) for (a, b), bit in zip(pairs, bits, strict=True) if bit]
        try:
            plan_of([Node(k, 1) for k in keys], edges)
        except CycleFound as found:
            ring = [*found.keys, found.keys[0]]
            assert all(Edge(a, b) in edges for a, b in pairwise(ring))
        else:
            order = list(permutations(keys))
            assert any(all(o.index(e.before) < o.index(e.after) for e in edges) for o in order)


def test_unknown_and_repeated_keys_are_refused_in_chinese() -> None:
    with pytest.raises(UnknownKey, match="“b”不在计划内") as refused:
        plan_of([Node("a", 1)], [Edge("a", "b")])
    assert refused.value.key == "b"
    for keys in ("aa", "aba"):
        with pytest.raises(PlanRefused, match="“a”在计划内重复出现"):
            plan_of([Node(key, 1) for key in keys], [])


def test_an_empty_plan_is_feasible() -> None:
    plan = plan_of([], [])
    assert (plan.feasible, plan.slots, plan.critical_path, plan.finish_on) == (True, (), (), BEGIN)


def test_a_chain_fills_the_hundred_and_two_days_and_not_one_more() -> None:
    chain = [Edge("a", "b"), Edge("b", "c")]
    full = plan_of([Node("a", 40), Node("b", 42), Node("c", 20)], chain)
    assert (full.feasible, full.critical_path, full.finish_on) == (True, ("a", "b", "c"), TARGET)
    assert {slot.slack_days for slot in full.slots} == {0}
    assert [slot.latest_start_on for slot in full.slots] == [
        day("2025-11-02"),  # a Sunday, still in time: the Friday before lies before the beginning
        day("2025-12-26"),
        day("2026-03-03"),
    ]
    over = plan_of([Node("a", 40), Node("b", 42), Node("c", 21)], chain)
    assert (over.feasible, over.conflict, over.short_by_days) == (False, ("a", "b", "c"), 1)


def test_the_conflict_leaves_out_what_is_not_needed_to_prove_it() -> None:
    nodes = [Node("备案", 1), Node("报告书", 60), Node("方案", 2), Node("许可", 50)]
    edges = [Edge("备案", "报告书"), Edge("报告书", "方案"), Edge("方案", "许可")]
    plan = plan_of(nodes, edges)
    assert plan.critical_path == ("备案", "报告书", "方案", "许可")
    assert plan.conflict == ("报告书", "许可")
    assert plan.short_by_days == 11
    assert all(slot.critical for slot in plan.slots)


def test_the_conflict_needs_every_member_even_one_day_long() -> None:
    plan = plan_of([Node("a", 102), Node("b", 1)], [Edge("a", "b")])
    assert plan.conflict == ("a", "b")


def test_what_can_give_way_proves_nothing_though_it_takes_as_long() -> None:
    nodes = [Node("b", 10), Node("c", 10), Node("a", 20)]
    plan = plan_of(nodes, [Edge("b", "c", SOFT)], target_on=WALL.add(BEGIN, 15))
    assert plan.critical_path == plan.conflict == ("a",)
    assert plan.relaxed == ()  # the order costs nothing: "a" is late without it


def test_the_conflict_reaches_through_a_deficient_edge() -> None:
    nodes = [Node("q", 1), Node("p", 102), Node("s", 5), Node("t", 1)]
    plan = plan_of(nodes, [Edge("q", "p"), Edge("p", "s", DEFICIENT), Edge("s", "t")])
    assert plan.critical_path == ("q", "p", "s", "t")
    assert plan.conflict == ("p", "t")


def test_a_calendar_day_limit_may_not_end_in_the_holiday() -> None:
    plan = plan_of([Node("a", 10, Unit.CALENDAR)], [], target_on=day("2026-02-20"))
    slot = plan.slot("a")
    # Working day 14 February is the last before the holiday: ten days back is the 4th.
    assert (slot.latest_start_on, slot.latest_finish_on) == (day("2026-02-04"), day("2026-02-14"))


def test_a_latest_start_is_a_working_day_where_that_costs_nothing() -> None:
    one = plan_of([Node("a", 1)], [], target_on=day("2026-03-09")).slot("a")
    assert one.latest_start_on == day("2026-03-06")  # not Sunday the 8th
    last_chance = plan_of(
        [Node("a", 1)], [], begin_on=day("2026-03-08"), target_on=day("2026-03-09")
    )
    assert last_chance.feasible
    assert last_chance.slot("a").latest_start_on == day("2026-03-08")


def test_a_deficient_edge_holds_the_decision_and_not_the_start() -> None:
    nodes = [Node("a", 10), Node("b", 4)]
    hard = plan_of(nodes, [Edge("a", "b")]).slot("b")
    lenient = plan_of(nodes, [Edge("a", "b", DEFICIENT)])
    assert hard.earliest_start_on == day("2025-11-14")
    assert lenient.slot("b").earliest_start_on == BEGIN
    assert lenient.slot("b").earliest_finish_on == lenient.slot("a").earliest_finish_on
    assert lenient.slot("a").latest_finish_on == TARGET


def test_a_soft_edge_binds_until_it_alone_is_in_the_way() -> None:
    nodes, edge = [Node("a", 10), Node("b", 5)], Edge("a", "b", SOFT, "")
    kept = plan_of(nodes, [edge], target_on=day("2025-11-21"))
    assert (kept.relaxed, kept.slot("b").earliest_start_on) == ((), day("2025-11-14"))
    dropped = plan_of(nodes, [edge], target_on=day("2025-11-20"))
    assert (dropped.relaxed, dropped.feasible) == ((edge,), True)
    assert dropped.slot("b").earliest_start_on == BEGIN


def test_a_soft_edge_that_gave_way_in_vain_is_taken_back() -> None:
    """Twelve working days to the 19th: a and b take twenty, b and c just twelve."""
    nodes = [Node("a", 10), Node("b", 10), Node("c", 2)]
    edges = [Edge("a", "b", SOFT), Edge("b", "c", SOFT)]
    plan = plan_of(nodes, edges, day("2025-11-03"), day("2025-11-19"))
    assert (plan.feasible, plan.relaxed) == (True, (edges[0],))
    assert plan.slot("c").earliest_finish_on == day("2025-11-19")


@pytest.mark.parametrize("strength", Strength)
def test_of_chains_equally_long_the_first_as_given_is_the_path(strength: Strength) -> None:
    nodes = [Node("a", 5), Node("b", 5), Node("c", 1), Node("d", 1)]
    edges = [Edge("a", "c", strength), Edge("b", "c", strength), Edge("c", "d")]
    assert plan_of(nodes, edges).critical_path == ("a", "c", "d")


def test_who_did_not_have_to_wait_is_held_by_nobody() -> None:
    """Decided on the very day the next may begin at the earliest: no part of its path."""
    nodes = [Node("a", 5), Node("b", 9, earliest_on=day("2025-11-10"))]
    plan = plan_of(nodes, [Edge("a", "b")], day("2025-11-03"))
    assert plan.slot("a").earliest_finish_on == day("2025-11-10")
    assert plan.critical_path == ("b",)


def test_the_conflict_goes_through_what_runs_by_its_expected_day() -> None:
    nodes = [
        Node("a", 5, started_on=day("2026-02-27"), remaining_due_on=day("2026-03-20")),
        Node("b", 10),
    ]
    plan = plan_of(nodes, [Edge("a", "b")], day("2026-03-02"))
    assert plan.conflict == ("a", "b")
    assert plan.conflict_ends == (day("2026-03-20"), day("2026-04-03"))
    assert plan.short_by_days == 3


def test_the_past_is_frozen() -> None:
    today = day("2026-01-05")
    nodes = [
        Node("done", 20, started_on=day("2025-11-03"), done_on=day("2025-12-01")),
        Node("late", 5, started_on=day("2025-12-01")),
        Node("running", 5, started_on=day("2026-01-05"), remaining_due_on=day("2026-01-20")),
        Node("next", 5),
    ]
    edges = [Edge("done", "next"), Edge("late", "next"), Edge("running", "next")]
    plan = plan_of(nodes, edges, begin_on=today)
    done = plan.slot("done")
    assert (done.earliest_start_on, done.latest_finish_on) == (day("2025-11-03"), day("2025-12-01"))
    assert done.latest_start_on == day("2025-11-03")
    assert not done.critical
    assert plan.slot("running").latest_start_on == day("2026-01-05")
    assert plan.slot("late").earliest_finish_on == today  # overdue: today at the earliest
    assert plan.slot("running").earliest_finish_on == day("2026-01-20")
    assert plan.slot("next").earliest_start_on == day("2026-01-20")
    assert plan.critical_path == ("running", "next")


def test_slots_past_the_last_notice_are_provisional() -> None:
    plan = plan_of([Node("a", 5), Node("b", 5)], [Edge("a", "b")], target_on=day("2027-01-04"))
    assert [slot.provisional for slot in plan.slots] == [False, True]


def test_a_slot_nobody_planned_raises() -> None:
    with pytest.raises(KeyError):
        plan_of([], []).slot("a")
    assert Strength("deficient").label == "可容缺受理"


def test_papers_take_their_time_before_the_start() -> None:
    """Begun on Monday 3 November: ten working days of preparing end on the 17th."""
    monday, end = day("2025-11-03"), day("2025-12-31")
    slot = plan_of([Node("a", 5, lead_days=10)], [], monday, end).slot("a")
    assert (slot.earliest_start_on, slot.earliest_finish_on) == (
        day("2025-11-17"),
        day("2025-11-24"),
    )
    assert (slot.latest_start_on, slot.latest_prepare_on) == (day("2025-12-24"), day("2025-12-10"))
    since = Node("a", 5, lead_days=10, lead_from_on=day("2025-10-27"))
    assert plan_of([since], [], monday, end).slot("a").earliest_start_on == day("2025-11-10")
    begun = Node("a", 5, started_on=day("2025-10-27"), lead_days=10)
    assert plan_of([begun], [], monday, end).slot("a").latest_prepare_on is None
    assert plan_of([Node("a", 5)], [], monday, end).slot("a").latest_prepare_on is None


def test_a_public_notice_follows_the_limit_in_its_own_unit() -> None:
    """Five working days to Monday the 10th, then five days: Saturday the 15th moves to Monday."""
    slot = plan_of([Node("a", 5, notice_days=5)], [], day("2025-11-03")).slot("a")
    assert slot.earliest_finish_on == day("2025-11-17")


def test_the_float_of_a_party_is_the_least_slack_of_what_it_still_has_to_do() -> None:
    """To the 14th from Monday the 3rd: nine working days, less what each takes."""
    nodes = [
        Node("a", 3, party="住建局"),
        Node("b", 5, party="住建局"),
        Node("c", 1, party="水利局"),
        Node("d", 8, party="水利局", done_on=day("2025-11-03")),
        Node("e", 9),
    ]
    plan = plan_of(nodes, [], day("2025-11-03"), day("2025-11-14"))
    assert plan.floats == {"住建局": 4, "水利局": 8}


@pytest.mark.parametrize(
    ("target", "critical"),
    [
        ("2025-11-14", "a"),  # nine working days: a fits exactly, b and c have a day to spare
        ("2025-11-28", "a"),  # ten days to spare: a alone has the fewest
        ("2025-11-13", "abc"),  # a is a day late, b and c fit exactly
    ],
)
def test_critical_is_what_has_no_more_slack_than_the_tightest(target: str, critical: str) -> None:
    nodes = [Node("a", 9), Node("b", 8), Node("c", 8), Node("d", 2)]
    nodes.append(Node("e", 9, done_on=day("2025-11-03")))
    plan = plan_of(nodes, [], day("2025-11-03"), day(target))
    assert "".join(slot.key for slot in plan.slots if slot.critical) == critical


def test_of_two_matters_equally_tight_both_are_critical_and_one_is_the_path() -> None:
    plan = plan_of([Node("a", 5), Node("b", 5), Node("c", 4)], [], day("2025-11-03"))
    assert plan.critical_path == ("a",)
    assert [slot.critical for slot in plan.slots] == [True, True, False]


# Against the slow planner --------------------------------------------------------------------------


def by_hand(node: Node, start: date) -> date:
    """The limit, then the public notice."""
    limit = WALL.finish(start, node.days, node.unit)
    return WALL.finish(limit, node.notice_days, node.notice_unit)


@st.composite
def graphs(
    draw: st.DrawFn, most: int = 6, strengths: tuple[Strength, ...] = tuple(Strength)
) -> tuple[list[Node], list[Edge]]:
    begun = BEGIN - timedelta(days=20)
    past = st.integers(0, 19).map(lambda n: begun + timedelta(days=n))
    soon = st.integers(0, 40).map(lambda n: BEGIN + timedelta(days=n))
    unit = st.sampled_from(Unit)
    node = st.one_of(
        st.builds(Node, st.just(""), st.integers(0, 30), unit),
        st.builds(Node, st.just(""), st.integers(0, 30), unit, earliest_on=soon),
        st.builds(
            Node,
            st.just(""),
            st.integers(0, 30),
            unit,
            lead_days=st.integers(0, 20),
            lead_from_on=st.one_of(st.none(), past, soon),
            notice_days=st.integers(0, 12),
            notice_unit=unit,
        ),
        st.builds(
            Node,
            st.just(""),
            st.integers(0, 30),
            unit,
            started_on=past,
            remaining_due_on=st.one_of(st.none(), soon),
        ),
        st.builds(Node, st.just(""), st.integers(0, 30), unit, done_on=past),
    )
    nodes = draw(st.lists(node, min_size=1, max_size=most))
    nodes = [replace(node, key=f"k{i}") for i, node in enumerate(nodes)]
    pairs = [(a, b) for b in range(len(nodes)) for a in range(b)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    edges = [Edge(f"k{a}", f"k{b}", draw(st.sampled_from(strengths))) for a, b in chosen]
    return nodes, edges


targets = st.integers(0, 130).map(lambda n: BEGIN + timedelta(days=n))


@settings(deadline=None, max_examples=300)
@given(graphs(), targets)
def test_earliest_days_and_feasibility_equal_the_slow_planner(
    graph: tuple[list[Node], list[Edge]], target: date
) -> None:
    nodes, edges = graph
    plan = plan_of(nodes, edges, target_on=target)
    naive = Naive(nodes, [e for e in edges if e not in plan.relaxed], BEGIN, WALL)
    for slot in plan.slots:
        assert (slot.earliest_start_on, slot.earliest_finish_on) == naive.earliest(slot.key)
    assert plan.finish_on == naive.end()
    assert plan.feasible == (naive.end() <= target)
    firm = {(e.before, e.after) for e in edges if e.strength is not SOFT}
    assert plan.feasible or firm.issuperset(pairwise(plan.critical_path))
    assert bool(plan.conflict) != plan.feasible
    assert (plan.short_by_days > 0) != plan.feasible
    if not plan.feasible:
        assert plan.short_by_days == max(1, WALL.between(target, plan.finish_on))


@settings(deadline=None, max_examples=300)
@given(graphs(), targets)
def test_soft_edges_give_way_only_where_they_must(
    graph: tuple[list[Node], list[Edge]], target: date
) -> None:
    nodes, edges = graph
    plan = plan_of(nodes, edges, target_on=target)
    firm = [e for e in edges if e.strength is not SOFT]
    best = Naive(nodes, firm, BEGIN, WALL).end()
    assert plan.feasible == (best <= target)
    assert all(edge.strength is SOFT for edge in plan.relaxed)
    bound = max(best, target)
    assert plan.finish_on <= bound
    for edge in plan.relaxed:  # none was dropped in vain
        kept = [e for e in edges if e not in plan.relaxed or e == edge]
        assert Naive(nodes, kept, BEGIN, WALL).end() > bound


@settings(deadline=None, max_examples=300)
@given(graphs(), targets)
def test_the_backward_plan_run_forwards_ends_by_the_target(
    graph: tuple[list[Node], list[Edge]], target: date
) -> None:
    nodes, edges = graph
    plan = plan_of(nodes, edges, target_on=target)
    if not plan.feasible:
        return
    by_key = {node.key: node for node in nodes}
    ends = {}
    for slot in plan.slots:
        node = by_key[slot.key]
        if node.done_on:
            ends[slot.key] = node.done_on
        elif node.started_on:
            ends[slot.key] = slot.latest_finish_on
        else:
            assert slot.earliest_start_on <= slot.latest_start_on
            ends[slot.key] = by_hand(node, slot.latest_start_on)
            if slot.latest_prepare_on:
                ready = WALL.finish(slot.latest_prepare_on, node.lead_days, Unit.WORKING)
                assert ready <= slot.latest_start_on
        assert slot.earliest_finish_on <= slot.latest_finish_on <= target
        assert ends[slot.key] <= slot.latest_finish_on
        assert slot.slack_days >= 0
    for edge in edges:
        after = by_key[edge.after]
        if edge in plan.relaxed or after.done_on:
            continue
        if edge.strength is DEFICIENT:
            assert ends[edge.before] <= plan.slot(edge.after).latest_finish_on
        elif not after.started_on:
            assert ends[edge.before] <= plan.slot(edge.after).latest_start_on


@settings(deadline=None, max_examples=200)
@given(graphs(), targets)
def test_one_day_later_than_the_latest_start_is_too_late(
    graph: tuple[list[Node], list[Edge]], target: date
) -> None:
    """Delay one node alone past its latest start, and the slow planner misses the target."""
    nodes, edges = graph
    plan = plan_of(nodes, edges, target_on=target)
    if not plan.feasible:
        return
    kept = [e for e in edges if e not in plan.relaxed]
    for i, node in enumerate(nodes):
        if node.started_on or node.done_on:
            continue
        slot = plan.slot(node.key)

        def end(earliest_on: date, i: int = i, node: Node = node) -> date:
            late = replace(node, earliest_on=earliest_on)
            return Naive([*nodes[:i], late, *nodes[i + 1 :]], kept, BEGIN, WALL).end()

        assert end(slot.latest_start_on) <= target
        later = slot.latest_start_on + DAY
        while not WALL.is_working(later):  # a latest start is given as a working day
            later += DAY
        assert end(later) > target


@settings(deadline=None, max_examples=300)
@given(graphs(most=6, strengths=(HARD, HARD, DEFICIENT)), targets)
def test_the_conflict_is_minimal(graph: tuple[list[Node], list[Edge]], target: date) -> None:
    nodes, edges = graph
    plan = plan_of(nodes, edges, target_on=target)
    naive = Naive(nodes, edges, BEGIN, WALL)
    path = plan.critical_path
    assert chain_end(path, path, naive) == plan.finish_on
    if plan.feasible:
        return
    assert [key for key in path if key in plan.conflict] == list(plan.conflict)
    assert chain_end(plan.conflict, path, naive) > target
    for part in parts(plan.conflict):
        assert chain_end(part, path, naive) <= target


@settings(deadline=None)
@given(graphs(), targets, st.randoms(use_true_random=False))
def test_the_same_graph_gives_the_same_plan(
    graph: tuple[list[Node], list[Edge]], target: date, random: object
) -> None:
    nodes, edges = graph
    first = plan_of(nodes, edges, target_on=target)
    random.shuffle(edges)  # type: ignore[attr-defined]
    again = plan_of(nodes, edges, target_on=target)
    assert again == first
    places = {slot.key: i for i, slot in enumerate(first.slots)}
    assert all(places[e.before] < places[e.after] for e in edges)
