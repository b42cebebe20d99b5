"""The filter over the trail."""

from typing import Any

from django import forms

from kernel.trail.models import Outcome
from kernel.trail.queries import room_of

ROOMS = (
    "projects", "procedures", "watches", "filings", "disclosure", "mechanism", "promises", "catalogue",
    "issuing", "overview", "desk", "trail", "accounts", "members",
)  # fmt: skip


class TrailFilter(forms.Form):
    room = forms.ChoiceField(label="业务", required=False)
    person = forms.CharField(label="人员", required=False, max_length=40)
    outcome = forms.ChoiceField(
        label="结果", required=False, choices=[("", "全部"), *Outcome.choices]
    )
    subject = forms.CharField(label="对象（编号或网址）", required=False, max_length=200)
    from_on = forms.DateField(
        label="自", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until_on = forms.DateField(
        label="至", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["room"].choices = [("", "全部"), *((room, room_of(room)) for room in ROOMS)]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What was asked for; parts that make no sense are left out and named beside their field."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})
