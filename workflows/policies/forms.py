"""The form of a change of policy."""

from collections.abc import Iterable
from typing import Any

from django import forms

from kernel.web.fields import day_field
from workflows.meetings.lifecycle import Cause


class PolicyForm(forms.Form):
    title = forms.CharField(label="政策措施", max_length=120)
    matter_code = forms.ChoiceField(label="针对事项")
    cause = forms.ChoiceField(label="针对原因", choices=Cause.choices)
    change = forms.CharField(label="改了什么", max_length=1000, widget=forms.Textarea({"rows": 4}))
    department_code = forms.ChoiceField(label="责任单位")
    document = forms.CharField(label="文号", max_length=80)
    effective_on = day_field("施行日期")

    def __init__(
        self,
        *args: Any,
        matters: Iterable[tuple[str, str]],
        departments: Iterable[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["matter_code"].choices = list(matters)  # type: ignore[attr-defined]
        self.fields["department_code"].choices = list(departments)  # type: ignore[attr-defined]
