"""What stands on a missing paper (连锁风险): pure, on a project's ledger and plan in memory."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kernel.clock import WorkCalendar
from kernel.plan import Edge, Node, Plan, Slot, Strength
from workflows.procedures.lifecycle import FINISHED
from workflows.procedures.models import Procedure
from workflows.procedures.planning import Book, Graph

#: A soft edge is advice; nothing stands on it.
BINDING = (Strength.HARD, Strength.DEFICIENT)


@dataclass(frozen=True, slots=True)
class Exposed:
    """A later permit that stands on a missing paper, by which chain, as planned today and at worst."""

    procedure: Procedure
    chain: tuple[Procedure, ...]
    now: Slot
    worst: Slot

    @property
    def decided(self) -> bool:
        return self.procedure.state in FINISHED


def standing_on(code: str, edges: Iterable[Edge]) -> dict[str, tuple[str, ...]]:
    """Every matter that stands on ``code`` by binding edges, near or far, with the shortest chain to it."""
    after: dict[str, list[str]] = {}
    for edge in edges:
        if edge.strength in BINDING:
            after.setdefault(edge.before, []).append(edge.after)
    chains: dict[str, tuple[str, ...]] = {}
    ring: list[tuple[str, tuple[str, ...]]] = [(code, (code,))]
    while ring:
        reached: list[tuple[str, tuple[str, ...]]] = []
        for here, chain in ring:
            for there in after.get(here, ()):
                if there not in chains and there != code:
                    chains[there] = (*chain, there)
                    reached.append((there, chains[there]))
        ring = reached
    return chains


def held_back(graph: Graph, plan: Plan, until: Mapping[str, date], calendar: WorkCalendar) -> Plan:
    """The ``plan`` of ``graph`` when each matter of ``until`` is decided on that day at the earliest.

    The paper stands in it as a node of its own that only the decision waits for. Soft edges that gave
    way in ``plan`` stay away and the others hold, so that nothing ends earlier than in ``plan``. Raises
    what `kernel.plan.schedule` raises.
    """
    papers = [
        Node(f"{code}:paper", 0, started_on=graph.begin_on, remaining_due_on=day, label="容缺材料")
        for code, day in until.items()
    ]
    waits = [Edge(f"{code}:paper", code, Strength.DEFICIENT) for code in until]
    kept = [
        replace(edge, strength=Strength.HARD) if edge.strength is Strength.SOFT else edge
        for edge in graph.edges
        if edge not in plan.relaxed
    ]
    return graph._replace(nodes=[*graph.nodes, *papers], edges=[*kept, *waits]).plan(calendar)


def exposed(book: Book, procedure: Procedure, *, now: Plan, worst: Plan) -> list[Exposed]:
    """The permits that stand on ``procedure``, in ledger order, in the two plans."""
    by_code = {p.matter_code: p for p in book.procedures}
    chains = standing_on(procedure.matter_code, book.edges)
    slots, late = ({slot.key: slot for slot in plan.slots} for plan in (now, worst))
    return [
        Exposed(
            each,
            tuple(by_code[code] for code in chains[each.matter_code]),
            slots[each.matter_code],
            late[each.matter_code],
        )
        for each in book.procedures
        if each.matter_code in chains
    ]


def stands_on_missing(
    book: Book, procedure: Procedure, missing: Mapping[str, Collection[Any]]
) -> tuple[Procedure, ...]:
    """The chain from a procedure with a missing paper (``missing``: papers by procedure number) to
    ``procedure``; empty when there is none."""
    by_code = {p.matter_code: p for p in book.procedures}
    for each in book.procedures:
        if each.number in missing and each != procedure:
            chain = standing_on(each.matter_code, book.edges).get(procedure.matter_code)
            if chain:
                return tuple(by_code[code] for code in chain)
    return ()
