"""What pages of the exchange ask for: one subject whole, or one column of many."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from workflows.interchange.tables import CODES, Column, Type

SOURCE = "文件名称和文号，或者查询的平台"


class _MayStayEmpty(forms.Field):
    """Asked for by the exchange, and empty all the same where nobody knows it."""

    def validate(self, value: Any) -> None:
        if value not in self.empty_values:
            super().validate(value)


class _Text(_MayStayEmpty, forms.CharField):
    pass


class _Choice(_MayStayEmpty, forms.ChoiceField):
    pass


def field_for(column: Column, processes: Mapping[str, str]) -> forms.Field:
    """A field of the column's type; empty passes, because what nobody knows is not made up."""
    codes = CODES.get(column.codes)
    common: dict[str, Any] = {
        "label": column.label, "required": column.required, "help_text": column.note,
    }  # fmt: skip
    if column.name == "SPLCBM":
        found = [("", "请选择")] + [(code, f"{code} {name}") for code, name in processes.items()]
        return _Choice(choices=found, **common)
    if codes and codes.whole:
        listed = [(code, f"{code} {label}") for code, label in codes.values.items()]
        return _Choice(choices=[("", "请选择"), *listed], **common)
    if codes:
        known = "、".join(f"{code} {label}" for code, label in codes.values.items())
        says = f"查到的有：{known}（未核实）" if known else "公开的代码表没有查到"
        common["help_text"] = f"按接收平台的代码表填数字；{says}。"
    widget: forms.Widget = forms.TextInput()
    if column.type is Type.DATE:
        widget = forms.TextInput({"placeholder": "年-月-日", "inputmode": "numeric"})
    if column.type is Type.OPINION:
        widget = forms.Textarea({"rows": 2})
    return _Text(max_length=500, widget=widget, **common)


class SubjectForm(forms.Form):
    """All that is asked of one subject."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        *args: Any,
        columns: Iterable[Column],
        processes: Mapping[str, str],
        coded: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if coded:
            self.fields["code"] = forms.CharField(label="审批流程编码", max_length=30)
        for column in columns:
            self.fields[column.name] = field_for(column, processes)
        self.fields["source"] = forms.CharField(
            label="依据", max_length=120, help_text=f"{SOURCE}。这次填写和改动的都记这一依据。"
        )


class LineForm(forms.Form):
    """One subject's value of the column that a page fills in."""

    key = forms.CharField(max_length=60, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, *args: Any, column: Column, processes: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        value = self.fields["value"] = field_for(column, processes)
        value.widget.attrs["aria-label"] = f"{self['key'].value()} {column.label}"


LineFormSet = forms.formset_factory(LineForm, extra=0, max_num=100, absolute_max=100)


class SourceForm(forms.Form):
    source = forms.CharField(label="依据", max_length=120, help_text=f"{SOURCE}。")


class SeasonForm(forms.Form):
    """Which season, and whose."""

    year = forms.ChoiceField(label="年度", required=False)
    unit = forms.ChoiceField(label="责任单位", required=False)

    def __init__(
        self,
        *args: Any,
        years: Iterable[int],
        units: Iterable[tuple[str, str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(str(year), f"{year} 年") for year in years]  # type: ignore[attr-defined]
        if units is None:
            del self.fields["unit"]
        else:
            self.fields["unit"].choices = [("", "全部"), ("office", "机制办公室"), *units]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What was asked for; what makes no sense is left out and named beside its field."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})
