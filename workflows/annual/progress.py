"""Where a cycle stands (编制进度): each day of its calendar against what happened. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.clock import WorkCalendar
from kernel.web.lamps import Lamp, lamp_on
from workflows.annual.lifecycle import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the projects of a year and their comments say; those removed are left out.

    ``asked`` and ``answered`` count a department once for each project (家次).
    """

    projects: int = 0
    drafts: int = 0
    confirmed: int = 0
    asked: int = 0
    answered: int = 0
    silent: int = 0
    unhandled: int = 0
    started_on: date | None = None
    declared_on: date | None = None
    sent_on: date | None = None  # the last that was sent
    answered_on: date | None = None  # the last answer
    settled_on: date | None = None

    @property
    def outstanding(self) -> int:
        return self.asked - self.answered

    def done_on(self, stage: Stage) -> date | None:
        """The day ``stage`` was reached, None while it is not."""
        all_sent = bool(self.declared_on and self.projects and not self.drafts)
        match stage:
            case Stage.COLLECT:
                return self.started_on
            case Stage.DECLARE:
                return self.declared_on
            case Stage.SEND:
                return self.sent_on if all_sent else None
            case Stage.REPLY:
                return self.answered_on if all_sent and self.asked == self.answered else None
            case Stage.CONFIRM:
                return self.settled_on

    def words(self, stage: Stage) -> str:
        """How far ``stage`` is, in figures."""
        match stage:
            case Stage.COLLECT:
                return "" if self.started_on else "还没有启动"
            case Stage.DECLARE:
                return f"已列 {self.projects} 个项目"
            case Stage.SEND:
                return f"已送 {self.projects - self.drafts} / {self.projects} 个"
            case Stage.REPLY:
                late = f"，逾期未回复 {self.silent} 家次" if self.silent else ""
                return f"已回复 {self.answered} / {self.asked} 家次{late}"
            case Stage.CONFIRM:
                waiting = f"，不同意见待处理 {self.unhandled} 条" if self.unhandled else ""
                return f"已确认 {self.confirmed} / {self.projects} 个{waiting}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One day of the calendar as pages show it. ``due_on`` is a working day."""

    stage: Stage
    planned_on: date
    due_on: date
    provisional: bool
    done_on: date | None
    lamp: Lamp
    late_days: int
    words: str

    @property
    def moved(self) -> bool:
        return self.planned_on != self.due_on

    @property
    def late_words(self) -> str:
        if not self.late_days:
            return ""
        return f"{'晚' if self.done_on else '已过期'} {self.late_days} 个工作日"


def read(
    planned: Mapping[Stage, date],
    kept: Mapping[Stage, date | None] | None,
    counts: Counts,
    *,
    lead_days: int,
    calendar: WorkCalendar,
    on: date,
) -> tuple[Point, ...]:
    """The calendar as it stands on day ``on``. ``kept`` are the days as the first version found them;
    with it nothing later changes them."""
    points = []
    for stage in Stage:
        due_on = calendar.on_or_before(planned[stage])
        done_on = kept[stage] if kept is not None else counts.done_on(stage)
        closed = kept is not None and done_on is None  # settled without it: silence, mostly
        lamp = lamp_on(
            on,
            yellow_on=calendar.subtract(due_on, lead_days),
            red_on=due_on + timedelta(days=1),
            decided_on=done_on,
        )
        points.append(
            Point(
                stage=stage,
                planned_on=planned[stage],
                due_on=due_on,
                provisional=calendar.is_provisional(due_on),
                done_on=done_on,
                lamp=Lamp.NONE if closed else lamp,
                late_days=0 if closed else max(calendar.between(due_on, done_on or on), 0),
                words=counts.words(stage),
            )
        )
    return tuple(points)


_WORST = (Lamp.RED, Lamp.YELLOW, Lamp.GREEN, Lamp.DONE, Lamp.NONE)


def worst(points: tuple[Point, ...]) -> Lamp:
    """The lamp of the whole cycle: the worst of what is not reached."""
    lamps = {point.lamp for point in points}
    return next(lamp for lamp in _WORST if lamp in lamps)
