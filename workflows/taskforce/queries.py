"""Questions to the task force: who belongs to it, who is missing, who was there."""

import calendar as months
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.clock import WorkCalendar
from workflows.mechanism.queries import units_in_force
from workflows.taskforce.models import Attendance, Presence, Secondment

ENDS_SOON = timedelta(days=30)


def members(on: date) -> list[Secondment]:
    """Everybody of the task force on ``on``, full-time first."""
    return list(Secondment.objects.on(on).order_by("temporary", "department_code", "pk"))


def missing(on: date) -> list[tuple[str, str]]:
    """Units that send somebody and have nobody full-time there: (code, name)."""
    there = set(
        Secondment.objects.on(on).filter(temporary=False).values_list("department_code", flat=True)
    )
    return [
        (unit.department_code, unit.name)
        for unit in units_in_force(on)
        if unit.in_task_force and unit.department_code not in there
    ]


def ending(on: date) -> list[Secondment]:
    """Whose term ends within a month, or has ended without anybody saying so."""
    rows = Secondment.objects.filter(ended_on=None, planned_until__lte=on + ENDS_SOON)
    return list(rows.order_by("planned_until", "pk"))


@dataclass(frozen=True, slots=True)
class Line:
    """A person's month: a mark for each working day, and the counts."""

    secondment: Secondment
    days: Sequence[str]  # a Presence, or "" where nothing is recorded

    def count(self, presence: str) -> int:
        return sum(day == presence for day in self.days)

    @property
    def recorded(self) -> int:
        return sum(bool(day) for day in self.days)


@dataclass(frozen=True, slots=True)
class Month:
    """The attendance of a month: its working days so far, and a line for each person."""

    first: date
    days: list[date]
    lines: list[Line]


def month(first: date, until: date, calendar: WorkCalendar) -> Month:
    """The month that begins on ``first``, up to ``until``; two queries."""
    last = first.replace(day=months.monthrange(first.year, first.month)[1])
    span = (min(last, until) - first).days + 1
    days = [
        day
        for day in (first + timedelta(days=n) for n in range(max(span, 0)))
        if calendar.is_working(day)
    ]
    marks = {
        (row.secondment_id, row.on): row.presence
        for row in Attendance.objects.filter(on__range=(first, last))
    }
    people = Secondment.objects.filter(from_on__lte=last).exclude(ended_on__lt=first)
    return Month(
        first,
        days,
        [
            Line(person, [marks.get((person.pk, day), "") for day in days])
            for person in people.order_by("temporary", "department_code", "pk")
        ],
    )


def of_day(on: date) -> dict[int, Attendance]:
    return {row.secondment_id: row for row in Attendance.objects.filter(on=on)}


MARKS = {
    Presence.PRESENT: "√",
    Presence.TRIP: "出",
    Presence.LEAVE: "假",
    Presence.ABSENT: "×",
    "": "",
}
