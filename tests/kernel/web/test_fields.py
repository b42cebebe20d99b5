"""A day typed into a form is one the work calendar reaches."""

import pytest
from django import forms

from kernel.web.fields import day_field


class AForm(forms.Form):
    on = day_field("日期")


@pytest.mark.parametrize("day", ["2000-01-01", "2026-02-28", "2060-12-31"])
def test_a_day_within_the_calendar_is_taken(day: str) -> None:
    assert AForm({"on": day}).is_valid()


@pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01", "2061-01-01", "9999-12-31"])
def test_a_day_no_calendar_reaches_is_refused_with_the_range(day: str) -> None:
    form = AForm({"on": day})
    assert form.errors["on"] == [
        f"日期 {day} 不在工作日历的范围（2000-01-01 至 2060-12-31）之内。请核对年份。"
    ]
