"""Forms of the meetings."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from kernel.papers.forms import FilesField
from kernel.web.fields import day_field, deadline_field
from workflows.meetings.lifecycle import Cause, Ground, Kind, SixStep, State
from workflows.meetings.models import Invitee

ANY = ("", "全部")
_LINES = forms.Textarea({"rows": 3})


class MeetingFilter(forms.Form):
    q = forms.CharField(label="会议或议题", required=False, max_length=60)
    kind = forms.ChoiceField(label="类别", required=False, choices=[ANY, *Kind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[ANY, *State.choices])
    year = forms.IntegerField(label="年度", required=False, min_value=2000, max_value=2100)

    def chosen(self) -> dict[str, Any]:
        """The answers that make sense; the others filter nothing."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class MeetingForm(forms.Form):
    """When, where and under whom; a special meeting also why."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label="类别", choices=Kind.choices)
    title = forms.CharField(label="会议名称", max_length=120)
    on = day_field("会议日期")
    at = forms.TimeField(
        label="会议时间", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    place = forms.CharField(label="地点", max_length=80)
    chair = forms.CharField(label="主持", max_length=60, help_text="职务，如“分管副市长”。")
    ground = forms.ChoiceField(
        label="召开理由",
        required=False,
        choices=[("", "会商会不需要"), *Ground.choices],
        help_text="专题协调会须选一项，并经召集人同意。",
    )
    ground_text = forms.CharField(label="理由说明", max_length=500, required=False, widget=_LINES)


class OwnItemForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label="议题", max_length=200)
    why = forms.CharField(label="上会理由", max_length=300)


class InviteesForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    departments = forms.MultipleChoiceField(
        label="参会单位", required=False, widget=forms.CheckboxSelectMultiple
    )
    posts = forms.CharField(
        label="参会领导",
        required=False,
        max_length=600,
        widget=forms.Textarea({"rows": 2}),
        help_text="一行一位，写职务。",
    )

    def __init__(
        self,
        *args: Any,
        departments: Iterable[tuple[str, str]],
        leaders: Iterable[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departments"].choices = list(departments)  # type: ignore[attr-defined]
        if posts := "、".join(leaders):
            self.fields["posts"].help_text = f"一行一位，写职务。能在系统中回复的：{posts}。"


class StepForm(forms.Form):
    """A step that asks for words at most."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="说明", max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )


class AgainForm(forms.Form):
    """A resolution handed over anew, by when."""

    due_on = deadline_field("新的办结期限")


class PaperConsentForm(forms.Form):
    """A consent given on paper (批示), put down by the office with its scan."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    by = forms.CharField(label="批示人职务", max_length=60)
    on = day_field("批示日期")
    paper = forms.CharField(label="批示文号", max_length=80)
    text = forms.CharField(label="批示意见", max_length=300, required=False)
    attachments = FilesField(label="批示扫描件")


class ReplyForm(forms.Form):
    reply = forms.ChoiceField(
        label="回复", choices=Invitee.Reply.choices[1:], widget=forms.RadioSelect
    )
    text = forms.CharField(
        label="说明", max_length=200, required=False, help_text="请假写理由，委派写由谁参加。"
    )


class RecordForm(forms.Form):
    """The six steps of an item, and how it ended."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, drawn: bool = False, **kwargs: Any) -> None:
        """``drawn``: the first step stands as it was drawn from the ledger."""
        super().__init__(*args, **kwargs)
        for step in SixStep:
            self.fields[step.value] = forms.CharField(
                label=step.label,
                required=False,
                max_length=1000,
                widget=forms.Textarea({"rows": 2}),
            )
        if drawn:
            first = self.fields[SixStep.RECONCILE.value]
            first.help_text = "台账记录已存，不能改写；这里只写补充说明。"
        self.fields["cause"] = forms.ChoiceField(
            label="卡在哪里", required=False, choices=[("", "—"), *Cause.choices]
        )
        self.fields["settled"] = forms.BooleanField(label="当场解决", required=False)
        self.fields["not_discussed"] = forms.CharField(
            label="未议理由", required=False, max_length=300
        )

    def renew(self, version: int, stored: Mapping[str, str]) -> None:
        """For another try: what was typed stays, and what was left blank is what ``stored`` says now."""
        typed = dict(self.data.items())
        for step, text in stored.items():
            if not typed.get(step, "").strip():
                typed[step] = text
        typed["version"] = str(version)
        self.data = typed


class ResolutionForm(forms.Form):
    demand = forms.CharField(label="议定内容", max_length=500, widget=_LINES)
    lead_code = forms.ChoiceField(label="牵头单位")
    support_codes = forms.MultipleChoiceField(
        label="配合单位", required=False, widget=forms.CheckboxSelectMultiple
    )
    due_on = deadline_field("办结期限")

    def __init__(self, *args: Any, departments: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(departments)
        self.fields["lead_code"].choices = [("", "请选择"), *choices]  # type: ignore[attr-defined]
        self.fields["support_codes"].choices = choices  # type: ignore[attr-defined]
