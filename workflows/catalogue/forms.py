"""Filters of the list and the form that vouches for a fact (事项目录表单)."""

from collections.abc import Mapping
from typing import Any

from django import forms

from workflows.catalogue import combing, wording

_ALL = ("", "全部")


class MatterFilter(forms.Form):
    q = forms.CharField(
        label="查找",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "名称、代码、依据、拼音"}),
    )
    stage = forms.ChoiceField(
        label="阶段",
        required=False,
        choices=[_ALL, *((str(k), f"{k} {v}") for k, v in wording.STAGES.items())],
    )
    department = forms.ChoiceField(label="单位", required=False)
    group = forms.ChoiceField(
        label="并行组", required=False, choices=[_ALL, *wording.GROUPS.items(), ("-", "不分组")]
    )
    deficiency = forms.ChoiceField(
        label="容缺", required=False, choices=[_ALL, *wording.DEFICIENCIES.items(), ("-", "未定")]
    )
    verified = forms.ChoiceField(
        label="核实", required=False, choices=[_ALL, ("yes", "已核实"), ("no", "未核实")]
    )
    basis = forms.ChoiceField(
        label="前置依据", required=False, choices=[_ALL, ("none", "有无依据的前置")]
    )

    def __init__(
        self, *args: Any, departments: Mapping[str, combing.Department], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [  # type: ignore[attr-defined]
            _ALL,
            *((code, department.short_name) for code, department in departments.items()),
        ]


class ConfirmForm(forms.Form):
    fact = forms.ChoiceField(
        label="核实哪一项", choices=[(name, told.label) for name, told in wording.TOLD.items()]
    )
    source = forms.CharField(
        label="核对的原文", max_length=160, help_text="法律名称、条款、公布文号，写到能让别人找到。"
    )
    read_on = forms.DateField(
        label="核对日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label="说明", max_length=120, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput)
