"""Forms of the organisation (机构变更登记)."""

from typing import Any

from django import forms
from django.utils import timezone

from kernel.papers.forms import FilesField
from workflows.catalogue import queries as catalogue
from workflows.mechanism.models import Order, Seat, SeatKind, Unit

_DAY = {"type": "date"}


def _day_field(label: str, **words: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"), **words
    )


class AsOf(forms.Form):
    """Which day the page shows."""

    on = _day_field("查看哪一天", required=False)


class SeatFilter(AsOf):
    kind = forms.ChoiceField(
        label="席位", required=False, choices=[("", "全部"), *SeatKind.choices]
    )
    unit = forms.ChoiceField(label="单位", required=False)
    held = forms.ChoiceField(
        label="人员",
        required=False,
        choices=[("", "全部"), ("yes", "已有人选"), ("no", "空缺")],
    )

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [  # type: ignore[attr-defined]
            ("", "全部"),
            *((unit.department_code, unit.name) for unit in units),
        ]


class ChangeForm(forms.Form):
    """What every change needs: the day it holds from, and the document."""

    on = _day_field("生效日期", help_text="变更从这一天起生效，前一行到前一天为止。")
    document = forms.CharField(
        label="依据文件文号",
        max_length=80,
        help_text="须是已登记的文件。没有登记的，先在“依据文件”登记，或者由办公室拟文印发。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate

    field_order: list[str] | None = None

    def clean_document(self) -> str:
        number: str = self.cleaned_data["document"].strip()
        if not Order.objects.filter(number=number).exists():
            raise forms.ValidationError(
                f"文号“{number}”没有登记。请先登记文件（文号、日期、扫描件），再登记变更。"
            )
        return number


class OrderForm(forms.Form):
    """A document from outside, with its scan."""

    number = forms.CharField(label="文号", max_length=80)
    title = forms.CharField(label="标题", max_length=200)
    dated_on = _day_field("成文日期")
    scan = FilesField(label="扫描件")


class AppointForm(ChangeForm):
    seen = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(
        label="姓名", max_length=40, required=False, help_text="留空表示免去现任，席位空缺。"
    )
    office_phone = forms.CharField(
        label="办公电话", max_length=20, required=False, help_text="只填办公电话，不填手机。"
    )
    field_order = ["name", "office_phone", "on", "document"]


class ChangeSeatForm(ChangeForm):
    post = forms.CharField(label="由何职务担任", max_length=80)
    field_order = ["post", "on", "document"]


class EndForm(ChangeForm):
    """Only the day and the document."""


class AddSeatForm(ChangeForm):
    kind = forms.ChoiceField(label="席位", choices=SeatKind.choices)
    department_code = forms.ChoiceField(label="单位", required=False)
    post = forms.CharField(label="由何职务担任", max_length=80)
    field_order = ["kind", "department_code", "post", "on", "document"]

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department_code"].choices = [  # type: ignore[attr-defined]
            ("", "不属于成员单位"),
            *((unit.department_code, unit.name) for unit in units),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        of_units = {SeatKind.MEMBER, SeatKind.OFFICE_MEMBER, SeatKind.LIAISON, SeatKind.TASK_FORCE}
        if cleaned.get("kind") in of_units and not cleaned.get("department_code"):
            self.add_error("department_code", "这种席位须属于一个成员单位，请选择单位。")
        return cleaned


class AddUnitForm(ChangeForm):
    department_code = forms.ChoiceField(label="单位")
    name = forms.CharField(
        label="单位全称", max_length=60, help_text="带地名，例如准格尔旗水利局。"
    )
    in_task_force = forms.BooleanField(label="选派专项工作组人员", required=False)
    field_order = ["department_code", "name", "in_task_force", "on", "document"]

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = {unit.department_code for unit in units}
        self.fields["department_code"].choices = [  # type: ignore[attr-defined]
            (code, department.name)
            for code, department in catalogue.departments().items()
            if code not in taken
        ]


class ChangeUnitForm(ChangeForm):
    seen = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label="单位全称", max_length=60)
    hosts_office = forms.BooleanField(label="办公室设在此单位", required=False)
    field_order = ["name", "hosts_office", "on", "document"]


def change_seat_form(seat: Seat, data: Any = None) -> ChangeSeatForm:
    return ChangeSeatForm(data, prefix="post", initial={"post": seat.post})


def change_unit_form(unit: Unit, data: Any = None, *, seen: int = 0) -> ChangeUnitForm:
    kept = {"name": unit.name, "hosts_office": unit.hosts_office, "seen": seen}
    return ChangeUnitForm(data, prefix="unit", initial=kept)
