"""A department's policy measure (政策措施): its tasks, its goals in figures, who answers for it (A5.5)."""

import re
from datetime import date

from django import forms

from kernel.web.fields import day_field
from kernel.web.parts import Fact
from tenants.registry.models import FilingKind
from workflows.catalogue.models import MatterVersion
from workflows.filings.contents.base import (
    Change,
    Content,
    Snapshot,
    Term,
    Written,
    paragraphs,
    said,
    text_changes,
)

_TEXTS = {"tasks": "工作任务", "goals": "量化目标", "duties": "责任落实"}
_HEAD = {
    "title": "名称",
    "document": "文号",
    "dated_on": "成文日期",
    "effective_on": "施行日期",
}
_MATTERS = "涉及事项"
_FIGURE = re.compile(r"[0-9０-９一二三四五六七八九十百]")


class MeasureForm(Written):
    title = forms.CharField(label="名称", max_length=120)
    document = forms.CharField(label="文号", max_length=80)
    dated_on = day_field("成文日期")
    effective_on = day_field("施行日期")
    matters = forms.CharField(
        label=_MATTERS,
        max_length=200,
        required=False,
        help_text="事项目录里的代码，如“B03、C01”；跟踪问效按它们前后对照，不填的按本部门全部事项。",
    )
    tasks = forms.CharField(
        label="工作任务",
        max_length=3000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="一行一项。",
    )
    goals = forms.CharField(
        label="量化目标",
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="写出数字，如“用地预审 5 个工作日办结”。",
    )
    duties = forms.CharField(
        label="责任落实",
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="哪个科室、什么职务负责哪一项。",
    )

    def clean_matters(self) -> str:
        """Codes of the catalogue, each once, as it writes them."""
        codes = [
            code.upper()
            for code in re.split(r"[\s,，、;；]+", self.cleaned_data["matters"])
            if code
        ]
        found = MatterVersion.objects.filter(matter_code__in=codes).order_by()
        known = set(found.values_list("matter_code", flat=True))
        if strange := [code for code in codes if code not in known]:
            raise forms.ValidationError(
                f"事项目录里没有代码“{'、'.join(strange)}”。请照“事项目录”页上的代码填写，用顿号分开。"
            )
        return "、".join(dict.fromkeys(codes))

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        dated, effective = given.get("dated_on"), given.get("effective_on")
        if dated and effective and effective < dated:
            self.add_error("effective_on", f"施行日期 {effective} 早于成文日期 {dated}。请核对。")
        return given


class MeasureContent(Content):
    kind = FilingKind.MEASURE
    form = MeasureForm

    def words(self, term: Term) -> str:
        return f"{self.kind.label}（{term.period}）" if term.period else self.kind.label

    def terms(self, on: date) -> list[Term]:
        return []  # each names its own document

    def take(self, term: Term, on: date, given: Snapshot) -> Snapshot:
        names = (*_HEAD, *_TEXTS, "unit", "files", *(["matters"] if given.get("matters") else []))
        return {name: given.get(name, "") for name in names}

    def is_empty(self, snapshot: Snapshot) -> bool:
        return not snapshot["document"]

    def figures(self, snapshot: Snapshot) -> list[Fact]:
        return [
            Fact("文号", snapshot["document"]),
            Fact("施行日期", said(snapshot["effective_on"])),
            Fact("工作任务", len(paragraphs(snapshot["tasks"])), "项"),
        ]

    def texts(self, snapshot: Snapshot) -> list[tuple[str, list[str]]]:
        head = [f"{label}：{said(snapshot[name])}" for name, label in _HEAD.items()]
        if matters := snapshot.get("matters"):
            head.append(f"{_MATTERS}：{matters}")
        return [
            ("文件", head),
            *((label, paragraphs(snapshot[name])) for name, label in _TEXTS.items()),
        ]

    def lacks(self, snapshot: Snapshot) -> list[str]:
        found = [f"没有写{label}。" for name, label in _TEXTS.items() if not snapshot[name].strip()]
        if snapshot["goals"].strip() and not _FIGURE.search(snapshot["goals"]):
            found.append("量化目标里没有数字。")
        if not snapshot["files"]:
            found.append("没有附文件正文。")
        return found

    @property
    def model(self) -> str:
        return "样板：明确工作任务，量化工作目标，压实工作责任，附文件正文。"

    def changes(self, before: Snapshot, after: Snapshot) -> list[Change]:
        labels = _HEAD | {"matters": _MATTERS} | _TEXTS | {"files": "附件"}
        old, new = ({"matters": "", **one, "files": _names(one)} for one in (before, after))
        return text_changes(old, new, labels, "措施")


def _names(snapshot: Snapshot) -> str:
    return "、".join(file["name"] for file in snapshot["files"])
