"""The plan as it stands beside the plan of a scenario (比较): what moves, and by how many working days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kernel.clock import WorkCalendar
from kernel.plan import Plan, Slot


@dataclass(frozen=True, slots=True)
class Shift:
    """One of a matter's days before and after; ``days`` are working days, negative is earlier."""

    before: date
    after: date
    days: int
    provisional: bool

    @property
    def moved(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Moved:
    """A matter whose days, slack or place on the critical path are no longer the same."""

    before: Slot
    after: Slot
    earliest_start: Shift
    earliest_finish: Shift
    latest_start: Shift
    latest_finish: Shift

    @property
    def shifts(self) -> tuple[Shift, ...]:
        return self.earliest_start, self.earliest_finish, self.latest_start, self.latest_finish

    @property
    def slack(self) -> int:
        """Working days of slack won; negative is lost."""
        return self.after.slack_days - self.before.slack_days

    @property
    def turned_critical(self) -> bool:
        return self.after.critical and not self.before.critical


@dataclass(frozen=True, slots=True)
class Answer:
    """What a scenario does to one project."""

    before: Plan
    after: Plan
    finish: Shift
    moved: tuple[Moved, ...]


def compare(before: Plan, after: Plan, calendar: WorkCalendar) -> Answer:
    """Both plans are of the same matters; ``moved`` keeps the order of the second."""
    return Answer(
        before,
        after,
        shift(before.finish_on, after.finish_on, calendar),
        tuple(_moved(before, after, calendar)) if before is not after else (),
    )


def shift(before: date, after: date, calendar: WorkCalendar) -> Shift:
    return Shift(before, after, calendar.between(before, after), calendar.is_provisional(after))


def spare(plan: Plan, calendar: WorkCalendar) -> int:
    """Working days from the plan's end to its target; negative when it runs past."""
    return calendar.between(plan.finish_on, plan.target_on)


def _moved(before: Plan, after: Plan, calendar: WorkCalendar) -> Iterator[Moved]:
    then = {slot.key: slot for slot in before.slots}
    for slot in after.slots:
        old = then[slot.key]
        if slot != old and not slot.done:  # the slack of what is done means nothing any more
            yield Moved(
                old,
                slot,
                shift(old.earliest_start_on, slot.earliest_start_on, calendar),
                shift(old.earliest_finish_on, slot.earliest_finish_on, calendar),
                shift(old.latest_start_on, slot.latest_start_on, calendar),
                shift(old.latest_finish_on, slot.latest_finish_on, calendar),
            )
