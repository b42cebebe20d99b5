"""The half-monthly report (半月调度报告) as it was issued."""

from datetime import date

from kernel.web.parts import Fact
from tenants.registry.models import FilingKind
from workflows.dispatch import queries as dispatch
from workflows.dispatch.lifecycle import Period
from workflows.dispatch.models import Report
from workflows.dispatch.parts import SECTIONS, plain
from workflows.filings.contents.base import (
    Cell,
    Change,
    Content,
    Section,
    Snapshot,
    Term,
    paragraphs,
    row_changes,
    text_changes,
)

#: The figures a filing shows at a glance.
_SHOWN = ("progress.projects", "progress.decided", "procedures.red", "procedures.yellow")
_OWN = {"problems": "problems", "next": "steps"}


def period_of(term: Term) -> Period:
    return Period.of(date.fromisoformat(term.period))


def term_of(period: Period) -> Term:
    """A half-month is named by its first day."""
    return Term(period.first.year, period.first.isoformat())


class HalfMonthContent(Content):
    kind = FilingKind.HALF_MONTH
    made_at = ("dispatch:list", "去编制和签发")

    def words(self, term: Term) -> str:
        return f"{period_of(term).words}{self.kind.label.removeprefix('半月')}"

    def terms(self, on: date) -> list[Term]:
        """The periods with a report in force, the newest first; the last period where there is none."""
        issued = dispatch.in_force().filter(first__lte=on).order_by("-first")
        found = [term_of(Period.of(first)) for first in issued.values_list("first", flat=True)]
        return found or [term_of(Period.of(on).before)]

    def take(self, term: Term, on: date, given: Snapshot) -> Snapshot:
        found = dispatch.in_force().select_related("issued").filter(first=period_of(term).first)
        report = found.defer("issued__paper").first()
        if report is None:
            return {"number": "", "issued_on": "", "taken": "", "texts": {}, "figures": []}
        return {
            "number": report.issued.number if report.issued else "",
            "issued_on": str(report.issued_on or ""),
            "copied_on": str(report.copied_on or ""),
            "taken": report.snapshot["taken"],
            "corrects": report.corrects_why,
            "report_digest": report.digest,
            "texts": {section: _lines(report, section) for section in SECTIONS},
            "own": {section: paragraphs(getattr(report, name)) for section, name in _OWN.items()},
            "figures": [
                {name: figure[name] for name in ("key", "label", "value", "unit")}
                for figure in dispatch.figures_of(report).values()
            ],
        }

    def is_empty(self, snapshot: Snapshot) -> bool:
        return not snapshot["number"]

    def figures(self, snapshot: Snapshot) -> list[Fact]:
        known = {figure["key"]: figure for figure in snapshot["figures"]}
        return [
            Fact(known[key]["label"], known[key]["value"], known[key]["unit"])
            for key in _SHOWN
            if key in known
        ]

    def texts(self, snapshot: Snapshot) -> list[tuple[str, list[str]]]:
        return [(heading, snapshot["texts"].get(key, [])) for key, heading in SECTIONS.items()]

    def sections(self, snapshot: Snapshot) -> list[Section]:
        rows = [
            [Cell(figure["label"]), Cell(f"{figure['value']} {figure['unit']}", figure=True)]
            for figure in snapshot["figures"]
        ]
        return [Section("主要数据", ["指标", "本期"], rows)]

    def lacks(self, snapshot: Snapshot) -> list[str]:
        """Progress, problems and next steps, each with words; and copied to the member units (A4.7)."""
        found = [
            f"没有写“{heading[2:]}”。"
            for section, heading in SECTIONS.items()
            if not snapshot["texts"].get(section)
        ]
        if snapshot["number"] and not snapshot["copied_on"]:
            found.append("报告还没有抄送成员单位。")
        return found

    @property
    def model(self) -> str:
        return "样板：有工作进展、存在问题、下一步建议三部分，签发后抄送成员单位。"

    def changes(self, before: Snapshot, after: Snapshot) -> list[Change]:
        labels = {"number": "文号", "issued_on": "签发日期", "taken": "数据截至"}
        old, new = (
            [
                {**line, "label": f"{line['label']}（{line['unit']}）", "unit": ""}
                for line in each["figures"]
            ]
            for each in (before, after)
        )
        return [
            *text_changes(before, after, labels, "报告"),
            *row_changes("数据", old, new, ("key",), "label", {"value": "数"}),
        ]


def _lines(report: Report, section: str) -> list[str]:
    parts = [part for part in report.snapshot["parts"] if part["section"] == section]
    own = paragraphs(getattr(report, _OWN[section])) if section in _OWN else []
    return [line for part in parts for line in plain(part)] + own
