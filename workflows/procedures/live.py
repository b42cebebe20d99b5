"""A project's ledger as it stands today (现况), read once a request and never written by a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from kernel.calendars.queries import work_calendar
from kernel.clock import Kind, WorkCalendar
from kernel.plan import Plan
from kernel.web.lamps import Lamp
from workflows.catalogue.queries import departments
from workflows.procedures import queries
from workflows.procedures.clocks import Clocks, LedgerLine, ended_by, standing, this_round
from workflows.procedures.ledger import LedgerRow, row_of
from workflows.procedures.lifecycle import FINISHED
from workflows.procedures.models import Procedure
from workflows.procedures.planning import Book, refresh
from workflows.projects.models import Project
from workflows.promises.queries import promises


@dataclass
class Live:
    """Book, clocks, plan and rows of one project at the close of ``on``."""

    book: Book
    calendar: WorkCalendar
    on: date
    clocks: dict[str, Clocks]
    plan: Plan

    @cached_property
    def rows(self) -> list[LedgerRow]:
        names = {code: department.short_name for code, department in departments().items()}
        people = promises()
        return [
            row_of(
                p,
                self.book.terms[p.number],
                self.clocks[p.number],
                self.calendar,
                self.on,
                names,
                people,
                self.book.rules.on(self.on),
            )
            for p in self.book.procedures
        ]

    def row(self, number: str) -> LedgerRow:
        return next(row for row in self.rows if row.procedure.number == number)

    @property
    def project(self) -> Project:
        return self.book.project

    @property
    def done(self) -> int:
        return sum(clocks.state in FINISHED for clocks in self.clocks.values())

    def count(self, lamp: Lamp) -> int:
        return sum(row.lamp is lamp for row in self.rows)

    @property
    def slack_days(self) -> int:
        """Working days from the plan's end to the target; negative when it runs past."""
        return self.calendar.between(self.plan.finish_on, self.project.target_on)

    @property
    def working_days(self) -> tuple[int, int]:
        """Working days from confirmation to target, both included, and how many are left."""
        begin = self.project.confirmed_on or self.on
        total = self.calendar.count(begin, self.project.target_on)
        left = self.calendar.between(self.on, self.project.target_on)
        return max(total, 0), min(max(left, 0), max(total, 0))


def live_of(project: Project, on: date, known_at: datetime | None = None) -> Live:
    """The project's ledger read and planned as of ``on``; four queries. Nothing is written.

    With ``known_at`` as the office could have read it at that moment.
    """
    book = queries.book_of(project)
    book.known_at = known_at
    calendar = work_calendar()
    plan = refresh(book, calendar=calendar, on=on)
    return Live(book, calendar, on, book.clocks(calendar, on), plan)


def stops_of(lines: Sequence[LedgerLine], until_on: date) -> list[tuple[date, date]]:
    """The stops of the application that counts, both days included; an open one ends ``until_on``."""
    stops: list[tuple[date, date]] = []
    running: list[LedgerLine] = []
    for line in this_round(standing(lines)):
        if line.kind == Kind.STOP:
            running.append(line)
        elif line.kind in (Kind.RESUME, Kind.WITHDRAW, Kind.DECIDE):
            ended = ended_by(line, running) if line.kind == Kind.RESUME else list(running)
            stops += [(stop.on, line.on) for stop in ended]
            running = [stop for stop in running if stop not in ended]
    return stops + [(stop.on, until_on) for stop in running]


def neighbours(book: Book, procedure: Procedure) -> tuple[list[tuple[Procedure, str, str]], ...]:
    """What must come before and what waits for it: (procedure, strength, basis) each."""
    by_code = {p.matter_code: p for p in book.procedures}
    code = procedure.matter_code
    before = [(by_code[e.before], e.strength.label, e.basis) for e in book.edges if e.after == code]
    after = [(by_code[e.after], e.strength.label, e.basis) for e in book.edges if e.before == code]
    return before, after
