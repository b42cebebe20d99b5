"""What stands on a missing paper (连锁风险): pure, on a project's ledger in memory."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kernel.clock import WorkCalendar
from kernel.plan import Edge, Strength
from workflows.procedures.lifecycle import FINISHED
from workflows.procedures.models import Procedure
from workflows.procedures.planning import Book

#: A soft edge is advice; nothing stands on it.
BINDING = (Strength.HARD, Strength.DEFICIENT)


@dataclass(frozen=True, slots=True)
class Exposed:
    """A later permit that stands on a missing paper, by which chain, and how late it may become.

    ``worst_on`` adds the whole delay to its planned day and gives no slack back: it can't be later than
    that for this reason as long as the paper comes on its day.
    """

    procedure: Procedure
    chain: tuple[Procedure, ...]
    planned_on: date | None
    worst_on: date | None
    decided: bool


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


def exposed(
    book: Book, procedure: Procedure, due_on: date, *, calendar: WorkCalendar
) -> list[Exposed]:
    """The permits that stand on a paper of ``procedure`` missing until ``due_on``, in ledger order."""
    by_code = {p.matter_code: p for p in book.procedures}
    chains = standing_on(procedure.matter_code, book.edges)
    planned = procedure.planned_due_on
    delay = max(0, calendar.between(planned, due_on)) if planned else 0
    return [
        Exposed(
            each,
            tuple(by_code[code] for code in chains[each.matter_code]),
            each.planned_due_on,
            calendar.add(each.planned_due_on, delay) if each.planned_due_on else None,
            each.state in FINISHED,
        )
        for each in book.procedures
        if each.matter_code in chains
    ]


def stands_on_missing(
    book: Book, procedure: Procedure, missing: Mapping[str, Collection[str]]
) -> tuple[Procedure, ...]:
    """The chain from a procedure with a missing paper (``missing``: names by procedure number) to
    ``procedure``; empty when there is none."""
    by_code = {p.matter_code: p for p in book.procedures}
    for each in book.procedures:
        if each.number in missing and each != procedure:
            chain = standing_on(each.matter_code, book.edges).get(procedure.matter_code)
            if chain:
                return tuple(by_code[code] for code in chain)
    return ()
