"""Filters of the watches; every answer stays in the address."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from kernel.clock import Standing
from workflows.watches.kinds import Kind
from workflows.watches.measures import Period

ANY = ("", "全部")


class _Filter(forms.Form):
    """A GET form that names what makes no sense beside its field, and leaves it out."""

    scope = forms.ChoiceField(
        label="范围", required=False, choices=[("", "本单位"), ("all", "全部单位")]
    )

    def __init__(
        self, *args: Any, departments: Iterable[tuple[str, str]], own: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [ANY, *departments]  # type: ignore[attr-defined]
        if not own:
            del self.fields["scope"]

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class AlertFilter(_Filter):
    q = forms.CharField(label="项目或办件", required=False, max_length=60)
    kind = forms.ChoiceField(label="种类", required=False, choices=[ANY, *Kind.choices])
    department = forms.ChoiceField(label="责任单位", required=False)
    seen = forms.ChoiceField(
        label="知悉", required=False, choices=[ANY, ("no", "未知悉"), ("yes", "已知悉")]
    )
    closed = forms.ChoiceField(
        label="了结", required=False, choices=[("", "未了结"), ("yes", "已了结")]
    )
    field_order = ("q", "kind", "department", "seen", "closed", "scope")


class ApprovalFilter(_Filter):
    q = forms.CharField(label="项目或办件", required=False, max_length=60)
    standing = forms.ChoiceField(
        label="状态", required=False, choices=[ANY, *((s.value, s.label) for s in Standing)]
    )
    department = forms.ChoiceField(label="责任单位", required=False)
    field_order = ("q", "standing", "department", "scope")


class PeriodFilter(forms.Form):
    """The days looked at; from the first of January to today unless told."""

    first = forms.DateField(
        label="自",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        label="至",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any, *, today: date, **kwargs: Any) -> None:
        self.today = today
        initial = {"first": date(today.year, 1, 1), "last": today}
        super().__init__(data, initial=initial, **kwargs)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and first > last:
            self.add_error("last", f"{last} 早于开始的 {first}，请改正；现按本年统计。")
        return given

    @property
    def period(self) -> Period:
        """What was asked for; this year as far as it has come where that makes no sense."""
        sensible = self.is_bound and not self.errors.keys() & {"first", "last"}
        chosen = self.cleaned_data if sensible else {}
        last = chosen.get("last") or max(self.today, chosen.get("first") or self.today)
        return Period(chosen.get("first") or date(last.year, 1, 1), last)

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class CaseFilter(PeriodFilter):
    department = forms.ChoiceField(label="责任单位", required=False)
    rows = forms.ChoiceField(label="明细", required=False)

    def __init__(
        self, *args: Any, departments: Iterable[tuple[str, str]], flagged: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [ANY, *departments]  # type: ignore[attr-defined]
        self.fields["rows"].choices = [("", f"只看{flagged}"), ("all", "全部")]  # type: ignore[attr-defined]
