"""The year-end summary (年度总结): what the office says of its year, with the figures of its ledgers."""

from datetime import date

from django import forms
from django.db.models import Count, F, Q, Sum

from kernel.web.parts import Fact
from kernel.web.templatetags.lianshen import wan
from tenants.registry.models import FilingKind
from workflows.assignments.lifecycle import State as PartState
from workflows.assignments.models import Part
from workflows.deficiency.models import Deficiency
from workflows.dispatch import queries as dispatch
from workflows.filings.contents.base import (
    Cell,
    Change,
    Content,
    Section,
    Snapshot,
    Term,
    Written,
    paragraphs,
    row_changes,
    text_changes,
)
from workflows.meetings.lifecycle import HELD
from workflows.meetings.models import Meeting, Resolution
from workflows.policies.models import Policy
from workflows.procedures.models import Procedure
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project

_TEXTS = {
    "work": "一、工作情况",
    "practice": "二、做法和成效",
    "problems": "三、存在问题",
    "plans": "四、下一年打算",
}
_SHOWN = ("projects", "investment", "on_target", "decided")


class SummaryForm(Written):
    work = forms.CharField(
        label="工作情况", max_length=5000, required=False, widget=forms.Textarea({"rows": 6})
    )
    practice = forms.CharField(
        label="做法和成效", max_length=5000, required=False, widget=forms.Textarea({"rows": 5})
    )
    problems = forms.CharField(
        label="存在问题", max_length=5000, required=False, widget=forms.Textarea({"rows": 4})
    )
    plans = forms.CharField(
        label="下一年打算", max_length=5000, required=False, widget=forms.Textarea({"rows": 4})
    )


class SummaryContent(Content):
    kind = FilingKind.SUMMARY
    form = SummaryForm

    def terms(self, on: date) -> list[Term]:
        """From December on the year that ends comes first, before it the one that ended."""
        ending = on.year if on.month == 12 else on.year - 1
        return [Term(ending), Term(ending + 1 if ending < on.year else ending - 1)]

    def take(self, term: Term, on: date, given: Snapshot) -> Snapshot:
        texts = {name: given.get(name, "") for name in _TEXTS}
        return {"texts": texts, "figures": _figures(term.year), "files": given.get("files", [])}

    def is_empty(self, snapshot: Snapshot) -> bool:
        return not any(text.strip() for text in snapshot["texts"].values())

    def figures(self, snapshot: Snapshot) -> list[Fact]:
        known = {figure["key"]: figure for figure in snapshot["figures"]}
        return [
            Fact(
                known[key]["label"],
                wan(known[key]["value"]) if key == "investment" else known[key]["value"],
                "" if key == "investment" else known[key]["unit"],
            )
            for key in _SHOWN
        ]

    def texts(self, snapshot: Snapshot) -> list[tuple[str, list[str]]]:
        return [(heading, paragraphs(snapshot["texts"][name])) for name, heading in _TEXTS.items()]

    def sections(self, snapshot: Snapshot) -> list[Section]:
        rows = [
            [Cell(each["label"]), Cell(f"{each['value']} {each['unit']}", figure=True)]
            for each in snapshot["figures"]
        ]
        return [Section("全年数据", ["指标", "数"], rows)]

    def lacks(self, snapshot: Snapshot) -> list[str]:
        return [
            f"没有写“{heading[2:]}”。"
            for name, heading in _TEXTS.items()
            if not snapshot["texts"][name].strip()
        ]

    @property
    def model(self) -> str:
        return (
            f"样板：{'、'.join(heading[2:] for heading in _TEXTS.values())}四部分，数据取自台账。"
        )

    def changes(self, before: Snapshot, after: Snapshot) -> list[Change]:
        labels = {name: heading[2:] for name, heading in _TEXTS.items()}
        figures = before["figures"], after["figures"]
        return [
            *text_changes(before["texts"], after["texts"], labels, "总结"),
            *row_changes("数据", *figures, ("key",), "label", {"value": "数"}),
        ]


def _figures(year: int) -> list[dict[str, object]]:
    """The year of the ledgers; a constant number of queries."""
    within = (date(year, 1, 1), date(year, 12, 31))
    projects = Project.objects.filter(year=year, state=ProjectState.CONFIRMED).aggregate(
        count=Count("pk"),
        invested=Sum("investment_wan"),
        done=Count("pk", filter=Q(done_on__isnull=False)),
        on_target=Count("pk", filter=Q(done_on__lte=F("target_on"))),
    )
    decided = Procedure.objects.filter(decided_on__range=within)
    parts = Part.objects.filter(sheet__handed_over_on__range=within).aggregate(
        given=Count("pk"),
        done=Count("pk", filter=Q(state=PartState.WRITTEN_OFF)),
    )
    resolutions = Resolution.objects.filter(
        item__meeting__on__range=within, item__meeting__state__in=HELD
    ).aggregate(count=Count("pk"), closed=Count("pk", filter=Q(closed_on__isnull=False)))
    return [
        _figure("projects", "清单项目", projects["count"], "个"),
        _figure("investment", "总投资", str(projects["invested"] or 0), "万元"),
        _figure("done", "审批办齐的项目", projects["done"], "个"),
        _figure("on_target", "按目标日办齐的项目", projects["on_target"], "个"),
        _figure("decided", "办结审批事项", decided.count(), "项"),
        _figure("tasks", "交办任务", parts["given"], "项"),
        _figure("tasks_done", "销号任务", parts["done"], "项"),
        _figure(
            "meetings",
            "召开会议",
            Meeting.objects.filter(on__range=within, state__in=HELD).count(),
            "次",
        ),
        _figure("resolutions", "议定事项", resolutions["count"], "件"),
        _figure("resolutions_closed", "办结的议定事项", resolutions["closed"], "件"),
        _figure(
            "deficiencies",
            "容缺受理",
            Deficiency.objects.filter(granted_on__range=within).count(),
            "件",
        ),
        _figure(
            "policies",
            "完善政策",
            Policy.objects.filter(effective_on__range=within).count(),
            "项",
        ),
        _figure(
            "reports",
            "签发半月调度报告",
            dispatch.in_force().filter(first__range=within).count(),
            "期",
        ),
    ]


def _figure(key: str, label: str, value: object, unit: str) -> dict[str, object]:
    return {"key": key, "label": label, "value": value, "unit": unit}
