"""Forms of the task force."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from kernel.clock import CalendarOutOfRange
from kernel.clock.calendar import FIRST, LAST
from kernel.web.fields import day_field


def in_the_calendar(on: date) -> None:
    """A day the work calendar knows."""
    if not FIRST <= on <= LAST:
        raise forms.ValidationError(str(CalendarOutOfRange()))


def _day(label: str, **more: Any) -> forms.DateField:
    return day_field(label, validators=[in_the_calendar], **more)


class SecondForm(forms.Form):
    department_code = forms.ChoiceField(label="选派单位")
    name = forms.CharField(label="姓名", max_length=40)
    temporary = forms.BooleanField(label="临时参加", required=False)
    purpose = forms.CharField(
        label="参加事由", max_length=200, required=False, help_text="临时参加的写明为什么事。"
    )
    from_on = _day("自")
    planned_until = _day("计划至")
    document = forms.CharField(label="依据文件文号", max_length=80, help_text="须是已登记的文件。")

    def __init__(self, *args: Any, units: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department_code"].choices = list(units)  # type: ignore[attr-defined]


class ExtendForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    until_on = _day("延至")
    why = forms.CharField(label="原因", max_length=200)
    document = forms.CharField(label="依据文件文号", max_length=80, help_text="须是已登记的文件。")


class EndForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    on = _day("最后一天")
    why = forms.CharField(label="原因", max_length=200, help_text="如期满、召回、调离。")
    document = forms.CharField(
        label="依据文件文号", max_length=80, help_text="期满的填选派时的文件。"
    )


class DayForm(forms.Form):
    on = _day("日期", required=False)


class MonthForm(forms.Form):
    month = forms.DateField(
        label="月份",
        required=False,
        input_formats=["%Y-%m"],
        validators=[in_the_calendar],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
    )
