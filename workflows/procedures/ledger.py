"""Rows of the approval ledger as pages and workbooks show them (台账行): clocks read live, dates marked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from kernel.calendars.queries import work_calendar
from kernel.clock import Reading, Unit, WorkCalendar
from kernel.web.lamps import Lamp, lamp_on
from kernel.web.templatetags.lianshen import cn_day
from workflows.catalogue.queries import departments
from workflows.catalogue.wording import DEFICIENCIES, STAGES
from workflows.procedures import queries
from workflows.procedures.clocks import Clocks, read_clocks, unread
from workflows.procedures.lamps import LampRule, bound_by, turning_days
from workflows.procedures.lifecycle import Ball, State
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.terms import Terms
from workflows.promises.models import PartyRole, Promise
from workflows.promises.queries import promises

AT_ONCE = 1000  # rows whose clocks are read together


@dataclass(frozen=True, slots=True)
class Day:
    """One of the five dates, with what has to stand beside it."""

    on: date | None
    provisional: bool = False
    paused: bool = False

    @property
    def words(self) -> str:
        """1月6日；1月6日（推定）: in a sentence, too, an estimate says that it is one."""
        return f"{cn_day(self.on)}{'（推定）' if self.provisional else ''}"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A procedure on the day asked; the five dates never merged."""

    procedure: Procedure
    terms: Terms
    clocks: Clocks
    department: str
    person: str
    statutory: Day
    promised: Day
    planned_start: Day
    planned: Day
    expected: Day
    decided: Day
    lamp: Lamp
    cause: str
    deadline: date | None

    @property
    def state(self) -> str:
        """审查中；停表：专家评审；视为受理."""
        stop = self.clocks.statutory.stop
        if stop and stop.reason:
            return f"停表：{stop.reason.label}"
        if self.clocks.deemed and self.clocks.state is State.ACCEPTED:
            return "审查中（视为受理）"
        return self.clocks.state.label

    @property
    def state_note(self) -> str:
        """The paper behind the state, or the day that is owed."""
        reading = self.clocks.statutory
        if reading.stop:
            return f"书面告知 {reading.stop.document}"
        if reading.notice_due_on:
            return f"{owed_on(reading, reading.notice_due_on).words}前受理或一次性告知"
        return ""

    @property
    def holder(self) -> str:
        """在谁手里: the unit's name, or who else has to act."""
        if self.clocks.state is State.DELIVERED:
            return ""
        if self.clocks.ball is Ball.DEPARTMENT:
            return self.department
        return self.clocks.ball.label

    @property
    def limit(self) -> str:
        return limit_words(self.terms.limit_days, self.terms.unit)

    @property
    def promise(self) -> str:
        days = self.terms.promised_days
        return limit_words(days, Unit.WORKING) if days is not None else ""

    @property
    def basis(self) -> str:
        return self.terms.article

    @property
    def deficiency(self) -> str:
        return DEFICIENCIES.get(self.terms.deficiency, "")

    @property
    def stage(self) -> str:
        return STAGES[self.procedure.stage]

    @property
    def used(self) -> str:
        """Days used and stopped, in the unit of the law: 21 / 8."""
        if not self.clocks.started:
            return ""
        reading = self.clocks.statutory
        return f"{reading.used_days} / {reading.stopped_days}"


def limit_words(days: int | None, unit: Unit) -> str:
    """20 个工作日；即办；无法定时限."""
    if days is None:
        return "无法定时限"
    return f"{days} 个{unit.label}" if days else "即办"


def rows(procedures: Iterable[Procedure], on: date) -> list[LedgerRow]:
    """Rows for procedures of any projects; five queries up to a thousand of them."""
    return list(rows_in_turn(procedures, on))


