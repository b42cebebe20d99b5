"""Forms of the approval ledger: its filters, and one form a move."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms

from kernel.clock import StopReason
from kernel.web.lamps import Lamp
from workflows.catalogue.wording import APPROVERS, STAGES
from workflows.procedures.guards import missing, required_fields
from workflows.procedures.lamps import DAY_NAMES, SITUATIONS, LampRule
from workflows.procedures.lifecycle import (
    REASON_OF,
    Ball,
    Commissioned,
    Ground,
    Level,
    Move,
    State,
)
from workflows.procedures.queries import SORTS
from workflows.procedures.terms import HANDLINGS, Terms

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
        self,
        *args: Any,
        move: Move,
        terms: Terms,
        version: int,
        today: date,
        open_stops: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", {"version": version, "on": today})
        kwargs.setdefault("auto_id", f"id_{move.name}_%s")
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.open_stops = open_stops
        needed = required_fields(move)
        self.fields["on"].widget.attrs["max"] = today.isoformat()
        makers = {
            "at": self._at,
            "reason": self._reason,
            "commissioned": self._commissioned,
            "document": self._document,
            "days": self._days,
            "level": self._level,
            "approver": self._approver,
            "items": self._items,
            "ground": self._ground,
            "text": self._text,
        }
        for name in move.asks:
            self.fields[name] = makers[name](name in needed, move, terms)
            if name in needed:
                self.fields[name].error_messages["required"] = missing(move, name)

    def _at(self, required: bool, move: Move, terms: Terms) -> forms.Field:
        late = (
            f"窗口收件到 {terms.cut_off:%H:%M}，过时按其后第一个工作日收件。"
            if terms.cut_off
            else ""
        )
        return forms.TimeField(
            label="发生时刻",
            required=required,
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            help_text=f"{late}不填按当天收件。",
        )

    def _commissioned(self, required: bool, move: Move, terms: Terms) -> forms.Field:
        return forms.ChoiceField(
            label="由谁委托",
            required=required,
            choices=[("", "不涉及第三方"), *Commissioned.choices],
            help_text="评审、检测、鉴定等由第三方承担的，写明由谁委托：百日计时据此分清责任。",
        )

    def _items(self, required: bool, move: Move, terms: Terms) -> forms.Field:
        return forms.MultipleChoiceField(
            label="要求补正的材料",
            required=required,
            choices=[(name, name) for name, _ in terms.materials],
            widget=forms.CheckboxSelectMultiple,
            help_text="一次说全：以后再要求新的材料须有理由，并计入统计。不在列表里的写在下面。",
        )

    def _ground(self, required: bool, move: Move, terms: Terms) -> forms.Field:
        return forms.ChoiceField(
            label="再次告知的理由",
            required=required,
            choices=[("", "首次告知，不需要理由"), *Ground.choices],
        )

    def _level(self, required: bool, move: Move, terms: Terms) -> forms.Field:
        return forms.ChoiceField(
            label="批准层级",
            required=required,
            choices=[("", "请选择"), *Level.choices],
            help_text=f"{terms.statutory.extension_article}"
            + (
                f"，须经{APPROVERS[terms.extension_approver]}批准。"
                if terms.extension_approver
                else ""
            ),
        )

    def _reason(self, required: bool, move: Move, terms: Terms) -> forms.Field:
        if move.name == "resume":
            open_ = [REASON_OF[reason] for reason in self.open_stops]
            return forms.ChoiceField(
                label="哪一项停表事由已经结束",
                required=required,
                choices=[("", "全部"), *((reason.value, reason.label) for reason in open_)],
                help_text="几项事由重叠的，逐项登记；全部结束后接着计时。",
            )
        return forms.ChoiceField(
            label="法定事由",
            required=required,
            choices=[
                ("", "请选择"),
                *(
                    (r.value, f"{r.label}（{r.article}）{'' if r.verified else '· 未核实'}")
                    for r in StopReason
                    if r is not StopReason.HAND_UP
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
            "hand_up": ("报送文号", "没有报送文书的不算上报，本级时限继续计算。"),
            "return_down": ("上级退回文号", "本级时限自退回之日起接着算。"),
            "redo": ("责令重新办理的文书", "如复议决定、判决或者自行撤销决定的文号。"),
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
            "return_down": "退回的理由",
            "redo": "重新办理的理由",
        }.get(move.name, "说明")
        return forms.CharField(
            label=label,
            required=required,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 3}),
        )


class CorrectionForm(MoveForm):
    """Putting a line right: the move's own fields as they were written, and why they were wrong."""

    why = forms.CharField(
        label="更正原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="哪里记错了、以什么文书为准。原记录保留，更正后的记录接替它。",
    )
    take_back = forms.BooleanField(
        label="收回这条记录",
        required=False,
        help_text="整条登记错了的勾选：视为没有登记过。只能收回最后一条。",
    )

    def __init__(self, *args: Any, line: Any, last: bool, move: Move, **kwargs: Any) -> None:
        told = {name: getattr(line, name) for name in ("on", *move.asks)}
        kwargs["initial"] = told | {"version": kwargs["version"]}
        open_stops = [line.reason] if line.reason else []
        super().__init__(*args, move=move, open_stops=open_stops, **kwargs)
        self.fields.pop("text", None)
        if not last:
            del self.fields["take_back"]
        self.order_fields(["version", "on", *move.asks, "why", "take_back"])


