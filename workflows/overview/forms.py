"""The filters over the picture and the two consolidated ledgers."""

from typing import Any

from django import forms

from kernel.web.lamps import Lamp
from tenants.choosing import tenant_field
from tenants.models import TILE_COLUMNS, TILE_ROWS
from tenants.rollup.ledgers import Page
from workflows.overview.grouping import BANDS, DIMENSIONS
from workflows.overview.queries import tenants
from workflows.procedures.lifecycle import Ball
from workflows.projects.lifecycle import State

HALVES = [("", "全年"), ("1", "上半年开工"), ("2", "下半年开工")]
STAGES = [("", "全部"), *((str(n), f"第{word}阶段") for n, word in enumerate("一二三四五", 1))]
STANDINGS = [
    ("", "全部"),
    ("open", "在办"),
    ("overdue", "逾期未办"),
    ("done", "已办结"),
    ("late", "逾期办结"),
    ("cancelled", "不再办理"),
]
#: How a figure of the breakdown is asked for in a ledger (按期).
KEPT = [("", "全部"), ("yes", "按期办结"), ("no", "未按期"), ("judged", "已到期限")]
BEYOND = [("", "全部"), ("near", "临近上限"), ("over", "超过上限")]
#: What a figure counts: 项目行 as they are, or those that more than one place holds.
SHARED = [("", "全部"), ("1", "跨地区项目")]
LAMPS = [("", "全部"), *((lamp.value, lamp.word) for lamp in Lamp)]


class Filter(forms.Form):
    """A GET form that drops what makes no sense and names it beside its field."""

    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("year", [("", "全部"), *((year, f"{year}年") for year in years)])

    def _choose(self, name: str, choices: list[tuple[Any, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _ask_for_owner(self) -> None:
        self.fields["owner"] = tenant_field("单位", tenants())
        self.order_fields(self.field_order)

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class SeasonFilter(Filter):
    half = forms.ChoiceField(label="开工", required=False, choices=HALVES)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, years=years, **kwargs)
        self._choose("year", [(year, f"{year}年") for year in years])


def _asked(label: str, **more: Any) -> Any:
    """A condition that comes from a figure's link; the page says it in words (`queries.narrowing`)."""
    return forms.CharField(
        label=label, required=False, max_length=60, widget=forms.HiddenInput, **more
    )


class LedgerFilter(Filter):
    lamp = forms.ChoiceField(label="灯", required=False, choices=LAMPS)
    within = _asked("地区")
    half = forms.ChoiceField(label="开工", required=False, choices=HALVES, widget=forms.HiddenInput)
    band = forms.ChoiceField(
        label="投资规模",
        required=False,
        choices=[("", "全部"), *((band.key, band.label) for band in BANDS)],
        widget=forms.HiddenInput,
    )
    industry = _asked("行业")
    confirmed = _asked("清单")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ask_for_owner()


class ProjectFilter(LedgerFilter):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *State.choices])
    shared = forms.ChoiceField(label="跨地区", required=False, choices=SHARED)
    q = forms.CharField(label="项目名称、编号或代码", required=False, max_length=60)
    field_order = ("q", "owner", "year", "lamp", "state", "shared")


class PageFilter(Filter):
    """Of a ledger as its room declared it: words, place, department, standing, year, and each of its codes."""

    q = forms.CharField(required=False, max_length=60)
    within = _asked("地区")
    department_code = forms.ChoiceField(label="部门", required=False)
    standing = forms.ChoiceField(label="办理", required=False, choices=STANDINGS)

    def __init__(
        self,
        *args: Any,
        page: Page,
        departments: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        named = [column.label for column in page.columns if column.field in page.search]
        self.fields["q"].label = "或".join([*named[:2]])
        self._ask_for_owner()
        self._choose("department_code", [("", "全部"), *departments])
        for column in page.columns:
            if column.words and all(isinstance(code, str) for code in column.words):
                self.fields[column.field] = forms.ChoiceField(
                    label=column.label,
                    required=False,
                    choices=[("", "全部"), *column.words.items()],
                )
        self.order_fields(["q", "owner", "department_code", "standing"])


class DaysFilter(Filter):
    q = forms.CharField(label="项目名称或编号", required=False, max_length=60)
    beyond = forms.ChoiceField(label="官方天数", required=False, choices=BEYOND)
    field_order = ("q", "owner", "beyond", "year")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ask_for_owner()


class BreakdownFilter(SeasonFilter):
    by = forms.ChoiceField(
        label="分组", required=False, choices=[(by.key, by.label) for by in DIMENSIONS]
    )
    within = _asked("地区")
    field_order = ("by", "year", "half")


class ProcedureFilter(LedgerFilter):
    department_code = forms.ChoiceField(label="部门", required=False)
    stage = forms.ChoiceField(label="阶段", required=False, choices=STAGES)
    ball = forms.ChoiceField(
        label="在谁手里", required=False, choices=[("", "全部"), *Ball.choices]
    )
    matter_code = _asked("事项")
    kept = forms.ChoiceField(label="按期", required=False, choices=KEPT, widget=forms.HiddenInput)
    late = forms.ChoiceField(label="逾期", required=False, choices=[("", "全部"), ("1", "已逾期")])
    q = forms.CharField(label="项目、事项或办件号", required=False, max_length=60)
    field_order = ("q", "owner", "department_code", "stage", "lamp", "ball", "late", "year")

    def __init__(self, *args: Any, departments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("department_code", [("", "全部"), *departments])
        self._choose("lamp", [LAMPS[0], ("open", "未办结"), *LAMPS[1:]])


class SpotForm(forms.Form):
    """Where one tile lies: both, or neither for the arrangement shipped."""

    column = forms.IntegerField(
        label="列（西起）", required=False, min_value=1, max_value=TILE_COLUMNS
    )
    row = forms.IntegerField(label="行（北起）", required=False, min_value=1, max_value=TILE_ROWS)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and (given.get("column") is None) is not (given.get("row") is None):
            empty = "row" if given.get("row") is None else "column"
            self.add_error(empty, "列和行要么都填，要么都空着（空着按默认位置）。")
        return given

    @property
    def spot(self) -> tuple[int, int] | None:
        column, row = self.cleaned_data["column"], self.cleaned_data["row"]
        return (column, row) if column is not None and row is not None else None
