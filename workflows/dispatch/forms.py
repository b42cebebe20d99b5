"""Forms of the dispatch."""

from django import forms

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
