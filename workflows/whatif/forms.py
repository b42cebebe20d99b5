"""The form that adds a change, and the filter over the projects that move. Both only build an address."""

from collections.abc import Callable
from typing import Any

from django import forms

from kernel.plan import Strength
from workflows.projects.facts import industry_labels
from workflows.whatif.scenario import (
    COUNTED,
    DROPPED,
    MOST_DAYS,
    Change,
    Kind,
    ScenarioRefused,
    read_change,
)
from workflows.whatif.whole import Turn

_ANY = ("", "全部")
_OF_MATTER = (
    Kind.DAYS,
    Kind.LEFT,
    Kind.LEAD,
    Kind.NOTICE,
    Kind.START,
    Kind.COMMIT,
    Kind.LACK,
)
_OF_PROJECT = (Kind.TARGET, Kind.BEGIN)


class DayInput(forms.DateInput):
    input_type = "date"


class ChangeForm(forms.Form):
    """One change more: of a matter, of an edge, or of the project itself; the button says which."""

    use_required_attribute = False

    matter = forms.ChoiceField(label="事项", required=False)
    what = forms.ChoiceField(
        label="改什么", required=False, choices=[(kind.value, kind.label) for kind in _OF_MATTER]
    )
    amount = forms.CharField(
        label="天数",
        required=False,
        max_length=20,
        widget=forms.NumberInput(attrs={"min": 0, "max": MOST_DAYS}),
        help_text="告知承诺、容缺受理不用填。",
    )
    unit = forms.ChoiceField(
        label="单位",
        required=False,
        choices=[("", "按原单位"), ("w", "工作日"), ("c", "自然日")],
    )
    day = forms.CharField(
        label="日期",
        required=False,
        max_length=20,
        widget=DayInput,
        help_text="只有最早受理日要填。",
    )
    first = forms.ChoiceField(label="前一事项", required=False)
    then = forms.ChoiceField(label="后一事项", required=False)
    strength = forms.ChoiceField(
        label="关系",
        required=False,
        choices=[*((s.value, s.label) for s in Strength), (DROPPED, "取消这条关系")],
    )
    own = forms.ChoiceField(
        label="改什么", required=False, choices=[(kind.value, kind.label) for kind in _OF_PROJECT]
    )
    own_day = forms.CharField(label="日期", required=False, max_length=20, widget=DayInput)

    def __init__(self, data: Any = None, *, matters: list[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="change_%s")
        for name in ("matter", "first", "then"):
            self.fields[name].choices = [("", "请选择"), *matters]  # type: ignore[attr-defined]

    def change(self, part: str) -> Change:
        """The change of that part of the form. Raises ScenarioRefused."""
        if not self.is_valid():
            raise ScenarioRefused(
                [
                    f"“{self[name].label}”填的内容不在可选范围内，请重新选择。"
                    for name in self.errors
                ]
            )
        return _PARTS.get(part, _matter)(self.cleaned_data)


def _matter(data: dict[str, str]) -> Change:
    if not data["matter"]:
        raise ScenarioRefused(["还没有选事项；请先选要改的事项，再加入。"])
    kind = Kind(data["what"] or Kind.DAYS)
    text = data["matter"]
    if kind in COUNTED:
        unit = "" if kind is Kind.LEAD else data["unit"]
        text += f":{data['amount'].strip()}{unit}"
    elif kind is Kind.START:
        text += f":{data['day'].strip()}"
    return read_change(kind, text)


def _edge(data: dict[str, str]) -> Change:
    if not (data["first"] and data["then"]):
        raise ScenarioRefused(["前置关系要有前后两个事项；请都选上，再加入。"])
    return read_change(
        Kind.EDGE, f"{data['first']}-{data['then']}:{data['strength'] or Strength.HARD}"
    )


def _own(data: dict[str, str]) -> Change:
    return read_change(Kind(data["own"] or Kind.TARGET), data["own_day"])


_PARTS: dict[str, Callable[[dict[str, str]], Change]] = {
    "matter": _matter,
    "edge": _edge,
    "own": _own,
}


class MovedFilter(forms.Form):
    """What the table of moved projects is narrowed to; a strange value narrows nothing."""

    q = forms.CharField(label="查找", required=False, max_length=60)
    turn = forms.ChoiceField(
        label="按期情况", required=False, choices=[_ANY, *((t.value, t.label) for t in Turn)]
    )
    industry = forms.ChoiceField(label="行业", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["industry"].choices = [_ANY, *industry_labels().items()]  # type: ignore[attr-defined]
        self.fields["q"].widget.attrs["placeholder"] = "名称、编号、单位"

    @property
    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
