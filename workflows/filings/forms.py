"""What pages about filings ask for."""

from typing import Any

from django import forms

from tenants.choosing import tenant_field
from tenants.models import Tenant
from tenants.registry.models import FilingKind, FilingState

ANY = ("", "全部")


class FilingFilter(forms.Form):
    q = forms.CharField(
        label="编号或内容",
        required=False,
        max_length=60,
        widget=forms.TextInput({"type": "search"}),
    )
    box = forms.ChoiceField(
        label="方向", required=False, choices=[ANY, ("sender", "报出"), ("receiver", "收到")]
    )
    kind = forms.ChoiceField(label="类别", required=False, choices=[ANY, *FilingKind.choices])
    year = forms.IntegerField(label="年度", required=False, min_value=2000, max_value=2100)
    state = forms.ChoiceField(label="状态", required=False, choices=[ANY, *FilingState.choices])

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if tenant.is_city:  # nobody else receives from others
            self.fields["sender"] = tenant_field("报送单位", Tenant.objects.filter(ready=True))

    def chosen(self) -> dict[str, Any]:
        """What was asked for; parts that make no sense are left out and named beside their field."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class CalendarFilter(forms.Form):
    q = forms.CharField(
        label="单位",
        required=False,
        max_length=60,
        widget=forms.TextInput({"type": "search"}),
    )
    late = forms.ChoiceField(label="逾期", required=False, choices=[ANY, ("1", "有逾期没有报的")])

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class SendForm(forms.Form):
    year = forms.IntegerField(min_value=2000, max_value=2100, widget=forms.HiddenInput)
    period = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label="退回理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写清缺什么、改什么，报送单位会原样看到。",
        error_messages={"required": "退回必须写明理由，报送单位才知道改什么。"},
    )
