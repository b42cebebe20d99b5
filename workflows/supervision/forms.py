"""Forms of the supervision ledger: filter, chase by hand, pause, reply, and a version of the rule."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms

from kernel.papers.forms import FilesField
from kernel.web.fields import day_field
from workflows.supervision.lifecycle import Stage, State
from workflows.supervision.rules import AUDIENCES, ChaseRule, StageRule

ANY = ("", "全部")


class CaseFilter(forms.Form):
    """What the ledger shows; every answer stays in the address."""

    q = forms.CharField(label="编号、事项或项目", required=False, max_length=60)
    source = forms.ChoiceField(label="来源", required=False)
    stage = forms.ChoiceField(label="阶段", required=False, choices=[ANY, *Stage.choices])
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "未了结"), *State.choices, ("all", "全部")],
    )
    department = forms.ChoiceField(label="责任单位", required=False)
    late = forms.ChoiceField(label="时限", required=False, choices=[ANY, ("1", "已逾期")])

    def __init__(
        self,
        *args: Any,
        sources: Iterable[tuple[str, str]],
        departments: Iterable[tuple[str, str]],
        own: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [ANY, *sources]  # type: ignore[attr-defined]
        self.fields["department"].choices = [ANY, *departments]  # type: ignore[attr-defined]
        if own:
            del self.fields["department"]

    def chosen(self) -> dict[str, Any]:
        """The answers that make sense; the others filter nothing."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class ChaseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    stage = forms.ChoiceField(label="阶段", choices=Stage.choices)
    text = forms.CharField(label="要求", max_length=1000, widget=forms.Textarea({"rows": 3}))
    letter = forms.BooleanField(label="同时印发催办函（期限已过的）", required=False)
    attachments = FilesField(label="附件", required=False)


class PauseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    until_on = day_field("暂缓至")
    text = forms.CharField(label="理由", max_length=500, widget=forms.Textarea({"rows": 2}))


class ResumeForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReplyForm(forms.Form):
    text = forms.CharField(
        label="办理情况",
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text="写明进展、难点和预计办结日期。",
    )
    attachments = FilesField(label="附件", required=False)


class RuleForm(forms.Form):
    """A new version of the rule, starting from the newest: its general stages, or those of one kind of
    duty where ``source`` names one."""

    effective_from = day_field("生效日期")
    why = forms.CharField(label="修订理由", max_length=300, widget=forms.Textarea({"rows": 2}))
    document = forms.CharField(label="文书编号", max_length=80, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, newest: ChaseRule, source: str, today: date, **kwargs: Any
    ) -> None:
        self.newest, self.source = newest, source
        stages = newest.for_source(source).stages
        kwargs.setdefault(
            "initial",
            {"effective_from": max(today, newest.effective_from), "seen": newest.number}
            | {f"{r.stage.value}_offset": r.offset for r in stages}
            | {f"{r.stage.value}_tells": list(r.tells) for r in stages}
            | {f"{r.stage.value}_letter": r.letter for r in stages},
        )
        super().__init__(*args, **kwargs)
        for stage in Stage:
            self.fields[f"{stage.value}_offset"] = forms.IntegerField(
                label=f"{stage.label}：期限后第几个工作日",
                min_value=-15,
                max_value=60,
                help_text="负数是期限之前。",
            )
            self.fields[f"{stage.value}_tells"] = forms.MultipleChoiceField(
                label=f"{stage.label}：除责任单位外还通知",
                required=False,
                choices=list(AUDIENCES.items()),
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields[f"{stage.value}_letter"] = forms.BooleanField(
                label=f"{stage.label}：印发催办函", required=False
            )

        if source in newest.own:
            self.fields["follow"] = forms.BooleanField(
                label="取消另定，改按通用规则", required=False
            )

    @property
    def rule(self) -> ChaseRule:
        """The rule as filled in; its number is given when it is put on file."""
        given = self.cleaned_data
        stages = tuple(
            StageRule(
                stage=stage,
                offset=given[f"{stage.value}_offset"],
                tells=tuple(given[f"{stage.value}_tells"]),
                letter=given[f"{stage.value}_letter"],
            )
            for stage in Stage
        )
        rule = replace(self.newest, effective_from=given["effective_from"])
        return rule.with_own(self.source, None if given.get("follow") else stages)
