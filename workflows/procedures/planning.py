"""The plan of one project (倒排计划): its ledger in memory, read, scheduled and written back as dates.

Nothing here asks the database. The accepted plan (``planned_*``) is written once and kept, so that
slipping shows; everything else is made again each time from the ledger.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from kernel.clock import WorkCalendar
from kernel.plan import Edge, Node, Plan, Slot, Strength, schedule
from workflows.procedures.clocks import Clocks, LedgerLine, read_clocks, unread
from workflows.procedures.lamps import LampRule, LampRules, bound_by, turning_days
from workflows.procedures.lifecycle import FINISHED, RUNNING
from workflows.procedures.models import Procedure
from workflows.procedures.terms import Terms
from workflows.projects.models import Project

#: What is derived from ledger and plan, and may be thrown away.
DERIVED = (
    "state",
    "ball",
    "version",
    "planned_start_on",
    "planned_due_on",
    "statutory_due_on",
    "promised_due_on",
    "expected_on",
    "received_on",
    "accepted_on",
    "decided_on",
    "delivered_on",
    "yellow_on",
    "red_on",
    "slack_days",
    "critical",
    "provisional",
)
STRENGTH_OF = {strength.value: strength for strength in Strength}
PROJECT_DERIVED = ("feasible", "conflict", "short_by_days", "expected_on", "done_on")
_derived = attrgetter(*DERIVED)
_project_derived = attrgetter(*PROJECT_DERIVED)


@dataclass
class Book:
    """A project with its procedures, edges (by matter code) and clock lines (by procedure number)."""

    project: Project
    procedures: list[Procedure]
    edges: Sequence[Edge]
    lines: Mapping[str, Sequence[LedgerLine]] = field(default_factory=dict)
    rules: LampRules = field(default_factory=LampRules)
    known_at: datetime | None = None  # look no further than what was written down by then

    def __post_init__(self) -> None:
        self.terms = {p.number: Terms.read(p.terms) for p in self.procedures}
        self._before = {p.number: _derived(p) for p in self.procedures}
        self._project_before = _project_derived(self.project)

    def procedure(self, number: str) -> Procedure:
        return next(p for p in self.procedures if p.number == number)

    def before(self, procedure: Procedure, *strengths: Strength) -> list[Procedure]:
        """What must come before ``procedure`` by an edge of one of ``strengths``, in order."""
        codes = {
            edge.before
            for edge in self.edges
            if edge.after == procedure.matter_code and edge.strength in strengths
        }
        return [p for p in self.procedures if p.matter_code in codes]

    def clocks(self, calendar: WorkCalendar, on: date) -> dict[str, Clocks]:
        """Every procedure's clocks at the close of ``on``, by number."""
        return {
            p.number: read_clocks(
                self.terms[p.number], lines, calendar=calendar, on=on, known_at=self.known_at
            )
            if (lines := self.lines.get(p.number))
            else unread(self.terms[p.number], on)
            for p in self.procedures
        }

    def changed(self) -> list[Procedure]:
        """Procedures whose derived facts are no longer as they came."""
        return [p for p in self.procedures if _derived(p) != self._before[p.number]]

    @property
    def project_changed(self) -> bool:
        return bool(_project_derived(self.project) != self._project_before)


def refresh(book: Book, *, calendar: WorkCalendar, on: date, rebaseline: bool = False) -> Plan:
    """Read every clock as of ``on``, plan the rest, and set all derived facts on the objects.

    A procedure without an accepted plan gets one; ``rebaseline`` accepts the current plan for all
    that has not begun.
    """
    clocks = book.clocks(calendar, on)
    plan = plan_of(book, clocks, calendar=calendar, on=on)
    slots = {slot.key: slot for slot in plan.slots}
    for procedure in book.procedures:
        _settle(
            procedure,
            clocks[procedure.number],
            slots[procedure.matter_code],
            calendar,
            rebaseline,
            book.rules.on(on),
        )
    project = book.project
    decided = [p.decided_on for p in book.procedures]
    finished = bool(decided) and all(decided)
    project.feasible = plan.feasible
    project.short_by_days = plan.short_by_days
    project.conflict = _chain(book, plan, calendar)
    project.expected_on = plan.finish_on if decided else None
    project.done_on = max(day for day in decided if day) if finished else None
    return plan


class Graph(NamedTuple):
    """What a plan is made of: a what-if schedules the same with other nodes or edges."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    begin_on: date
    target_on: date

    def plan(self, calendar: WorkCalendar) -> Plan:
        """Raises what `kernel.plan.schedule` raises."""
        return schedule(
            self.nodes,
            self.edges,
            begin_on=self.begin_on,
            target_on=self.target_on,
            calendar=calendar,
        )


def graph_of(
    book: Book, clocks: Mapping[str, Clocks], *, calendar: WorkCalendar, on: date
) -> Graph:
    """What is left of the project, from ``on``; what is done or runs is frozen.

    Nodes are named by matter code. A finished project's graph begins on its first decision.
    """
    begin_on = max(on, book.project.confirmed_on or on)
    clocks_of = {p.matter_code: clocks[p.number] for p in book.procedures}
    if clocks_of and all(c.state in FINISHED for c in clocks_of.values()):
        begin_on = min(c.statutory.decided_on or on for c in clocks_of.values())
    nodes = [
        node_of(p, book.terms[p.number], clocks_of[p.matter_code], book.project, calendar)
        for p in book.procedures
    ]
    return Graph(nodes, book.edges, begin_on, book.project.target_on)


def plan_of(book: Book, clocks: Mapping[str, Clocks], *, calendar: WorkCalendar, on: date) -> Plan:
    """The schedule of `graph_of`. A finished project's plan ends on its last decision."""
    return graph_of(book, clocks, calendar=calendar, on=on).plan(calendar)


