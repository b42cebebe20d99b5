"""Forms of the hundred days: the list's filter, and a new version of the counting rule."""

import hashlib
import json
from typing import Any

from django import forms

from kernel.clock import StopReason, Unit
from kernel.clock.meter import Party
from workflows.meter.models import THIRD_PARTY, Begin, RuleVersion
from workflows.meter.queries import SORTS

PARTIES = [(party.value, party.label) for party in Party]
PLACES = [f"place_{n}" for n in range(1, len(Party) + 1)]


class MeterFilter(forms.Form):
    """What the list shows; every answer stays in the address."""

    q = forms.CharField(label="项目名称或编号", required=False, max_length=60)
    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)
    over = forms.ChoiceField(
        label="官方天数",
        required=False,
        choices=[("", "全部"), ("80", "80 天以上"), ("100", "超过上限")],
    )
    sort = forms.ChoiceField(
        required=False,
        choices=[("", ""), *((f"{sign}{name}", name) for name in SORTS for sign in ("", "-"))],
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, f"{year}年") for year in years]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """The answers that make sense; the others filter nothing."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class RuleForm(forms.Form):
    """A new version of the rule, starting from the one that holds."""

    effective_on = forms.DateField(
        label="生效日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    allowance_days = forms.IntegerField(label="上限（天）", min_value=1, max_value=1000)
    unit = forms.ChoiceField(label="计算单位", choices=[(u.value, u.label) for u in Unit])
    begins = forms.ChoiceField(label="起算", choices=Begin.choices)
    counted = forms.MultipleChoiceField(
        label="计入官方天数的各方", choices=PARTIES, widget=forms.CheckboxSelectMultiple
    )
    basis = forms.CharField(
        label="依据", max_length=200, help_text="写明文件或者会议；没有依据的写“本级建议”。"
    )
    document = forms.CharField(label="文号", max_length=80, required=False)
    verified = forms.BooleanField(
        label="依据已由责任部门核实", required=False, help_text="不勾选的，各处标“未核实”。"
    )
    reason = forms.CharField(
        label="修改理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, rule: RuleVersion, **kwargs: Any) -> None:
        initial = {
            "allowance_days": rule.allowance_days,
            "unit": rule.unit,
            "begins": rule.begins,
            "counted": rule.counted,
            "basis": rule.basis,
            "document": rule.document,
            "verified": rule.verified,
            "seen": rule.version,
            **dict(zip(PLACES, rule.precedence, strict=True)),
            **{_stop(reason): rule.stop_parties[reason.value] for reason in THIRD_PARTY},
        }
        super().__init__(*args, **{**kwargs, "initial": initial | kwargs.get("initial", {})})
        for n, name in enumerate(PLACES, 1):
            self.fields[name] = forms.ChoiceField(label=f"第 {n} 位", choices=PARTIES)
        for reason in THIRD_PARTY:
            self.fields[_stop(reason)] = forms.ChoiceField(label=reason.label, choices=PARTIES)

    @property
    def places(self) -> list[forms.BoundField]:
        return [self[name] for name in PLACES]

    @property
    def stops(self) -> list[forms.BoundField]:
        return [self[_stop(reason)] for reason in THIRD_PARTY]

    def facts(self) -> dict[str, Any]:
        """What the cleaned form says, as `actions.adopt` takes it."""
        given = self.cleaned_data
        names = (
            "effective_on", "allowance_days", "unit", "begins", "counted", "basis", "document",
            "verified", "reason", "seen",
        )  # fmt: skip
        return {name: given[name] for name in names} | {
            "precedence": [given[name] for name in PLACES],
            "stop_parties": {reason.value: given[_stop(reason)] for reason in THIRD_PARTY},
        }

    def draft(self) -> RuleVersion:
        """The version as it would be, not saved."""
        facts = self.facts()
        return RuleVersion(version=facts.pop("seen") + 1, **facts)

    @property
    def digest(self) -> str:
        """Of all that was previewed, so that nothing else is adopted."""
        text = json.dumps(self.facts(), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def _stop(reason: StopReason) -> str:
    return f"stop_{reason.value}"
