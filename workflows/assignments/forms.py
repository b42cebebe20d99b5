"""Forms of the sheets: filter, draft with its parts, feedback, extension."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory

from kernel.papers.forms import FilesField
from kernel.web.fields import day_field, deadline_field
from workflows.assignments.actions import FURTHEST, PartDraft
from workflows.assignments.lifecycle import SourceKind, State

ANY = ("", "全部")


class PartFilter(forms.Form):
    """What the list shows; every answer stays in the address."""

    q = forms.CharField(label="文号、任务或项目", required=False, max_length=60)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[ANY, ("open", "未销号"), *State.choices]
    )
    time = forms.ChoiceField(
        label="时限",
        required=False,
        choices=[ANY, ("late", "已逾期"), ("asked", "待批延期"), ("done_late", "逾期办结")],
    )
    department = forms.ChoiceField(label="责任单位", required=False)
    source = forms.ChoiceField(label="来源", required=False, choices=[ANY, *SourceKind.choices])
    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        departments: Iterable[tuple[str, str]],
        years: Iterable[int],
        own: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [ANY, *departments]  # type: ignore[attr-defined]
        self.fields["year"].choices = [ANY, *((y, f"{y}年") for y in years)]  # type: ignore[attr-defined]
        if own:
            del self.fields["department"]

    def chosen(self) -> dict[str, Any]:
        """The answers that make sense; the others filter nothing."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class SheetForm(forms.Form):
    """A sheet as drafted, without its parts."""

    title = forms.CharField(
        label="任务", max_length=120, help_text="写入标题：关于……的任务交办单。"
    )
    source_kind = forms.ChoiceField(label="来源", choices=SourceKind.choices)
    source_words = forms.CharField(
        label="来源说明",
        max_length=200,
        help_text="如“副总召集人2026年1月12日批示”“2026年第3次专题协调会议定事项”。",
    )
    matter = forms.CharField(label="事由", max_length=1000, widget=forms.Textarea({"rows": 4}))
    demand = forms.CharField(label="办理要求", max_length=1000, widget=forms.Textarea({"rows": 4}))
    due_on = deadline_field("办结期限")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["due_on"].widget.attrs["min"] = today.isoformat()
        # A resolution of a meeting becomes a sheet by itself, with the meeting as its source.
        kinds = [choice for choice in SourceKind.choices if choice[0] != SourceKind.MEETING]
        self.fields["source_kind"].choices = kinds  # type: ignore[attr-defined]

    def clean_due_on(self) -> date:
        on: date = self.cleaned_data["due_on"]
        if on < self.today:
            raise forms.ValidationError(f"办结期限 {on} 已经过去。请改为今天或者以后的日期。")
        if on > self.today + FURTHEST:
            raise forms.ValidationError(f"办结期限 {on} 在两年以后，请核对年份。")
        return on


class PartForm(forms.Form):
    """One department of a sheet."""

    department_code = forms.ChoiceField(label="责任单位", required=False)
    leads = forms.BooleanField(label="牵头", required=False)
    demand = forms.CharField(label="分工要求", max_length=500, required=False)
    due_on = deadline_field("分工期限", required=False)

    def __init__(self, *args: Any, departments: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department_code"].choices = [("", "—"), *departments]  # type: ignore[attr-defined]


class Parts(BaseFormSet[PartForm]):
    """The departments of a sheet; rows without one are left out."""

    def drafts(self) -> list[PartDraft]:
        return [
            PartDraft(
                department_code=row["department_code"],
                leads=row["leads"],
                demand=row["demand"],
                due_on=row["due_on"],
            )
            for row in self.cleaned_data
            if row.get("department_code")
        ]

    def clean(self) -> None:
        if not self.management_form.is_valid() or any(self.errors):
            return
        rows = self.drafts()
        if not rows:
            raise forms.ValidationError("至少选择一个责任单位。")
        if sum(row.leads for row in rows) != 1:
            raise forms.ValidationError("请选定一个牵头单位，只能有一个。")


PartsFormSet = formset_factory(PartForm, formset=Parts, extra=0, min_num=4, max_num=20)


class FeedbackForm(forms.Form):
    """What a department says, with files."""

    text = forms.CharField(label="内容", max_length=1000, widget=forms.Textarea({"rows": 3}))
    attachments = FilesField(
        label="附件",
        required=False,
        help_text="PDF、Word、Excel、WPS、OFD、图片，每个不超过 20 MB。",
    )


class ReportForm(FeedbackForm):
    """The report of completion (反馈办结)."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    on = day_field("办结日期", help_text="事情实际办完的日期。")

    def __init__(self, *args: Any, today: date, first: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.first = today, first
        self.fields["on"].widget.attrs |= {"max": today.isoformat(), "min": first.isoformat()}
        self.fields["attachments"].label = "佐证材料"

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if not self.first <= on <= self.today:
            raise forms.ValidationError(
                f"办结日期 {on} 须在交办日期 {self.first} 到今天 {self.today} 之间。"
            )
        return on


class MoveForm(forms.Form):
    """A step that asks for no more than words."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="说明", max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )


class ExtensionForm(forms.Form):
    until_on = deadline_field("申请延至")
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea({"rows": 2}))


class AnswerForm(forms.Form):
    """The answer to an extension; which of its two buttons was pressed is the answer."""

    answer = forms.ChoiceField(
        choices=[("granted", "同意"), ("refused", "不同意")],
        error_messages={"required": "请点“同意延期”或者“不同意”。"},
    )
    text = forms.CharField(
        label="答复说明", max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )


class CancelForm(forms.Form):
    text = forms.CharField(label="撤销理由", max_length=300, widget=forms.Textarea({"rows": 2}))


class PeriodForm(forms.Form):
    """The period of the statistics, both days included."""

    first = day_field("自", required=False)
    last = day_field("至", required=False)

    def period(self, today: date) -> tuple[date, date]:
        """What was asked for; the year so far where nothing sensible was."""
        self.is_valid()
        given = getattr(self, "cleaned_data", {})
        first = given.get("first") or date(today.year, 1, 1)
        last = given.get("last") or today
        return (first, last) if first <= last else (last, first)
