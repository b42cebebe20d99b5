"""When a procedure's lamp turns (亮灯规则). Two dates; which lamp shows follows from the day asked.

The rule is data with versions. The shipped one:

| 情形 | 对照 | 黄灯 | 红灯 |
|---|---|---|---|
| 未收件、已撤回、不予受理 | 计划受理日 | 提前 5 个工作日 | 次日 |
| 已收件、待补正、审查中 | 法定、承诺、计划完成三者最早 | 提前 3 个工作日 | 次日 |
| 停表、已报上级 | 计划完成日 | 提前 3 个工作日 | 次日 |
| 已办结、已送达 | — | 不亮 | 不亮 |
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from kernel.clock import WorkCalendar
from workflows.procedures.lifecycle import FINISHED, NOT_STARTED, PAUSED, State

#: What the office calls each of the days a lamp may be measured against.
DAY_NAMES = {
    "planned_start_on": "计划受理",
    "statutory_due_on": "法定期限",
    "promised_due_on": "承诺期限",
    "planned_due_on": "计划完成",
}
#: The days a procedure has in each situation; a rule chooses among them.
SITUATIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "waiting": ("未收件、已撤回、不予受理", ("planned_start_on",)),
    "running": (
        "已收件、待补正、审查中",
        ("statutory_due_on", "promised_due_on", "planned_due_on"),
    ),
    "paused": ("停表、已报上级", ("planned_due_on",)),
}


@dataclass(frozen=True, slots=True)
class Watch:
    """One line of the rule: measured against the earliest of ``against``, yellow ``lead_days``
    working days before it, red once ``grace_days`` working days after it are over."""

    against: tuple[str, ...]
    lead_days: int
    grace_days: int = 0


@dataclass(frozen=True, slots=True)
class LampRule:
    """A version of the rule, in force from a day on."""

    number: int
    effective_from: date
    waiting: Watch
    running: Watch
    paused: Watch

    @classmethod
    def read(cls, number: int, effective_from: date, data: Mapping[str, Any]) -> Self:
        """The rule that `write` put down."""
        return cls(
            number,
            effective_from,
            **{
                name: Watch(tuple(line["against"]), line["lead_days"], line["grace_days"])
                for name, line in data.items()
            },
        )

    def write(self) -> dict[str, Any]:
        """The three lines as JSON values."""
        return {
            name: {
                "against": list(watch.against),
                "lead_days": watch.lead_days,
                "grace_days": watch.grace_days,
            }
            for name, watch in self.watches.items()
        }

    @property
    def watches(self) -> dict[str, Watch]:
        return {name: getattr(self, name) for name in SITUATIONS}

    def watch(self, state: State) -> Watch | None:
        """The line for a state; None once the procedure is finished."""
        if state in FINISHED:
            return None
        if state in NOT_STARTED:
            return self.waiting
        return self.paused if state in PAUSED else self.running


SHIPPED = LampRule(
    1,
    date(2000, 1, 1),
    waiting=Watch(SITUATIONS["waiting"][1], 5),
    running=Watch(SITUATIONS["running"][1], 3),
    paused=Watch(SITUATIONS["paused"][1], 3),
)


class LampRules:
    """Every version on file; the shipped rule is the first."""

    def __init__(self, versions: Iterable[LampRule] = ()) -> None:
        self.versions = sorted(
            [SHIPPED, *versions], key=lambda rule: (rule.effective_from, rule.number)
        )

    def on(self, day: date) -> LampRule:
        """The rule in force on ``day``."""
        return next(rule for rule in reversed(self.versions) if rule.effective_from <= day)


def bound_by(rule: LampRule, state: State, **days: date | None) -> tuple[str, date | None]:
    """The day the lamp is measured against, the last one in time, and what it is called:
    ("承诺期限", 2026-01-16). ``days`` by the names of `DAY_NAMES`."""
    watch = rule.watch(state)
    found = {name: day for name in watch.against if (day := days[name])} if watch else {}
    if not found:
        return "", None
    name = min(found, key=lambda name: (found[name], list(DAY_NAMES).index(name)))
    return DAY_NAMES[name], found[name]


def turning_days(
    rule: LampRule, state: State, deadline_on: date | None, calendar: WorkCalendar
) -> tuple[date | None, date | None]:
    """(yellow_on, red_on) for a deadline; yellow never comes after red."""
    watch = rule.watch(state)
    if deadline_on is None or watch is None:
        return None, None
    last = calendar.add(deadline_on, watch.grace_days)
    return calendar.subtract(deadline_on, watch.lead_days), last + timedelta(days=1)
