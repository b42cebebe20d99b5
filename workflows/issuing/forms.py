"""Forms of the register and of the letterhead."""

from datetime import date, timedelta
from typing import Any

from django import forms

from workflows.issuing.kinds import Kind
from workflows.issuing.queries import Head

AHEAD = timedelta(days=366)


class RegisterFilter(forms.Form):
    """What the register shows; every answer stays in the address."""

    q = forms.CharField(label="文号、标题或主送", required=False, max_length=60)
    kind = forms.ChoiceField(label="文种", required=False, choices=[("", "全部"), *Kind.choices])
    year = forms.IntegerField(label="年度", required=False, min_value=2000, max_value=2100)
    voided = forms.ChoiceField(
        label="作废",
        required=False,
        choices=[("", "全部"), ("no", "不含作废"), ("yes", "只看作废")],
    )

    def chosen(self) -> dict[str, Any]:
        """The answers that make sense; the others filter nothing."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class VoidForm(forms.Form):
    why = forms.CharField(
        label="作废理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="作废后仍留在登记簿里，文号不再使用。",
        error_messages={"required": "作废必须写明理由。"},
    )


class LetterheadForm(forms.Form):
    """A new version of the letterhead, starting from the one in force."""

    effective_from = forms.DateField(
        label="生效日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    mark = forms.CharField(label="发文机关标志", max_length=60, help_text="红头上的名称。")
    signer = forms.CharField(label="署名", max_length=60)
    sealer = forms.CharField(
        label="用印单位（代章）",
        max_length=60,
        required=False,
        help_text="办公室不刻章，由所在单位代章；与署名相同或者留空则不注明代章。",
    )
    word = forms.RegexField(
        label="机关代字",
        regex=r"^[\u4e00-\u9fff]{1,12}$",
        help_text="文号的开头，如“准格尔联审办”；后面自动加文种代字、年份和顺序号。",
        error_messages={"invalid": "机关代字只用一至十二个汉字。"},
    )
    document = forms.CharField(label="依据文件", max_length=80)

    def __init__(self, *args: Any, head: Head, today: date, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "effective_from": today,
                "mark": head.mark,
                "signer": head.signer,
                "sealer": head.sealer,
                "word": head.word,
            },
        )
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_effective_from(self) -> date:
        on: date = self.cleaned_data["effective_from"]
        if not self.today <= on <= self.today + AHEAD:
            raise forms.ValidationError(
                f"生效日期 {on} 须从今天起、一年以内：已经印发的公文不受影响。请改日期。"
            )
        return on
