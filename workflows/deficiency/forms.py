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
        on: date = self.cleaned_data["credit_on"]
        if on > self.today:
            raise forms.ValidationError(f"信用核查日期 {on} 晚于今天。请填核查当天的日期。")
        return on


class MakeGoodForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    received_on = day_field("补齐日期")
    attachments = FilesField(label="补齐的材料", required=False)


class ExtendForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    until_on = deadline_field("延至")
    why = forms.CharField(label="理由", max_length=300)


class BreachForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    document = forms.CharField(label="处理文书编号", max_length=80)
    text = forms.CharField(
        label="说明", max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )


class CancelForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(label="理由", max_length=300, widget=forms.Textarea({"rows": 2}))


FORMS: dict[str, type[forms.Form]] = {
    "make_good": MakeGoodForm,
    "extend": ExtendForm,
    "breach": BreachForm,
    "cancel": CancelForm,
}
