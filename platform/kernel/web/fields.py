"""Fields that forms of several rooms share: a day, and a deadline."""

from datetime import date
from typing import Any

from django import forms

from kernel.calendars.queries import work_calendar
from kernel.clock.calendar import FIRST, LAST

WEEKDAYS = "一二三四五六日"


def _picker() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def day_field(label: str, **more: Any) -> forms.DateField:
    """A day that the work calendar reaches: beyond it no deadline could be counted."""
    return _Day(label=label, widget=_picker(), **more)


def deadline_field(label: str, **more: Any) -> forms.DateField:
    """A day somebody has to be done by: never a rest day, on which nobody could be."""
    return _Deadline(label=label, widget=_picker(), **more)


def _within_the_calendar(day: date) -> None:
    if not FIRST <= day <= LAST:
        raise forms.ValidationError(
            f"日期 {day} 不在工作日历的范围（{FIRST} 至 {LAST}）之内。请核对年份。"
        )


class _Day(forms.DateField):
    default_validators = [_within_the_calendar]


class _Deadline(_Day):
    def run_validators(self, value: date | None) -> None:
        super().run_validators(value)
        if value is None:
            return
        calendar = work_calendar()
        if not calendar.is_working(value):
            before, after = calendar.on_or_before(value), calendar.on_or_after(value)
            raise forms.ValidationError(
                f"{self.label} {_named(value)}是休息日。请改为{_named(before)}或者{_named(after)}。"
            )


def _named(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"
