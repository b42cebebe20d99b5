"""The filters over the picture and the two consolidated ledgers."""

from typing import Any

from django import forms

from kernel.web.lamps import Lamp
from workflows.assignments.lifecycle import SourceKind
from workflows.procedures.lifecycle import Ball
from workflows.projects.lifecycle import State

HALVES = [("", "全年"), ("1", "上半年开工"), ("2", "下半年开工")]
STAGES = [("", "全部"), *((str(n), f"第{word}阶段") for n, word in enumerate("一二三四五", 1))]
TASK_STATES = [
    ("", "全部"),
    ("open", "在办"),
    ("overdue", "逾期未办"),
    ("done", "已办结"),
    ("late", "逾期办结"),
    ("cancelled", "已撤销"),
]
LAMPS = [("", "全部"), *((lamp.value, lamp.word) for lamp in Lamp)]


class Filter(forms.Form):
    """A GET form that drops what makes no sense and names it beside its field."""

    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("year", [("", "全部"), *((year, f"{year}年") for year in years)])

    def _choose(self, name: str, choices: list[tuple[Any, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class SeasonFilter(Filter):
    half = forms.ChoiceField(label="开工", required=False, choices=HALVES)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, years=years, **kwargs)
        self._choose("year", [(year, f"{year}年") for year in years])


class LedgerFilter(Filter):
    owner = forms.ChoiceField(label="单位", required=False)
    lamp = forms.ChoiceField(label="灯", required=False, choices=LAMPS)

    def __init__(self, *args: Any, owners: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("owner", [("", "全部"), *owners])


class ProjectFilter(LedgerFilter):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *State.choices])
    q = forms.CharField(label="项目名称或编号", required=False, max_length=60)
    field_order = ("q", "owner", "year", "lamp", "state")


class TaskFilter(Filter):
    q = forms.CharField(label="任务或交办单号", required=False, max_length=60)
    owner = forms.ChoiceField(label="单位", required=False)
    department_code = forms.ChoiceField(label="部门", required=False)
    source_kind = forms.ChoiceField(
        label="来源", required=False, choices=[("", "全部"), *SourceKind.choices]
    )
    state = forms.ChoiceField(label="办理", required=False, choices=TASK_STATES)
    field_order = ("q", "owner", "department_code", "source_kind", "state", "year")

    def __init__(
        self,
        *args: Any,
        owners: list[tuple[str, str]],
        departments: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._choose("owner", [("", "全部"), *owners])
        self._choose("department_code", [("", "全部"), *departments])


class ProcedureFilter(LedgerFilter):
    department_code = forms.ChoiceField(label="部门", required=False)
    stage = forms.ChoiceField(label="阶段", required=False, choices=STAGES)
    ball = forms.ChoiceField(
        label="在谁手里", required=False, choices=[("", "全部"), *Ball.choices]
    )
    late = forms.ChoiceField(label="逾期", required=False, choices=[("", "全部"), ("1", "已逾期")])
    q = forms.CharField(label="项目、事项或办件号", required=False, max_length=60)
    field_order = ("q", "owner", "department_code", "stage", "lamp", "ball", "late", "year")

    def __init__(self, *args: Any, departments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("department_code", [("", "全部"), *departments])
