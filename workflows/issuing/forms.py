"""What the register's pages ask for (查找、作废、用印件、发文机关)."""

from typing import Any

from django import forms

from kernel.papers.forms import FilesField
from workflows.issuing.kinds import Kind
from workflows.issuing.queries import Head


class RegisterFilter(forms.Form):
    kind = forms.ChoiceField(label="文种", required=False, choices=[("", "全部"), *Kind.choices])
    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)
    q = forms.CharField(label="文号、标题或主送", required=False, max_length=60)
    voided = forms.ChoiceField(
        label="作废",
        required=False,
        choices=[("", "含作废"), ("no", "不含作废"), ("yes", "只看作废")],
    )

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", "全部"), *((year, f"{year}年") for year in years)]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What was asked for; parts that make no sense are left out and named beside their field."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class VoidForm(forms.Form):
    why = forms.CharField(
        label="作废理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明错在哪里、由哪一件代替。文号不再使用。",
    )


class AttachForm(forms.Form):
    uploads = FilesField(label="用印件")


class LetterheadForm(forms.Form):
    """A letterhead from a day on, and the document it rests on."""

    mark = forms.CharField(
        label="发文机关标志",
        max_length=60,
        help_text="发文机关全称或者规范化简称；“文件”“会议纪要”按文种自动加上。",
    )
    signer = forms.CharField(label="署名", max_length=60)
    sealer = forms.CharField(
        label="用印单位（代章）",
        max_length=60,
        required=False,
        help_text="办公室没有印章的，填代章单位；与署名相同或者留空的，不印代章说明。",
    )
    word = forms.CharField(
        label="机关代字", max_length=12, help_text="例如：准联审办。文种代字加在它后面。"
    )
    effective_from = forms.DateField(
        label="生效日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="从这一天起的公文用新的版本。",
    )
    document = forms.CharField(label="依据文件文号", max_length=80)

    def clean_word(self) -> str:
        word: str = self.cleaned_data["word"]
        if any(sign in word for sign in "〔〕[]（）()号0123456789"):
            raise forms.ValidationError("机关代字只写字，括号、年份和顺序号由系统加上。")
        return word

    @property
    def head(self) -> Head:
        given = self.cleaned_data
        return Head(given["mark"], given["signer"], given["sealer"], given["word"])
