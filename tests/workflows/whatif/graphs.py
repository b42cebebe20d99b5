"""Random graphs and scenarios that fit them, and projects without a database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from kernel.clock import Unit
from kernel.plan import Edge, Node, Strength
from tests.kernel.clock.calendars import REAL
from workflows.procedures.planning import Graph
from workflows.whatif.queries import Stand, Standing
from workflows.whatif.scenario import Change, Kind, Scenario

BEGIN, TARGET = date(2026, 1, 14), date(2026, 3, 31)
WORKING, CALENDAR = Unit.WORKING, Unit.CALENDAR
HARD, SOFT, DEFICIENT = Strength.HARD, Strength.SOFT, Strength.DEFICIENT

days = st.integers(0, 40)
units = st.sampled_from([None, *Unit])
soon = st.integers(0, 60).map(lambda n: BEGIN + timedelta(days=n))
past = st.integers(1, 30).map(lambda n: BEGIN - timedelta(days=n))


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    node = st.one_of(
        st.builds(Node, st.just(""), days, st.sampled_from(Unit)),
        st.builds(
            Node,
            st.just(""),
            days,
            lead_days=st.integers(0, 20),
            lead_from_on=st.one_of(st.none(), past),
            notice_days=st.integers(0, 10),
        ),
        st.builds(Node, st.just(""), days, started_on=past, remaining_due_on=soon),
        st.builds(Node, st.just(""), days, done_on=past),
    )
    nodes = draw(st.lists(node, min_size=1, max_size=6))
    nodes = [replace(node, key=f"K{i}", label=f"事项{i}") for i, node in enumerate(nodes)]
    pairs = [(a, b) for b in range(len(nodes)) for a in range(b)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    edges = [Edge(f"K{a}", f"K{b}", draw(st.sampled_from(Strength))) for a, b in chosen]
    return Graph(tuple(nodes), tuple(edges), BEGIN, TARGET)


def changes(codes: Sequence[str]) -> st.SearchStrategy[Change]:
    """Any change of these matters, whether it fits or not; edges lead from earlier to later ones."""
    code = st.sampled_from(list(codes))
    pairs = [f"{a}-{b}" for n, b in enumerate(codes) for a in codes[:n]] or ["K0-K1"]
    return st.one_of(
        st.builds(
            Change,
            st.sampled_from([Kind.DAYS, Kind.LEFT, Kind.NOTICE]),
            code,
            days=days,
            unit=units,
        ),
        st.builds(Change, st.just(Kind.LEAD), code, days=days),
        st.builds(Change, st.sampled_from([Kind.COMMIT, Kind.LACK]), code),
        st.builds(Change, st.just(Kind.START), code, on=soon),
        st.builds(Change, st.sampled_from([Kind.TARGET, Kind.BEGIN]), on=soon),
        st.builds(
            Change,
            st.just(Kind.EDGE),
            st.sampled_from(pairs),
            strength=st.sampled_from([None, *Strength]),
        ),
    )


@st.composite
def scenarios(draw: st.DrawFn, codes: Sequence[str]) -> Scenario:
    scenario = Scenario()
    for change in draw(st.lists(changes(codes), max_size=8)):
        scenario = scenario.adding(change)
    return scenario


def graph(*nodes: Node, edges: Sequence[Edge] = (), target_on: date = TARGET) -> Graph:
    named = tuple(replace(node, label=node.label or f"事项{node.key}") for node in nodes)
    return Graph(named, tuple(edges), BEGIN, target_on)


def stand(n: int, of: Graph, industry: str = "energy", **deficiency: str) -> Stand:
    return Stand(
        number=f"ZGE-2026-{n:03d}",
        name=f"项目{n}（示例）",
        owner="某公司（示例）",
        industry=industry,
        graph=of,
        plan=of.plan(REAL) if of.nodes else None,
        numbers={node.key: f"ZGE-2026-{n:03d}-{node.key}" for node in of.nodes},
        deficiency=deficiency,
    )


def standing(*graphs: Graph) -> Standing:
    return Standing(BEGIN, REAL, tuple(stand(n, g) for n, g in enumerate(graphs, 1)))
