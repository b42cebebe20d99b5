"""What pages of the exchange ask for: one subject whole, or one column of many."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from workflows.interchange.tables import CODES, Column, Type

SOURCE = "文件名称和文号，或者查询的平台"


def field_for(column: Column, processes: Mapping[str, str]) -> forms.Field:
    """A field of the column's type; never required, because what nobody knows stays empty."""
    codes = CODES.get(column.codes)
    wanted = "交换表必填，不知道的先空着。" if column.required else ""
    help_text = wanted + column.note
    if column.name == "SPLCBM":
        found = [("", "请选择")] + [(code, f"{code} {name}") for code, name in processes.items()]
        return forms.ChoiceField(
            label=column.label, required=False, choices=found, help_text=help_text
        )
    if codes and codes.whole:
        choices = [("", "请选择")] + [
            (code, f"{code} {label}") for code, label in codes.values.items()
        ]
        return forms.ChoiceField(
            label=column.label, required=False, choices=choices, help_text=help_text
        )
    if codes:
        known = "、".join(f"{code} {label}" for code, label in codes.values.items())
        says = f"查到的有：{known}（未核实）" if known else "公开的代码表没有查到"
        help_text = f"{wanted}按接收平台的代码表填数字；{says}"
    widget: forms.Widget = forms.TextInput()
    if column.type is Type.DATE:
        widget = forms.TextInput({"placeholder": "年-月-日", "inputmode": "numeric"})
    if column.type is Type.OPINION:
        widget = forms.Textarea({"rows": 2})
    return forms.CharField(
        label=column.label, required=False, max_length=500, widget=widget, help_text=help_text
    )


class SubjectForm(forms.Form):
    """All that is asked of one subject."""

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
