"""Fields that forms of several rooms share: a day."""

from datetime import date
from typing import Any

from django import forms

from kernel.clock.calendar import FIRST, LAST


def day_field(label: str, **more: Any) -> forms.DateField:
    """A day that the work calendar reaches: beyond it no deadline could be counted."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[_within_the_calendar],
        **more,
    )


def _within_the_calendar(day: date) -> None:
    if not FIRST <= day <= LAST:
        raise forms.ValidationError(
            f"日期 {day} 不在工作日历的范围（{FIRST} 至 {LAST}）之内。请核对年份。"
        )
