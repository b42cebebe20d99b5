"""The filter over the drafts, and the reason for a step (公开稿表单)."""

from typing import Any

from django import forms

from tenants.registry.models import DisclosureKind
from workflows.disclosure.lifecycle import State

_ANY = ("", "全部")


class DraftFilter(forms.Form):
    q = forms.CharField(label="查找", required=False, max_length=60)
    state = forms.ChoiceField(label="状态", required=False, choices=[_ANY, *State.choices])
    kind = forms.ChoiceField(label="类别", required=False, choices=[_ANY, *DisclosureKind.choices])

    def chosen(self) -> dict[str, Any]:
        """What was asked for; a part that makes no sense is left out."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明哪一处不对、怎么改；理由随稿保存。",
        error_messages={"required": "请写明理由。"},
    )
