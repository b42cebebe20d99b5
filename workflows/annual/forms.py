"""Forms of the cycle (编制表单)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from kernel.papers.paper import cn_date
from workflows.annual.lifecycle import Stage
from workflows.annual.models import ChangeKind, Cycle, ListVersion
from workflows.annual.queries import planned
from workflows.projects.models import Opinion

ANY = ("", "全部")
NOW = "now"


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class _Happened(forms.Form):
    """A day something happened on, and the version the clerk saw."""

    on = forms.DateField(
        label="办理日期", widget=DayInput, help_text="实际发生的日期，可以是过去，不能是将来。"
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError("日期在今天以后；请填写实际发生的日期。")
        return on


class OpenForm(forms.Form):
    """The year whose list is to be drawn up."""

    year = forms.TypedChoiceField(label="年度", coerce=int)

    def __init__(self, *args: Any, years: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, f"{year}年度") for year in years]  # type: ignore[attr-defined]


class MoveForm(_Happened):
    why = forms.CharField(
        label="理由", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = needs_reason


class IssueForm(_Happened):
    """Issue the list whose digest the page showed."""

    note = forms.CharField(
        label="印发说明",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="写进印发文件，可以不填。",
    )
    digest = forms.CharField(widget=forms.HiddenInput)


class CalendarForm(forms.Form):
    """The five days of a calendar; what they may not say `scheduling.check` tells."""

    lead_days = forms.IntegerField(
        label="提前提醒（工作日）", help_text="每个节点前多少个工作日提醒办公室和未回复的单位。"
    )
    why = forms.CharField(label="调整理由", max_length=200, help_text="会记入留痕。")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for stage in Stage:
            self.fields[stage.value] = forms.DateField(label=stage.label, widget=DayInput)
        self.order_fields([*(stage.value for stage in Stage), "lead_days", "why", "version"])

    @staticmethod
    def initial_of(cycle: Cycle) -> dict[str, Any]:
        days = {stage.value: day for stage, day in planned(cycle).items()}
        return {**days, "lead_days": cycle.lead_days, "version": cycle.version}

    def days(self) -> dict[Stage, date]:
        return {stage: self.cleaned_data[stage.value] for stage in Stage}


class _Filter(forms.Form):
    """A GET form; a strange value in the address chooses nothing."""

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in getattr(self, "cleaned_data", {}).items() if value}


class MatrixFilter(_Filter):
    q = forms.CharField(label="项目", required=False, max_length=60)
    department = forms.ChoiceField(label="单位", required=False)
    standing = forms.ChoiceField(
        label="回复",
        required=False,
        choices=[
            ANY,
            ("waiting", "还有未回复"),
            ("silent", "逾期未回复"),
            ("object", "有不同意"),
            ("unhandled", "意见待处理"),
        ],
    )

    def __init__(self, *args: Any, departments: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [ANY, *departments]  # type: ignore[attr-defined]


class CommentFilter(_Filter):
    q = forms.CharField(label="项目", required=False, max_length=60)
    department = forms.ChoiceField(label="单位", required=False)
    opinion = forms.ChoiceField(label="意见", required=False, choices=[ANY, *Opinion.choices])
    handled = forms.ChoiceField(
        label="处理", required=False, choices=[ANY, ("no", "待处理"), ("yes", "已处理")]
    )

    def __init__(self, *args: Any, departments: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [ANY, *departments]  # type: ignore[attr-defined]


class ChangeFilter(_Filter):
    q = forms.CharField(label="项目", required=False, max_length=60)
    kind = forms.ChoiceField(label="变动", required=False, choices=[ANY, *ChangeKind.choices])
    scope = forms.ChoiceField(
        label="范围", required=False, choices=[("", "上一版以后"), ("all", "全年")]
    )


class CompareForm(_Filter):
    """Two states of a list: versions by number, or the list as it is now."""

    before = forms.ChoiceField(label="从", required=False)
    after = forms.ChoiceField(label="到", required=False)

    def __init__(self, *args: Any, versions: Iterable[ListVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(v.number), f"第{v.number}版（{cn_date(v.issued_on)}）") for v in versions]
        self.fields["before"].choices = known  # type: ignore[attr-defined]
        self.fields["after"].choices = [(NOW, "现在的清单"), *known]  # type: ignore[attr-defined]
