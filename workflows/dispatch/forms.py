"""Forms of the dispatch."""

from collections.abc import Iterable
from typing import Any

from django import forms

from workflows.dispatch.lifecycle import State

ANY = ("", "全部")
_LONG = forms.Textarea({"rows": 6})


class WordsForm(forms.Form):
    """The office's own paragraphs."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    problems = forms.CharField(
        label="存在问题（补充）",
        required=False,
        max_length=3000,
        widget=_LONG,
        help_text="写在系统生成的句子之后，一行一段。数字以快照为准，不能手改。",
    )
    steps = forms.CharField(
        label="下一步建议（补充）", required=False, max_length=3000, widget=_LONG
    )


class StepForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="意见", max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )


class CorrectForm(forms.Form):
    why = forms.CharField(label="更正理由", max_length=300, widget=forms.Textarea({"rows": 2}))


class ReportFilter(forms.Form):
    """What the list shows; every answer stays in the address."""

    year = forms.ChoiceField(label="年度", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[ANY, *State.choices])

    def __init__(self, *args: Any, years: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [ANY, *((str(y), f"{y}年") for y in years)]  # type: ignore[attr-defined]


class CompareFilter(forms.Form):
    """The report to compare with."""

    other = forms.ChoiceField(label="对照", required=False)
    only = forms.ChoiceField(
        label="范围", required=False, choices=[("", "有增减的"), ("all", "全部指标")]
    )

    def __init__(self, *args: Any, others: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].choices = [(str(pk), title) for pk, title in others]  # type: ignore[attr-defined]
