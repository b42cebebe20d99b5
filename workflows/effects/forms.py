"""The filter over measures."""

from typing import Any

from django import forms

SCOPES = [("", "本级和下辖"), ("own", "只看本级")]


class EffectFilter(forms.Form):
    department_code = forms.ChoiceField(label="责任单位", required=False)
    scope = forms.ChoiceField(label="办件范围", required=False, choices=SCOPES)

    def __init__(self, *args: Any, departments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department_code"].choices = [("", "全部"), *departments]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return getattr(self, "cleaned_data", {})
