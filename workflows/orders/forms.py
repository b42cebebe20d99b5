"""Forms of an order: its head, and one for each kind of change."""

from typing import Any

from django import forms

from workflows.catalogue.queries import departments
from workflows.mechanism.models import Seat, SeatKind, Unit


class DraftForm(forms.Form):
    title = forms.CharField(label="标题", max_length=120, initial="关于调整工作机制成员的通知")
    reason = forms.CharField(label="调整缘由", max_length=300, initial="因工作需要和人员变动")


class ChangeForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def change(self, verb: str) -> dict[str, Any]:
        """What was filled in, as an order keeps it."""
        given = {k: v for k, v in self.cleaned_data.items() if k != "version"}
        return {"verb": verb, **given}


class AddUnitForm(ChangeForm):
    department_code = forms.ChoiceField(label="单位")
    name = forms.CharField(label="单位全称", max_length=60)
    in_task_force = forms.BooleanField(label="选派专项工作组人员", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = set(Unit.objects.open().values_list("department_code", flat=True))
        self.fields["department_code"].choices = [  # type: ignore[attr-defined]
            (code, d.name) for code, d in departments().items() if code not in taken
        ]


class EndUnitForm(ChangeForm):
    unit = forms.TypedChoiceField(label="单位", coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.open().order_by("order", "department_code")
        self.fields["unit"].choices = [(unit.pk, unit.name) for unit in units]  # type: ignore[attr-defined]


class _SeatForm(ChangeForm):
    seat = forms.TypedChoiceField(label="席位", coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = dict(Unit.objects.open().values_list("department_code", "name"))
        self.fields["seat"].choices = [  # type: ignore[attr-defined]
            (seat.pk, f"{units.get(seat.department_code, '')} {seat}")
            for seat in Seat.objects.open().order_by("kind", "order", "pk")
        ]


class AppointForm(_SeatForm):
    name = forms.CharField(
        label="姓名", max_length=40, required=False, help_text="留空为免去现任。"
    )
    office_phone = forms.CharField(label="办公电话", max_length=20, required=False)


class EndSeatForm(_SeatForm):
    """Only the seat."""


class AddSeatForm(ChangeForm):
    kind = forms.ChoiceField(label="席位", choices=SeatKind.choices)
    department_code = forms.ChoiceField(label="单位", required=False)
    post = forms.CharField(label="由何职务担任", max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.open().order_by("order", "department_code")
        self.fields["department_code"].choices = [  # type: ignore[attr-defined]
            ("", "不属于成员单位"),
            *((unit.department_code, unit.name) for unit in units),
        ]


FORMS: dict[str, type[ChangeForm]] = {
    "add_unit": AddUnitForm,
    "end_unit": EndUnitForm,
    "appoint": AppointForm,
    "add_seat": AddSeatForm,
    "end_seat": EndSeatForm,
}
