"""The list of a year (年度项目清单) as it was confirmed."""

from datetime import date

from kernel.web.parts import Fact
from kernel.web.templatetags.lianshen import wan
from tenants.registry.models import FilingKind
from workflows.filings.contents.base import (
    Cell,
    Change,
    Content,
    Section,
    Snapshot,
    Term,
    row_changes,
)
from workflows.projects import queries as projects
from workflows.projects.facts import LABELS, shown

_PROJECT = (
    "number", "name", "project_code", "owner_name", "region_code", "industry", "kind",
    "content", "investment_wan", "planned_start_on", "target_on", "admission_rule",
)  # fmt: skip
#: What each line of the city's own list states.
_ASKED = (
    "name", "owner_name", "region_code", "industry", "kind", "content", "investment_wan",
    "planned_start_on", "target_on", "admission_rule",
)  # fmt: skip


class AnnualListContent(Content):
    kind = FilingKind.ANNUAL_LIST
    made_at = ("projects:index", "去确认项目清单")

    def terms(self, on: date) -> list[Term]:
        """A list is drawn up before the end of October for the year after (A4.1), so from October on the
        next year comes first when it is there."""
        ahead = on.year + 1 if on.month >= 10 else on.year
        years = sorted(projects.years(), key=lambda year: (abs(year - ahead), -year)) or [ahead]
        return [Term(year) for year in years]

    def take(self, term: Term, on: date, given: Snapshot) -> Snapshot:
        return projects.snapshot(term.year)

    def is_empty(self, snapshot: Snapshot) -> bool:
        return not snapshot["projects"]

    def figures(self, snapshot: Snapshot) -> list[Fact]:
        return [
            Fact("已确认项目", len(snapshot["projects"]), "个"),
            Fact("总投资", wan(snapshot["investment_wan"])),
        ]

    def sections(self, snapshot: Snapshot) -> list[Section]:
        columns = [
            "项目",
            "项目单位",
            "类型",
            "建设内容及规模",
            "总投资（万元）",
            "计划开工 / 目标日",
            "入选依据",
        ]
        return [Section("项目", columns, [_project(line) for line in snapshot["projects"]])]

    def lacks(self, snapshot: Snapshot) -> list[str]:
        """The lines that do not state everything, each with what it leaves out."""
        found = []
        for line in snapshot["projects"]:
            blank = [LABELS.get(name, name) for name in _ASKED if not line.get(name)]
            if blank:
                found.append(f"{line['number']} {line['name']}没有写{'、'.join(blank)}。")
        return found

    @property
    def model(self) -> str:
        return f"样板：每个项目写明{'、'.join(LABELS.get(name, name) for name in _ASKED)}。"

    def changes(self, before: Snapshot, after: Snapshot) -> list[Change]:
        labels = {name: LABELS.get(name, name) for name in _PROJECT}
        lists = before["projects"], after["projects"]
        return row_changes("项目", *lists, ("number",), "name", labels, shown)


def _project(line: Snapshot) -> list[Cell]:
    told = {name: shown(name, line.get(name)) for name in _PROJECT}
    return [
        Cell(told["name"], f"{told['number']} · {told['project_code']}"),
        Cell(told["owner_name"], told["region_code"]),
        Cell(told["kind"], told["industry"]),
        Cell(told["content"]),
        Cell(told["investment_wan"], figure=True),
        Cell(told["planned_start_on"], f"目标 {told['target_on']}"),
        Cell(told["admission_rule"]),
    ]
