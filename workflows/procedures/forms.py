"""Forms of the approval ledger: its filters, and one form a move."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from kernel.clock import StopReason
from kernel.web.lamps import Lamp
from workflows.catalogue.wording import APPROVERS, STAGES
from workflows.procedures.guards import missing, required_fields
from workflows.procedures.lifecycle import Ball, Move, State
from workflows.procedures.queries import SORTS
from workflows.procedures.terms import Terms

ANY = ("", "全部")


class LedgerFilter(forms.Form):
    """What the ledger shows; every answer stays in the address."""

    q = forms.CharField(label="项目或办件", required=False, max_length=60)
    lamp = forms.ChoiceField(
        label="灯", required=False, choices=[ANY, *((lamp.value, lamp.word) for lamp in Lamp)]
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[ANY, *State.choices])
    ball = forms.ChoiceField(label="在谁手里", required=False, choices=[ANY, *Ball.choices])
    department = forms.ChoiceField(label="责任单位", required=False)
    stage = forms.ChoiceField(
        label="阶段", required=False, choices=[ANY, *((str(n), s) for n, s in STAGES.items())]
    )
    matter = forms.ChoiceField(label="事项", required=False)
    soon = forms.ChoiceField(
        label="期限", required=False, choices=[ANY, ("1", "即将到期（5 个工作日内）")]
    )
    scope = forms.ChoiceField(
        label="范围", required=False, choices=[("", "本单位"), ("all", "全部单位")]
    )
    sort = forms.ChoiceField(
        required=False,
        choices=[("", ""), *((f"{sign}{name}", name) for name in SORTS for sign in ("", "-"))],
        widget=forms.HiddenInput,
    )

    def __init__(
        self,
        *args: Any,
        departments: Iterable[tuple[str, str]],
        matters: Iterable[tuple[str, str]],
        own: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [ANY, *departments]  # type: ignore[attr-defined]
        self.fields["matter"].choices = [ANY, *matters]  # type: ignore[attr-defined]
        if not own:
            del self.fields["scope"]


class MoveForm(forms.Form):
    """One move's form: the day it happened, and what the move asks for."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    on = forms.DateField(
        label="发生日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="事情实际发生的日期，可以补录过去的，不能填将来的。记录时间由系统另存。",
    )

    def __init__(
        self, *args: Any, move: Move, terms: Terms, version: int, today: date, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", {"version": version, "on": today})
        kwargs.setdefault("auto_id", f"id_{move.name}_%s")
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        needed = required_fields(move)
        self.fields["on"].widget.attrs["max"] = today.isoformat()
        makers = {
            "reason": self._reason,
            "document": self._document,
            "days": self._days,
            "approver": self._approver,
            "text": self._text,
        }
        for name in move.asks:
            self.fields[name] = makers[name](name in needed, move, terms)
            if name in needed:
                self.fields[name].error_messages["required"] = missing(move, name)

    def _reason(self, required: bool, move: Move, terms: Terms) -> forms.Field:
        return forms.ChoiceField(
            label="法定事由",
            required=required,
            choices=[
                ("", "请选择"),
                *(
                    (r.value, f"{r.label}（{r.article}）{'' if r.verified else '· 未核实'}")
                    for r in StopReason
                ),
            ],
            help_text="不在列表里的事由不能停止计时。",
        )

    def _document(self, required: bool, move: Move, terms: Terms) -> forms.Field:
        label, hint = {
            "notify": ("一次性告知书编号", "一次告知全部需要补正的内容。"),
            "accept": ("受理通知书编号", "加盖专用印章并注明日期。"),
            "refuse": ("不予受理通知书编号", "加盖专用印章并注明日期。"),
            "stop": ("书面告知文号", "所需时间须书面告知申请人，没有文号的停表不停止计时。"),
            "resume": ("恢复办理依据", "如评审意见、检测报告编号。"),
            "extend": ("延期告知文号", "延长的理由须告知申请人。"),
            "decide": ("批复文号", "决定文书的文号。"),
        }.get(move.name, ("文书编号", ""))
        return forms.CharField(label=label, required=required, max_length=80, help_text=hint)

    def _days(self, required: bool, move: Move, terms: Terms) -> forms.Field:
        cap = terms.extension_days or 0
        hint = (
            f"最多 {cap} 个{terms.unit.label}，从原期限届满后接着算。"
            if cap
            else "本事项没有规定可以延长。"
        )
        return forms.IntegerField(
            label="延长天数", required=required, min_value=1, max_value=cap or None, help_text=hint
        )

    def _approver(self, required: bool, move: Move, terms: Terms) -> forms.Field:
        level = APPROVERS.get(terms.extension_approver, "") if terms.extension_approver else ""
        return forms.CharField(
            label="批准人",
            required=required,
            max_length=60,
            help_text=f"须由{level}批准。" if level else "",
        )

    def _text(self, required: bool, move: Move, terms: Terms) -> forms.Field:
        label = {
            "notify": "需要补正的内容",
            "refuse": "不予受理的理由",
            "stop": "说明",
            "extend": "延长的理由",
            "withdraw": "撤回原因",
        }.get(move.name, "说明")
        return forms.CharField(
            label=label,
            required=required,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
