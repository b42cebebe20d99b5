"""Forms of the task force."""

from collections.abc import Iterable
from typing import Any

from django import forms

from kernel.web.fields import day_field


class SecondForm(forms.Form):
    department_code = forms.ChoiceField(label="选派单位")
    name = forms.CharField(label="姓名", max_length=40)
    temporary = forms.BooleanField(label="临时参加", required=False)
    purpose = forms.CharField(
        label="参加事由", max_length=200, required=False, help_text="临时参加的写明为什么事。"
    )
    from_on = day_field("自")
    planned_until = day_field("计划至")
    document = forms.CharField(label="依据文件文号", max_length=80, help_text="须是已登记的文件。")

    def __init__(self, *args: Any, units: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department_code"].choices = list(units)  # type: ignore[attr-defined]


class ExtendForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    until_on = day_field("延至")
    document = forms.CharField(label="依据文件文号", max_length=80)


class EndForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    on = day_field("结束日期")
    why = forms.CharField(label="原因", max_length=200)


class DayForm(forms.Form):
    on = day_field("日期", required=False)


class MonthForm(forms.Form):
    month = forms.DateField(
        label="月份",
        required=False,
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
    )
