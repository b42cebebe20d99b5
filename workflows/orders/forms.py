"""Forms of an order: its head, and one for each kind of change."""

from datetime import date
from typing import Any

from django import forms

from kernel.web.fields import day_field
from workflows.catalogue.queries import departments
from workflows.mechanism.models import Order, Seat, SeatKind, Unit
from workflows.taskforce.forms import in_the_calendar
from workflows.taskforce.models import Secondment


class _Head(forms.Form):
    title = forms.CharField(label="标题", max_length=120, initial="关于调整工作机制成员的通知")
    reason = forms.CharField(label="调整缘由", max_length=300, initial="因工作需要和人员变动")
    effective_on = day_field(
        "生效日期", required=False, help_text="留空为印发之日；可以早于或者晚于印发之日。"
    )


class HeadForm(_Head):
    version = forms.IntegerField(widget=forms.HiddenInput)


class DraftForm(_Head):
    basis = forms.ModelChoiceField(
        label="依据",
        required=False,
        queryset=Order.objects.filter(issued_id=None),
        empty_label="办公室自己发文",
        help_text="按外来文件调整的，选已登记的那份，不再另行发文。",
    )
    field_order = ["basis", "title", "reason", "effective_on"]


class ChangeForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def change(self, verb: str) -> dict[str, Any]:
        """What was filled in, as an order keeps it."""
        given = {k: v for k, v in self.cleaned_data.items() if k != "version"}
        days = {k: v.isoformat() for k, v in given.items() if isinstance(v, date)}
        return {"verb": verb, **given, **days}


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


class _UnitForm(ChangeForm):
    unit = forms.TypedChoiceField(label="单位", coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.open().order_by("order", "department_code")
        self.fields["unit"].choices = [(unit.pk, unit.name) for unit in units]  # type: ignore[attr-defined]


class EndUnitForm(_UnitForm):
    """Only the unit."""


class MoveOfficeForm(_UnitForm):
    """Only the unit that takes the office."""


class RenameUnitForm(_UnitForm):
    name = forms.CharField(label="新的单位全称", max_length=60)


class _SeatForm(ChangeForm):
    seat = forms.TypedChoiceField(label="席位", coerce=int)
    kinds = frozenset(SeatKind)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = dict(Unit.objects.open().values_list("department_code", "name"))
        self.fields["seat"].choices = [  # type: ignore[attr-defined]
            (seat.pk, f"{units.get(seat.department_code, '')} {seat}")
            for seat in Seat.objects.open()
            .filter(kind__in=self.kinds)
            .order_by("kind", "order", "pk")
        ]


class AppointForm(_SeatForm):
    kinds = frozenset(SeatKind) - {SeatKind.TASK_FORCE}  # they are seconded and recalled
    name = forms.CharField(
        label="姓名", max_length=40, required=False, help_text="留空为免去现任。"
    )
    office_phone = forms.CharField(label="办公电话", max_length=20, required=False)


class ChangeSeatForm(_SeatForm):
    post = forms.CharField(label="由何职务担任", max_length=80)


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


class SecondForm(ChangeForm):
    department_code = forms.ChoiceField(label="选派单位")
    name = forms.CharField(label="姓名", max_length=40)
    temporary = forms.BooleanField(label="临时参加", required=False)
    purpose = forms.CharField(
        label="参加事由", max_length=200, required=False, help_text="临时参加的写明为什么事。"
    )
    planned_until = day_field("计划至", validators=[in_the_calendar])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.open().order_by("order", "department_code")
        self.fields["department_code"].choices = [  # type: ignore[attr-defined]
            (unit.department_code, unit.name) for unit in units
        ]


class RecallForm(ChangeForm):
    secondment = forms.TypedChoiceField(label="人员", coerce=int)
    why = forms.CharField(label="原因", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = dict(Unit.objects.open().values_list("department_code", "name"))
        self.fields["secondment"].choices = [  # type: ignore[attr-defined]
            (row.pk, f"{units.get(row.department_code, '')} {row.name}")
            for row in Secondment.objects.filter(ended_on=None).order_by("department_code", "pk")
        ]


FORMS: dict[str, type[ChangeForm]] = {
    "appoint": AppointForm,
    "second": SecondForm,
    "recall": RecallForm,
    "add_unit": AddUnitForm,
    "rename_unit": RenameUnitForm,
    "move_office": MoveOfficeForm,
    "end_unit": EndUnitForm,
    "add_seat": AddSeatForm,
    "change_seat": ChangeSeatForm,
    "end_seat": EndSeatForm,
}
