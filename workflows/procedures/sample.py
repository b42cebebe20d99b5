"""A believable season (示例数据): plays procedures forward from confirmation to a given day.

Lines are written in bulk and every date follows from them by one plan a project. Names and document
numbers are invented and say so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.clock import Kind, StopReason, Unit, WorkCalendar
from kernel.plan import Strength
from kernel.trail import SYSTEM, record
from workflows.procedures import queries
from workflows.procedures.actions import publish
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.planning import Book, refresh
from workflows.procedures.storing import save_derived
from workflows.procedures.terms import Terms
from workflows.projects.models import Project

CLERKS = (
    "王某（示例）",
    "李某（示例）",
    "张某（示例）",
    "赵某（示例）",
    "额某（示例）",
    "乌某（示例）",
)
STOPS = (StopReason.EXPERT_REVIEW, StopReason.TESTING, StopReason.HEARING)


@dataclass(frozen=True, slots=True)
class Temper:
    """How a project's season goes: how soon papers come, how long reviews take, what goes wrong."""

    lag: tuple[int, int]
    pace: tuple[float, float]
    corrections: float
    stops: float


TEMPERS = (
    Temper((0, 4), (0.3, 0.8), 0.10, 0.10),  # runs well
    Temper((2, 10), (0.5, 1.0), 0.20, 0.20),
    Temper((6, 22), (0.8, 1.6), 0.30, 0.30),  # late
)
WEIGHTS = (5, 4, 3)


def play_all(projects: Iterable[Project], *, today: date, seed: int = 2026) -> int:
    """`play` for many confirmed projects of the current tenant; returns how many lines were written."""
    return sum(
        play(project, today=today, seed=seed * 1_000 + place)
        for place, project in enumerate(projects)
    )


@transaction.atomic
def play(project: Project, *, today: date, seed: int) -> int:
    """Move the project's procedures up to ``today``; returns how many ledger lines were written.

    Does nothing where a procedure already has a line. Equal arguments give equal ledgers.
    """
    project.refresh_from_db(from_queryset=Project.objects.select_for_update(of=("self",)))
    book = queries.book_of(project)
    if book.lines or project.confirmed_on is None:
        return 0
    calendar = work_calendar()
    season = _Season(Random(seed), calendar, today, project.confirmed_on)  # noqa: S311 -- a stage, no lock
    for procedure in _in_order(book):
        waits = [p.matter_code for p in book.before(procedure, Strength.HARD, Strength.SOFT)]
        gates = [p.matter_code for p in book.before(procedure, Strength.DEFICIENT)]
        season.play(procedure, book.terms[procedure.number], waits, gates)
    entries = ClockEntry.objects.bulk_create(season.entries)
    grouped: dict[str, list[ClockEntry]] = {}
    for entry in entries:
        grouped.setdefault(entry.procedure.number, []).append(entry)
        entry.procedure.version += 1
    book.lines = grouped
    refresh(book, calendar=calendar, on=today)
    changed = book.changed()
    save_derived(changed)
    Project.objects.filter(pk=project.pk).update(
        feasible=project.feasible,
        conflict=project.conflict,
        short_by_days=project.short_by_days,
        expected_on=project.expected_on,
        done_on=project.done_on,
    )
    publish(book, changed, calendar=calendar)
    record(
        actor=SYSTEM,
        action="procedures.sample",
        subject=project.number,
        summary=f"写入示例计时记录 {len(entries)} 条，截至 {today}。",
    )
    return len(entries)


def _in_order(book: Book) -> Sequence[Procedure]:
    return sorted(book.procedures, key=lambda p: p.order)


@dataclass
class _Season:
    chance: Random
    calendar: WorkCalendar
    today: date
    begin_on: date
    entries: list[ClockEntry] = field(default_factory=list)
    decided: dict[str, date] = field(default_factory=dict)
    papers: int = 0

    def __post_init__(self) -> None:
        self.temper = self.chance.choices(TEMPERS, WEIGHTS)[0]
        self.year = self.today.year

    def play(
        self, procedure: Procedure, terms: Terms, waits: Sequence[str], gates: Sequence[str]
    ) -> None:
        """One procedure: handed in once what it waits for is decided, then as luck has it."""
        if any(code not in self.decided for code in waits):
            return
        chance, temper = self.chance, self.temper
        ready = max([self.begin_on, *(self.decided[code] for code in waits)])
        day = self._after(ready, chance.randint(*temper.lag))
        # Some come after the window has closed, and count on the next working day.
        at = time(9 + procedure.order * 3 % 9, procedure.order * 7 % 60)
        self._line(procedure, Kind.RECEIVE, day, at=at if day < self.today else None)
        if chance.random() < temper.corrections:
            day = self._after(day, chance.randint(1, 4))
            text = "缺少图件和委托书，请一次补齐"
            self._line(procedure, Kind.NOTICE, day, document=self._paper("告"), text=text)
            day = self._after(day, chance.randint(3, 12))
            self._line(procedure, Kind.CORRECT, day)
        day = self._after(day, chance.randint(0, 3))
        self._line(procedure, Kind.ACCEPT, day, document=self._paper("受"))
        length = self._length(terms)
        if length > 4 and chance.random() < temper.stops:
            day = self._after(day, chance.randint(1, max(1, length // 3)))
            reason = chance.choice(STOPS)
            self._line(
                procedure,
                Kind.STOP,
                day,
                reason=reason.value,
                commissioned="owner" if reason is StopReason.TESTING else "government",
                document=self._paper("中止告"),
            )
            day = self._after(day, chance.randint(5, 25))
            self._line(procedure, Kind.RESUME, day, document=self._paper("恢复"))
        if terms.handed_up:
            day = self._after(day, max(1, length // 4))
            reported = {"reason": StopReason.HAND_UP.value, "document": self._paper("报")}
            self._line(procedure, Kind.STOP, day, **reported)
        day = self._after(day, max(0, round(length * chance.uniform(*temper.pace))))
        if any(code not in self.decided for code in gates):
            return
        day = max([day, *(self.decided[code] for code in gates)])
        if self._line(procedure, Kind.DECIDE, day, document=self._paper("批")):
            self.decided[procedure.matter_code] = day
            if chance.random() < 0.9:
                self._line(procedure, Kind.DELIVER, self._after(day, chance.randint(0, 6)))

    def _length(self, terms: Terms) -> int:
        """Working days the office usually takes: what it promised, near enough."""
        days = terms.planned.days or 0
        return days if terms.planned.unit is Unit.WORKING else days * 5 // 7

    def _after(self, day: date, days: int) -> date:
        return self.calendar.add(self.calendar.on_or_after(day), days)

    def _line(self, procedure: Procedure, kind: Kind, on: date, **facts: Any) -> bool:
        """Write a line unless its day has not come; what follows it then has not come either."""
        if on > self.today:
            return False
        zone = timezone.get_default_timezone()
        recorded = datetime.combine(
            min(on + timedelta(days=self.chance.choice((0, 0, 0, 0, 0, 1, 3))), self.today),
            time(self.chance.randint(8, 17), self.chance.randint(0, 59)),
            tzinfo=zone,
        )
        if at := facts.get("at"):
            recorded = max(recorded, datetime.combine(on, at, tzinfo=zone) + timedelta(minutes=5))
        self.entries.append(
            ClockEntry(
                procedure=procedure,
                kind=kind.value,
                on=on,
                recorded_at=recorded,
                by_name=CLERKS[procedure.order % len(CLERKS)],
                **facts,
            )
        )
        return True

    def _paper(self, word: str) -> str:
        self.papers += 1
        return f"示例{word}〔{self.year}〕{self.papers}号"
