"""The calendar a cycle starts from (编制日程), and what a calendar may not say. Pure."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from kernel.clock import WorkCalendar
from kernel.papers.paper import cn_date
from kernel.refusal import Refused
from workflows.annual.lifecycle import Stage

#: Working days from each day back to the one before it; the office changes the days, not these.
BEFORE: Mapping[Stage, int] = {Stage.REPLY: 5, Stage.SEND: 10, Stage.DECLARE: 5, Stage.COLLECT: 20}
REPLY_DAYS = 10  #: working days to reply where the calendar leaves no time
SHORTEST_REPLY = 3  #: working days; less than that is no time to reply
LONGEST_LEAD = 20


class BadCalendar(Refused):
    """The calendar contradicts itself or the rule of clause A4.1."""


def last_day(year: int) -> date:
    """The list of a year is confirmed by the end of October of the year before (A4.1)."""
    return date(year - 1, 10, 31)


def proposed(year: int, calendar: WorkCalendar) -> dict[Stage, date]:
    """A calendar reckoned back from the last day there is; working days all."""
    days = {Stage.CONFIRM: calendar.on_or_before(last_day(year))}
    day = days[Stage.CONFIRM]
    for stage, before in BEFORE.items():
        day = days[stage] = calendar.subtract(day, before)
    return {stage: days[stage] for stage in Stage}


def check(year: int, days: Mapping[Stage, date], lead_days: int) -> None:
    """Raises `BadCalendar` with the place, the value and the cure."""
    if days[Stage.CONFIRM] > last_day(year):
        raise BadCalendar(
            f"“{Stage.CONFIRM.label}”填的是{cn_date(days[Stage.CONFIRM])}，"
            f"{year}年度清单应在{cn_date(last_day(year))}以前审定；请提前。"
        )
    if days[Stage.COLLECT].year != year - 1:
        raise BadCalendar(
            f"“{Stage.COLLECT.label}”填的是{cn_date(days[Stage.COLLECT])}，"
            f"{year}年度清单在{year - 1}年内编制；请核对年份。"
        )
    for earlier, later in pairwise(Stage):
        if days[later] < days[earlier]:
            raise BadCalendar(
                f"“{later.label}”{cn_date(days[later])}早于“{earlier.label}”"
                f"{cn_date(days[earlier])}；请按节点先后填写。"
            )
    if not 1 <= lead_days <= LONGEST_LEAD:
        raise BadCalendar(f"提前提醒填的是{lead_days}个工作日，应在1至{LONGEST_LEAD}之间；请改正。")


def reply_by(sent_on: date, planned: date | None, calendar: WorkCalendar) -> date:
    """The deadline of a round: the calendar's day, or `REPLY_DAYS` where that leaves no time."""
    if planned is not None:
        day = calendar.on_or_before(planned)
        if calendar.between(sent_on, day) >= SHORTEST_REPLY:
            return day
    return calendar.add(sent_on, REPLY_DAYS)
