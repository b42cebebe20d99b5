"""Forms of deficient acceptance."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from kernel.papers.forms import FilesField
from kernel.web.fields import day_field, deadline_field
from workflows.deficiency.lifecycle import Consequence, State

ANY = ("", "全部")


class DeficiencyFilter(forms.Form):
    """What the ledger shows; every answer stays in the address."""

    q = forms.CharField(label="材料、办件或项目", required=False, max_length=60)
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "未补齐"), ("late", "逾期未补"), *State.choices, ("all", "全部")],
    )
    department = forms.ChoiceField(label="责任单位", required=False)

    def __init__(
        self, *args: Any, departments: Iterable[tuple[str, str]], own: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [ANY, *departments]  # type: ignore[attr-defined]
        if own:
            del self.fields["department"]

    def chosen(self) -> dict[str, Any]:
        """The answers that make sense; the others filter nothing."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class GrantForm(forms.Form):
    """A paper let come later, and the promise it rests on."""

    material = forms.ChoiceField(label="容缺材料")
    why = forms.CharField(label="容缺理由", max_length=300)
    due_on = deadline_field("承诺补齐期限")
    promised_by = forms.CharField(
        label="承诺人", max_length=60, help_text="项目单位签署承诺书的人。"
    )
    promise_number = forms.CharField(label="承诺书编号", max_length=80)
    promise_on = day_field("承诺日期")
    promise_text = forms.CharField(
        label="承诺内容", max_length=600, widget=forms.Textarea({"rows": 3})
    )
    consequence = forms.ChoiceField(label="逾期后果", choices=Consequence.choices)
    credit_clear = forms.TypedChoiceField(
        label="信用核查结果",
        choices=[("yes", "没有失信记录"), ("no", "有失信记录")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    credit_source = forms.CharField(
        label="信用核查来源", max_length=80, help_text="如信用平台的名称和查询编号。"
    )
    credit_on = day_field("信用核查日期")
    attachments = FilesField(label="承诺书", required=False)

    def __init__(self, *args: Any, materials: Iterable[str], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["material"].choices = [(name, name) for name in materials]  # type: ignore[attr-defined]

    def clean_credit_on(self) -> date:
        return self._past("credit_on", "请填核查当天的日期。")

    def clean_promise_on(self) -> date:
        return self._past("promise_on", "请填承诺书上的日期。")

    def _past(self, name: str, cure: str) -> date:
        on: date = self.cleaned_data[name]
        if on > self.today:
            raise forms.ValidationError(f"{self.fields[name].label} {on} 晚于今天。{cure}")
        return on


class HandInForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    handed_in_on = day_field("交来日期")
    attachments = FilesField(label="补齐的材料", required=False)


class MakeGoodForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    received_on = day_field("补齐日期", required=False, help_text="已交待审的，按交来的日期算。")
    attachments = FilesField(label="补齐的材料", required=False)


class SendBackForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    why = forms.CharField(
        label="哪里不符合要求", max_length=300, widget=forms.Textarea({"rows": 2})
    )


class ExtendForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    until_on = deadline_field("延至")
    why = forms.CharField(label="理由", max_length=300)


class BreachForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(label="处理决定", choices=Consequence.choices)
    document = forms.CharField(label="处理文书编号", max_length=80)
    text = forms.CharField(
        label="说明", max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )


class CancelForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(label="理由", max_length=300, widget=forms.Textarea({"rows": 2}))


class RepairForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    document = forms.CharField(label="信用修复文书编号", max_length=80)


class RuleForm(forms.Form):
    """A new version of the longest term."""

    longest_days = forms.IntegerField(label="最长期限（工作日）", min_value=1, max_value=60)
    effective_from = day_field("生效日期")
    document = forms.CharField(label="文书编号", max_length=80, required=False)
    why = forms.CharField(label="修订理由", max_length=300, widget=forms.Textarea({"rows": 2}))
    seen = forms.IntegerField(widget=forms.HiddenInput)


FORMS: dict[str, type[forms.Form]] = {
    "hand_in": HandInForm,
    "make_good": MakeGoodForm,
    "send_back": SendBackForm,
    "extend": ExtendForm,
    "breach": BreachForm,
    "cancel": CancelForm,
    "repair": RepairForm,
}
