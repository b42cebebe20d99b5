"""核对通知：what no holiday notice may say. Pure: a notice in, its faults as sentences out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from kernel.clock import Notice, Rest
from kernel.clock.calendar import FIRST, LAST

#: What a year's notice has to arrange before the whole year may count as published.
FESTIVALS = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")
LONGEST_NAME = 20
LONGEST_DAYS = 15  #: the longest holiday so far had ten days
_MARGIN = timedelta(days=31)  # a notice may reach into the December before and the January after


@dataclass(frozen=True, slots=True)
class Fault:
    """问题：one sentence with what, which value and the cure; ``on`` is the day it is about."""

    on: date | None
    text: str


def faults_of(notice: Notice) -> list[Fault]:
    """Everything wrong with the days of ``notice``, in the order of days; empty when nothing is."""
    if not FIRST.year <= notice.year <= LAST.year:
        return [
            Fault(
                None,
                f"年份{notice.year}超出工作日历的范围（{FIRST.year}年至{LAST.year}年）；请核对年份。",
            )
        ]
    found = [*_rests(notice), *_make_ups(notice)]
    if not notice.rest:
        found.append(Fault(None, "没有一段放假日期；请至少录入一段。"))
    return sorted(found, key=lambda fault: fault.on or date.min)


def missing_festivals(notice: Notice) -> list[str]:
    """Festivals that ``notice`` does not arrange."""
    names = "".join(rest.name for rest in notice.rest)
    return [name for name in FESTIVALS if name not in names]


def said(day: date) -> str:
    """2026年1月4日（周日）."""
    return f"{day.year}年{day.month}月{day.day}日（{weekday_of(day)}）"


def weekday_of(day: date) -> str:
    return "周" + "一二三四五六日"[day.weekday()]


def _rests(notice: Notice) -> Iterator[Fault]:
    rests = sorted(notice.rest, key=lambda rest: rest.from_on)
    for rest in rests:
        if not 0 < len(rest.name.strip()) <= LONGEST_NAME:
            text = f"从{said(rest.from_on)}起的放假，节日名称“{rest.name}”是空的或超过{LONGEST_NAME}字；请填写节日名称。"
            yield Fault(rest.from_on, text)
        for day in sorted({rest.from_on, rest.until_on}):
            yield from _near(notice, day, f"“{rest.name}”放假")
        days = (rest.until_on - rest.from_on).days + 1
        if days > LONGEST_DAYS:
            text = f"“{rest.name}”从{said(rest.from_on)}放到{said(rest.until_on)}共{days}天，超过{LONGEST_DAYS}天；请核对起止日期。"
            yield Fault(rest.from_on, text)
    for before, after in pairwise(rests):
        if after.from_on <= before.until_on:
            text = (
                f"“{after.name}”从{said(after.from_on)}开始，与“{before.name}”"
                f"（到{said(before.until_on)}）重叠；请改正其一，或合成一段。"
            )
            yield Fault(after.from_on, text)


def _make_ups(notice: Notice) -> Iterator[Fault]:
    seen: set[date] = set()
    for day in sorted(notice.make_up):
        yield from _near(notice, day, "调休上班日")
        if day in seen:
            yield Fault(day, f"调休上班日{said(day)}写了两次；请删去一个。")
        seen.add(day)
        if day.weekday() < 5:
            text = f"调休上班日{said(day)}本来就是工作日；请核对日期，只录入周六、周日。"
            yield Fault(day, text)
        if rest := _resting(notice, day):
            text = f"调休上班日{said(day)}落在“{rest.name}”放假之内；请改正其一。"
            yield Fault(day, text)


def _near(notice: Notice, day: date, what: str) -> Iterator[Fault]:
    first = max(date(notice.year, 1, 1) - _MARGIN, FIRST) if notice.year > FIRST.year else FIRST
    last = date(notice.year, 12, 31)
    last = min(last + _MARGIN, LAST) if notice.year < LAST.year else LAST
    if not first <= day <= last:
        text = f"{what}{said(day)}不在{notice.year}年及其前后一个月之内；请核对年份。"
        yield Fault(day, text)


def _resting(notice: Notice, day: date) -> Rest | None:
    return next((rest for rest in notice.rest if rest.from_on <= day <= rest.until_on), None)
