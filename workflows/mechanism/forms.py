"""Forms of the organisation (组织机构)."""

from typing import Any

from django import forms

from kernel.papers.forms import FilesField
from kernel.web.fields import day_field
from workflows.mechanism.models import SeatKind, Unit


class AsOf(forms.Form):
    """Which day the page shows."""

    on = day_field("查看哪一天", required=False)


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


class Between(forms.Form):
    """Two days to compare."""

    since = day_field("自哪一天以后", required=False)
    on = day_field("到哪一天", required=False)


class OrderForm(forms.Form):
    """A document from outside, with its scan."""

    number = forms.CharField(label="文号", max_length=80)
    title = forms.CharField(label="标题", max_length=200)
    dated_on = day_field("成文日期")
    scan = FilesField(label="扫描件")


class ScanForm(forms.Form):
    scan = FilesField(label="扫描件")