def rows_in_turn(procedures: Iterable[Procedure], on: date) -> Iterator[LedgerRow]:
    """The same rows one after another: no more than a thousand are held at a time, and each thousand
    costs one query."""
    calendar = work_calendar()
    names = {code: department.short_name for code, department in departments().items()}
    people = promises()
    rule = queries.lamp_rules().on(on)
    left = iter(procedures)
    while some := list(islice(left, AT_ONCE)):
        lines = queries.entries_for(some)
        for procedure in some:
            terms = Terms.read(procedure.terms)
            written: Sequence[ClockEntry] = lines.get(procedure.number, ())
            clocks = (
                read_clocks(terms, written, calendar=calendar, on=on)
                if written
                else unread(terms, on)
            )
            yield row_of(procedure, terms, clocks, calendar, on, names, people, rule)


def row_of(
    procedure: Procedure,
    terms: Terms,
    clocks: Clocks,
    calendar: WorkCalendar,
    on: date,
    names: Mapping[str, str],
    people: Mapping[str, Promise],
    rule: LampRule,
) -> LedgerRow:
    """The row of a procedure whose clocks were read as of ``on``."""
    reading, promise = clocks.statutory, clocks.promised
    paused = reading.paused
    decided_on = reading.decided_on
    # The stored forecast is as old as the last sweep; what is not decided can't end before today.
    expected_on = decided_on or (
        max(procedure.expected_on, calendar.on_or_after(on)) if procedure.expected_on else None
    )
    live = clocks.started and not (decided_on and decided_on <= on)
    due = {
        "planned_start_on": procedure.planned_start_on,
        "planned_due_on": procedure.planned_due_on,
        "statutory_due_on": reading.due_on if live else None,
        "promised_due_on": promise.due_on if promise and live else None,
    }
    which, deadline = bound_by(rule, clocks.state, **due)
    yellow_on, red_on = turning_days(rule, clocks.state, deadline, calendar)
    lamp = lamp_on(on, yellow_on=yellow_on, red_on=red_on, decided_on=decided_on, paused=paused)
    return LedgerRow(
        procedure=procedure,
        terms=terms,
        clocks=clocks,
        department=names.get(procedure.department_code, procedure.department_code),
        person=_person(people.get(procedure.matter_code)),
        statutory=Day(reading.due_on if clocks.started else None, reading.provisional, paused),
        promised=Day(
            promise.due_on if promise and clocks.started else None,
            bool(promise and promise.provisional),
            paused and promise is not None,
        ),
        planned_start=shown_day(procedure.planned_start_on, calendar),
        planned=shown_day(procedure.planned_due_on, calendar),
        expected=shown_day(None if decided_on else expected_on, calendar),
        decided=Day(decided_on),
        lamp=lamp,
        cause=_cause(which, _bound(deadline, clocks, calendar), lamp),
        deadline=deadline,
    )


def owed_on(reading: Reading, on: date | None) -> Day:
    """The last day of an answer or a delivery, as its line has it."""
    return Day(on, any(line.provisional for line in reading.lines if line.until_on == on))


def _bound(deadline: date | None, clocks: Clocks, calendar: WorkCalendar) -> Day:
    """The day a lamp is measured against; what was counted over an estimate is one."""
    readings = (clocks.statutory, clocks.promised)
    counted = any(r.provisional for r in readings if r and deadline and r.due_on == deadline)
    day = shown_day(deadline, calendar)
    return replace(day, provisional=day.provisional or counted)


def _cause(which: str, deadline: Day, lamp: Lamp) -> str:
    """Which day the lamp is measured against: 承诺期限 1月16日."""
    if deadline.on is None:
        return ""
    return f"{which} {deadline.words}{'已过' if lamp is Lamp.RED else ''}"


def shown_day(on: date | None, calendar: WorkCalendar) -> Day:
    """A date with its mark: provisional where no published notice covers it."""
    return Day(on, on is not None and calendar.is_provisional(on))


def _person(promise: Promise | None) -> str:
    """首席代表 王某（示例）, or whoever approves."""
    if promise is None:
        return ""
    by_role = {party.role: party for party in reversed(list(promise.parties.all()))}
    for role in (PartyRole.REPRESENTATIVE, PartyRole.APPROVER):
        if party := by_role.get(role):
            return f"{PartyRole(role).label} {party.name}"
    return ""
