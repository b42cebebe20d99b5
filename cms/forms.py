"""The filter over a section's guides (办事指南筛选)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from workflows.catalogue.wording import STAGES

_ANY = ("", "全部")


class MatterFilter(forms.Form):
    stage = forms.ChoiceField(
        label="阶段", required=False, choices=[_ANY, *((str(n), s) for n, s in STAGES.items())]
    )
    department = forms.ChoiceField(label="承办单位", required=False)

    def __init__(self, departments: Iterable[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [_ANY, *((name, name) for name in departments)]  # type: ignore[attr-defined]

    def keeps(self, payload: Mapping[str, Any]) -> bool:
        """Whether a guide answers the filter; a choice that makes no sense filters nothing."""
        chosen = self.cleaned_data if self.is_bound and self.is_valid() else {}
        stage, department = chosen.get("stage"), chosen.get("department")
        return (not stage or payload["stage"] == int(stage)) and (
            not department or department in payload["departments"]
        )
