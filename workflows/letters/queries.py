"""One-time notices and guidance sheets on file (文书查询)."""

from dataclasses import dataclass

from django.db.models import QuerySet

from kernel.clock import Kind as Line
from workflows.issuing.models import Issued
from workflows.issuing.queries import issued_about
from workflows.procedures.clocks import standing
from workflows.procedures.models import ClockEntry, Procedure

ROOM = "letters"


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that stands in the ledger; ``issued`` is its paper when the system numbered it."""

    entry: ClockEntry
    issued: Issued | None


def notices(procedure: Procedure) -> list[Told]:
    """One-time notices of the procedure that stand, oldest first; two queries."""
    papers = {paper.number: paper for paper in issued_about(ROOM, notice_key(procedure))}
    return [Told(line, papers.get(line.document)) for line in notice_lines(procedure)]


def notice_lines(procedure: Procedure) -> list[ClockEntry]:
    """Lines of one-time notices that stand in the ledger, oldest first; one query."""
    lines = list(ClockEntry.objects.filter(procedure=procedure).order_by("pk"))
    stands = {line.pk for line in standing(lines)}
    return [line for line in lines if line.pk in stands and line.kind == Line.NOTICE.value]


def guidance_sheets(number: str) -> QuerySet[Issued]:
    """Guidance sheets issued for the project ``number``, newest first."""
    return issued_about(ROOM, guidance_key(number))


def notice_key(procedure: Procedure) -> str:
    return f"notice:{procedure.number}"


def guidance_key(number: str) -> str:
    return f"guidance:{number}"