def node_of(
    procedure: Procedure, terms: Terms, clocks: Clocks, project: Project, calendar: WorkCalendar
) -> Node:
    """What the plan knows of a procedure: its time, the papers to prepare since the confirmation,
    the public notice, and who has to act."""
    limit = terms.planned
    due_on = clocks.forecast.due_on
    if due_on and terms.public_notice_days:
        due_on = calendar.finish(due_on, terms.public_notice_days, terms.public_notice_unit)
    started_on = clocks.statutory.started_on if clocks.state in RUNNING | FINISHED else None
    return Node(
        procedure.matter_code,
        limit.days or 0,
        limit.unit,
        started_on=started_on,
        done_on=clocks.statutory.decided_on,
        remaining_due_on=due_on if started_on else None,
        label=procedure.short_name,
        lead_days=0 if clocks.started else terms.preparation_days,  # handed in is prepared
        lead_from_on=project.confirmed_on,
        notice_days=terms.public_notice_days,
        notice_unit=terms.public_notice_unit,
        party=procedure.department_code,
    )


def _settle(
    procedure: Procedure,
    clocks: Clocks,
    slot: Slot,
    calendar: WorkCalendar,
    rebaseline: bool,
    rule: LampRule,
) -> None:
    """Put what the clocks and the plan say into the procedure's own dates."""
    reading = clocks.statutory
    running = clocks.state in RUNNING
    procedure.state = clocks.state.value
    procedure.ball = clocks.ball.value
    procedure.received_on = reading.received_on if clocks.started else None
    procedure.accepted_on = clocks.accepted_on
    procedure.decided_on = reading.decided_on
    procedure.delivered_on = reading.delivered_on
    closed = clocks.state in FINISHED
    procedure.statutory_due_on = reading.due_on if running or closed else None
    promised = clocks.promised
    procedure.promised_due_on = promised.due_on if promised and (running or closed) else None
    # Nothing is decided on a day off: what is overdue ends on the next working day at the earliest.
    procedure.expected_on = reading.decided_on or calendar.on_or_after(slot.earliest_finish_on)
    if procedure.planned_due_on is None or (rebaseline and not clocks.started):
        # Where the target can't be met the latest days lie in the past: the plan is then "at once".
        procedure.planned_start_on = max(slot.latest_start_on, slot.earliest_start_on)
        procedure.planned_due_on = max(slot.latest_finish_on, slot.earliest_finish_on)
    _, deadline = bound_by(
        rule,
        clocks.state,
        planned_start_on=procedure.planned_start_on,
        planned_due_on=procedure.planned_due_on,
        statutory_due_on=procedure.statutory_due_on,
        promised_due_on=procedure.promised_due_on,
    )
    procedure.yellow_on, procedure.red_on = turning_days(rule, clocks.state, deadline, calendar)
    procedure.slack_days = None if reading.decided_on else slot.slack_days
    procedure.critical = slot.critical
    procedure.provisional = not reading.decided_on and (
        reading.provisional or calendar.is_provisional(procedure.expected_on)
    )


def _chain(book: Book, plan: Plan, calendar: WorkCalendar) -> list[dict[str, Any]]:
    """The conflict as JSON for the project's page: each matter with its limit and the working days
    it takes when this chain alone, from the plan's beginning, is done one after another."""
    by_code = {p.matter_code: p for p in book.procedures}
    chain = []
    reached = plan.begin_on
    for code, end in zip(plan.conflict, plan.conflict_ends, strict=True):
        procedure = by_code[code]
        terms = book.terms[procedure.number]
        end = max(end, reached)
        chain.append(
            {
                "number": procedure.number,
                "name": procedure.name,
                "days": terms.planned.days or 0,
                "unit": terms.planned.unit.value,
                "lead_days": terms.preparation_days,
                "notice_days": terms.public_notice_days,
                "working_days": calendar.between(reached, end),
                "running": procedure.state in RUNNING and procedure.accepted_on is not None,
            }
        )
        reached = end
    return chain


def entries_by_number(lines: Iterable[Any]) -> dict[str, list[Any]]:
    """Clock rows (with their procedure loaded) grouped by the procedure's number, in their order."""
    grouped: dict[str, list[Any]] = {}
    for line in lines:
        grouped.setdefault(line.procedure.number, []).append(line)
    return grouped
