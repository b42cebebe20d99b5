"""Questions to the task force: who belongs to it, who is missing, who was there."""

import calendar as months
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.clock import WorkCalendar
from tenants.registry.freezing import digest_of
from workflows.mechanism.queries import organisation, unit_names, units_in_force
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


def apart(on: date) -> list[str]:
    """Where the chart and the secondments name different full-time people on ``on``, one sentence each."""
    chart: dict[str, list[str]] = {}
    for place in organisation(on).task_force:
        chart.setdefault(place.seat.department_code, []).extend([place.holder] * bool(place.holder))
    there: dict[str, list[str]] = {}
    for row in Secondment.objects.on(on).filter(temporary=False):
        there.setdefault(row.department_code, []).append(row.name)
    names = unit_names(on)
    return [
        f"{names.get(code, code)}：机构图上是{'、'.join(chart.get(code, [])) or '空缺'}，"
        f"选派登记的是{'、'.join(there.get(code, [])) or '没有'}"
        for code in chart | there
        if sorted(chart.get(code, [])) != sorted(there.get(code, []))
    ]


def digest() -> str:
    """Another word as soon as any secondment is; one query."""
    return digest_of(list(Secondment.objects.order_by("pk").values_list()))


def ending(on: date, *, department_code: str | None = None) -> list[Secondment]:
    """Whose term ends within a month, or has ended without anybody saying so; everybody, or one department's."""
    rows = Secondment.objects.filter(ended_on=None, planned_until__lte=on + ENDS_SOON)
    if department_code is not None:
        rows = rows.filter(department_code=department_code)
    return list(rows.order_by("planned_until", "pk"))


@dataclass(frozen=True, slots=True)
class Line:
    """A person's month: a mark for each working day, and the counts."""

    secondment: Secondment
    days: Sequence[str]  # a Presence, or "" where nothing is recorded
    due: int  # working days of the term

    def count(self, presence: str) -> int:
        return sum(day == presence for day in self.days)

    @property
    def recorded(self) -> int:
        return sum(bool(day) for day in self.days)

    @property
    def missing(self) -> int:
        """Working days of the term on which nothing is recorded."""
        return self.due - self.recorded

    @property
    def rate(self) -> int | None:
        """Present or on a trip, per cent of what is recorded; None when nothing is."""
        return rate([self])


@dataclass(frozen=True, slots=True)
class Month:
    """The attendance of a month: its working days so far, and a line for each person."""

    first: date
    days: list[date]
    lines: list[Line]


def rate(lines: Sequence[Line]) -> int | None:
    """`Line.rate` over several people."""
    recorded = sum(line.recorded for line in lines)
    there = sum(line.count(Presence.PRESENT) + line.count(Presence.TRIP) for line in lines)
    return round(100 * there / recorded) if recorded else None


def month(
    first: date, until: date, calendar: WorkCalendar, *, department_code: str | None = None
) -> Month:
    """The month that begins on ``first``, up to ``until``, of everybody or of one department's people;
    two queries."""
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
    if department_code is not None:
        people = people.filter(department_code=department_code)
    return Month(
        first,
        days,
        [
            Line(
                person,
                [marks.get((person.pk, day), "") for day in days],
                sum(
                    person.from_on <= day and (person.ended_on is None or day <= person.ended_on)
                    for day in days
                ),
            )
            for person in people.order_by("temporary", "department_code", "pk")
        ],
    )


def of_day(on: date) -> dict[int, Attendance]:
    return {row.secondment_id: row for row in Attendance.objects.filter(on=on)}


def day_digest(known: Mapping[int, Attendance]) -> str:
    """Another word as soon as any mark of the day is."""
    return digest_of(sorted((pk, row.presence, row.note) for pk, row in known.items()))


MARKS = {
    Presence.PRESENT: "√",
    Presence.TRIP: "出",
    Presence.LEAVE: "假",
    Presence.ABSENT: "×",
    "": "",
}
