"""Forms of the promises room (承诺时限表单)."""

from collections.abc import Mapping
from typing import Any

from django import forms

from workflows.catalogue.combing import Department
from workflows.promises.models import PartyRole

_ALL = ("", "全部")


class PromiseFilter(forms.Form):
    q = forms.CharField(
        label="查找",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "名称、代码、拼音"}),
    )
    department = forms.ChoiceField(label="单位", required=False)
    missing = forms.ChoiceField(
        label="还缺",
        required=False,
        choices=[
            _ALL,
            ("any", "缺任何一项"),
            *((word, f"缺{word}") for word in ("时限", "窗口", "电话", "审批人员", "帮办代办")),
        ],
    )

    def __init__(self, *args: Any, departments: Mapping[str, Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [  # type: ignore[attr-defined]
            _ALL,
            *((code, department.short_name) for code, department in departments.items()),
        ]


class PromiseForm(forms.Form):
    promised_days = forms.IntegerField(
        label="承诺时限（工作日）", required=False, min_value=1, max_value=1000
    )
    window = forms.CharField(
        label="受理窗口",
        required=False,
        max_length=80,
        help_text="例如：政务服务大厅二楼 12 号窗口。",
    )
    cut_off = forms.TimeField(
        label="收件截止时间",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="窗口每天收件到几点。过了这个钟点收到的材料，按其后第一个工作日收件；不填则当天都算当天。",
    )
    office_phone = forms.CharField(
        label="咨询电话",
        required=False,
        max_length=20,
        help_text="办公电话，会对外公开；不填手机。",
    )
    handled_here = forms.BooleanField(
        label="本级办理", required=False, help_text="不勾选表示由上级或者下级办理，本级不必配人员。"
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class PartyForm(forms.Form):
    role = forms.ChoiceField(label="身份", choices=PartyRole.choices)
    name = forms.CharField(label="姓名", max_length=40)
    post = forms.CharField(label="职务", max_length=60, required=False)
    office_phone = forms.CharField(
        label="办公电话", max_length=20, required=False, help_text="只填办公电话，不填手机。"
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