class KnownForm(forms.Form):
    """Looking back: the dates as the office could have read them at a moment."""

    known = forms.DateTimeField(
        label="按这一刻已有的记录看",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={
            "invalid": "“按这一刻已有的记录看”不是有效的日期时间，请写成 2026-01-28 09:30。"
        },
    )


class RebaselineForm(forms.Form):
    why = forms.CharField(
        label="重排的理由",
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "例如：项目单位调整了用地范围"}),
    )


class BundleForm(forms.Form):
    """Which matters are handled jointly, how, by which paper."""

    numbers = forms.MultipleChoiceField(
        label="一并办理的事项",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请勾选一并办理的事项，至少两项。"},
    )
    handling = forms.ChoiceField(
        label="办理方式",
        choices=list(HANDLINGS.items()),
        help_text="时限 45 个工作日，经本级人民政府负责人批准可延长 15 个工作日（《行政许可法》第四十二条第二款）。",
    )
    lead_code = forms.ChoiceField(label="牵头单位")
    document = forms.CharField(
        label="文书编号", max_length=80, help_text="确定联合办理的会议纪要、通知等。"
    )
    on = forms.DateField(
        label="确定日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(
        self,
        *args: Any,
        choices: Sequence[tuple[str, str]],
        units: Sequence[tuple[str, str]],
        today: date,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"on": today}
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["numbers"].choices = choices  # type: ignore[attr-defined]
        self.fields["lead_code"].choices = units  # type: ignore[attr-defined]
        self.fields["on"].widget.attrs["max"] = today.isoformat()

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(
                f"确定日期 {on} 晚于今天 {self.today}，请填已经确定的日期。"
            )
        return on


class LampRuleForm(forms.Form):
    """A new version of the lamp rule: a line a situation."""

    effective_from = forms.DateField(
        label="自哪天起施行", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    why = forms.CharField(label="修订理由", max_length=300)
    document = forms.CharField(label="文书编号", max_length=80, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, newest: LampRule, today: date, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"effective_from": today, "seen": newest.number}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        for name, (label, days) in SITUATIONS.items():
            watch = newest.watches[name]
            initial |= {
                f"{name}_against": list(watch.against),
                f"{name}_lead": watch.lead_days,
                f"{name}_grace": watch.grace_days,
            }
            self.fields[f"{name}_against"] = forms.MultipleChoiceField(
                label=f"{label}：对照哪个日期",
                choices=[(day, DAY_NAMES[day]) for day in days],
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": f"“{label}”至少要对照一个日期。"},
            )
            self.fields[f"{name}_lead"] = forms.IntegerField(
                label=f"{label}：提前几个工作日亮黄灯", min_value=0, max_value=60
            )
            self.fields[f"{name}_grace"] = forms.IntegerField(
                label=f"{label}：过后几个工作日亮红灯（0 为次日）", min_value=0, max_value=60
            )

    @property
    def lines(self) -> list[tuple[str, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """(situation, against, days ahead, days after) a line, as the page's table shows them."""
        return [
            (label, self[f"{name}_against"], self[f"{name}_lead"], self[f"{name}_grace"])
            for name, (label, _) in SITUATIONS.items()
        ]

    @property
    def rule(self) -> dict[str, Any]:
        """The lines as `LampRule.write` gives them."""
        told = self.cleaned_data
        return {
            name: {
                "against": told[f"{name}_against"],
                "lead_days": told[f"{name}_lead"],
                "grace_days": told[f"{name}_grace"],
            }
            for name in SITUATIONS
        }
