"""A procedure with its ledger (办件经过), read as of a day; nothing here asks the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from kernel.clock import WorkCalendar
from workflows.procedures.clocks import (
    Clocks,
    read_clocks,
    standing,
    this_round,
    unread,
)
from workflows.procedures.models import Procedure
from workflows.procedures.terms import Terms


@dataclass
class History:
    """A procedure, and all its lines (`ClockEntry`) in the order written, at the close of ``on``."""

    procedure: Procedure
    lines: Sequence[Any]
    calendar: WorkCalendar
    on: date

    @cached_property
    def terms(self) -> Terms:
        return Terms.read(self.procedure.terms)

    @cached_property
    def clocks(self) -> Clocks:
        if not self.lines:
            return unread(self.terms, self.on)
        return read_clocks(self.terms, self.lines, calendar=self.calendar, on=self.on)

    @cached_property
    def standing(self) -> Sequence[Any]:
        """The lines that count, as corrected."""
        return [line for line in standing(self.lines) if line.on <= self.on]

    @cached_property
    def round(self) -> Sequence[Any]:
        """Those of the application that counts."""
        return this_round(self.standing)

    def first_written(self, line: Any) -> Any:
        """The line that ``line`` corrects, to the beginning; itself when it corrects none."""
        by_key = {written.pk: written for written in self.lines}
        while line.corrects_id is not None:
            line = by_key[line.corrects_id]
        return line
