"""Forms of the exchange: a system, and a new key."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms

from workflows.exchange.lifecycle import KEY_DAYS, Scope


class SystemForm(forms.Form):
    name = forms.CharField(
        label="系统名称", max_length=60, help_text="例如“市自然资源局审批业务系统”。"
    )
    department_code = forms.ChoiceField(
        label="所属单位",
        required=False,
        help_text="选了单位，就只能登记这个单位的办件；不选为不限，只给机制办公室自己的系统。",
    )
    scopes = forms.MultipleChoiceField(
        label="接口权限",
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择接口权限，至少一项。"},
    )
    contact = forms.CharField(
        label="联系单位和办公电话", max_length=80, help_text="只写单位和办公电话，不写个人手机。"
    )

    def __init__(self, *args: Any, departments: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department_code"].choices = [("", "不限单位"), *departments]  # type: ignore[attr-defined]

    def clean_contact(self) -> str:
        contact = str(self.cleaned_data["contact"])
        if found := re.search(r"(?<!\d)1\d{10}(?!\d)", contact):
            raise forms.ValidationError(f"“{found[0]}”是手机号码，请改填办公电话。")
        return contact


class KeyForm(forms.Form):
    days = forms.IntegerField(
        label="有效期（天）", min_value=1, max_value=2 * KEY_DAYS, initial=KEY_DAYS
    )
