"""When a procedure's lamp turns (亮灯规则). Two dates; which lamp shows follows from the day asked.

| 情形 | 对照 | 黄灯 | 红灯 |
|---|---|---|---|
| 未收件、已撤回、不予受理 | 计划受理日 | 提前 5 个工作日 | 次日 |
| 已收件、待补正、审查中 | 法定、承诺、计划完成三者最早 | 提前 3 个工作日 | 次日 |
| 停表 | 计划完成日 | 提前 3 个工作日 | 次日 |
| 已办结、已送达 | — | 不亮 | 不亮 |
"""

from datetime import date, timedelta

from kernel.clock import WorkCalendar
from workflows.procedures.lifecycle import FINISHED, NOT_STARTED, State

START_LEAD = 5  # working days before the latest start
DUE_LEAD = 3  # working days before the deadline


def deadline_of(
    state: State,
    *,
    planned_start_on: date | None,
    planned_due_on: date | None,
    statutory_due_on: date | None,
    promised_due_on: date | None,
) -> date | None:
    """The day the lamp is measured against: the last one that is still in time."""
    if state in FINISHED:
        return None
    if state in NOT_STARTED:
        return planned_start_on
    if state is State.STOPPED:
        return planned_due_on
    return min(filter(None, (statutory_due_on, promised_due_on, planned_due_on)), default=None)


#: What the office calls each of the days a lamp may be measured against.
DAY_NAMES = {
    "planned_start_on": "计划受理",
    "statutory_due_on": "法定期限",
    "promised_due_on": "承诺期限",
    "planned_due_on": "计划完成",
}


def bound_by(state: State, **days: date | None) -> tuple[str, date | None]:
    """The deadline of `deadline_of` with what it is called: ("承诺期限", 2026-01-16)."""
    deadline = deadline_of(state, **days)
    names = ["planned_start_on"] if state in NOT_STARTED else list(DAY_NAMES)[1:]
    if state is State.STOPPED:
        names = ["planned_due_on"]
    found = next((DAY_NAMES[name] for name in names if days[name] == deadline), "计划完成")
    return (found, deadline) if deadline else ("", None)


def turning_days(
    state: State, deadline_on: date | None, calendar: WorkCalendar
) -> tuple[date | None, date | None]:
    """(yellow_on, red_on) for a deadline; yellow never comes after red."""
    if deadline_on is None:
        return None, None
    lead = START_LEAD if state in NOT_STARTED else DUE_LEAD
    return calendar.subtract(deadline_on, lead), deadline_on + timedelta(days=1)
