"""预览：what a list would do to the projects on file, row by row, before anything is written (A4.1).

Pure: the list as read and the projects as they are go in, the comparison comes out. A blank cell
says nothing, so it never wipes out what is on file.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from kernel.labelled import Labelled
from workflows.projects.eligibility import RULES, admit
from workflows.projects.facts import STATED, Difference, differences, row_values, shown
from workflows.projects.lifecycle import State
from workflows.projects.models import Project
from workflows.projects.workbook import Issue, ParsedRow, ProjectFacts, ReadList, Skipped

_ENTITLEMENTS = "、".join(rule.label for rule in RULES[1:])


class Verdict(Labelled):
    """What becomes of a row; ``label`` is what the preview says."""

    BAD = "bad", "有错"
    NEW = "new", "新增"
    CHANGED = "changed", "变更"
    SAME = "same", "未变"
    REMOVED = "removed", "已移出"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list and its verdict. ``values`` are the columns to be written."""

    row_number: int
    verdict: Verdict
    name: str
    owner_name: str = ""
    project: Project | None = None
    values: Mapping[str, Any] | None = None
    differences: tuple[Difference, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """The whole preview. Nothing may be written while ``errors`` is not empty."""

    read: ReadList
    lines: tuple[Line, ...]

    @cached_property
    def issues(self) -> tuple[Issue, ...]:
        """Those of the header, then those of the rows, errors first, each from the top down."""
        found = (*self.read.head_issues, *(issue for line in self.lines for issue in line.issues))
        return tuple(sorted(found, key=lambda issue: (issue.severity != "error", issue.row)))

    @cached_property
    def errors(self) -> tuple[Issue, ...]:
        return tuple(issue for issue in self.issues if issue.severity == "error")

    @cached_property
    def warnings(self) -> tuple[Issue, ...]:
        return tuple(issue for issue in self.issues if issue.severity == "warning")

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        return self.read.skipped

    def of(self, verdict: Verdict) -> list[Line]:
        return [line for line in self.lines if line.verdict is verdict]

    @cached_property
    def changes_nothing(self) -> bool:
        return not (self.of(Verdict.NEW) or self.of(Verdict.CHANGED))

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over what would be written and onto which version of what."""
        content = [
            [
                line.row_number,
                line.verdict,
                line.project and [line.project.number, line.project.version],
                [difference.as_json() for difference in line.differences],
            ]
            for line in self.lines
        ]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def compare(
    read: ReadList, projects: Iterable[Project], *, threshold_wan: Decimal, region_code: str = ""
) -> Comparison:
    """Compare a list with the projects of its year.

    A row is a project on file when it has its code, else its name and owner. ``region_code`` is
    the tenant's own place, empty where all of the city is.
    """
    on_file = _OnFile(projects)
    keeps_features = not any(column.feature for column in read.columns)
    taken: dict[int, int] = {}
    lines = []
    for row in read.rows:
        line = (
            _line(row, read.sheet, on_file, threshold_wan, keeps_features)
            if row.values
            else Line(row.row_number, Verdict.BAD, "", issues=row.issues)
        )
        if line.project and line.verdict is not Verdict.BAD:
            first = taken.setdefault(line.project.pk, row.row_number)
            if first != row.row_number:
                line = _bad(
                    line,
                    read.sheet,
                    f"与第{first}行是同一个项目（{line.project.number}）",
                    f"请核对第{first}行和第{row.row_number}行，删去或改正其一",
                )
        if row.values and region_code and row.values.region_code not in {region_code, "150600"}:
            message = f"在{shown('region_code', row.values.region_code)}，不在本地"
            issue = _issue(read.sheet, row.row_number, "建设地点", row.values.place, message)
            line = replace(line, issues=(*line.issues, replace(issue, severity="warning")))
        lines.append(line)
    return Comparison(read, tuple(lines))


class _OnFile:
    """The year's projects, found by code or by name and owner."""

    def __init__(self, projects: Iterable[Project]) -> None:
        self.by_code: dict[str, Project] = {}
        self.by_name: dict[tuple[str, str], Project] = {}
        for project in projects:
            self.by_name[project.name, project.owner_name] = project
            if project.project_code:
                self.by_code[project.project_code] = project

    def find(self, facts: ProjectFacts) -> tuple[Project | None, Project | None]:
        """By code, and by name and owner; both when they are two different projects."""
        by_code = self.by_code.get(facts.project_code) if facts.project_code else None
        by_name = self.by_name.get((facts.name, facts.owner_name))
        return by_code, by_name


def _line(
    row: ParsedRow, sheet: str, on_file: _OnFile, threshold_wan: Decimal, keeps_features: bool
) -> Line:
    facts = row.values
    assert facts is not None  # noqa: S101 - the caller has looked
    by_code, by_name = on_file.find(facts)
    project = by_code or by_name
    line = Line(
        row.row_number, Verdict.NEW, facts.name, facts.owner_name, project, issues=row.issues
    )
    if by_code and by_name and by_code is not by_name:
        return _bad(
            line,
            sheet,
            f"代码是{by_code.number}的，名称和单位却是{by_name.number}的",
            "请核对项目代码和项目名称，改正其一",
        )
    if project and project.state == State.REMOVED:
        return replace(line, verdict=Verdict.REMOVED)
    facts = _with_what_is_on_file(facts, project, keeps_features)
    admission = admit(facts, threshold_wan=threshold_wan)
    if admission is None:
        amount = shown("investment_wan", facts.investment_wan)
        return _bad(
            line,
            sheet,
            f"总投资{amount}万元，不到{shown('investment_wan', threshold_wan)}万元，也没有写明其他入选依据",
            f"请在“入选依据”填写下列之一：{_ENTITLEMENTS}；都不符合的请从清单中删去",
            value=amount,
        )
    values = row_values(facts, admission)
    if project is None:
        return replace(line, values=values)
    found = tuple(differences(project, values))
    verdict = Verdict.CHANGED if found else Verdict.SAME
    return replace(line, verdict=verdict, values=values, differences=found)


def _with_what_is_on_file(
    facts: ProjectFacts, project: Project | None, keeps_features: bool
) -> ProjectFacts:
    """The row's facts, with those on file where it says nothing."""
    if project is None:
        return facts
    silent = {
        name: getattr(project, name)
        for name in STATED
        if name != "features" and getattr(facts, name) in ("", None)
    }
    if keeps_features and not facts.features:
        silent["features"] = frozenset(project.features)
    if not facts.admission_claim:
        silent["admission_claim"] = project.admission_claim
    return replace(facts, **silent)


def _bad(line: Line, sheet: str, message: str, cure: str, *, value: str = "") -> Line:
    issue = _issue(sheet, line.row_number, "项目", value or line.name, message, cure)
    return replace(line, verdict=Verdict.BAD, values=None, issues=(*line.issues, issue))


def _issue(sheet: str, row: int, heading: str, value: str, message: str, cure: str = "") -> Issue:
    return Issue(sheet, row, "", heading, value[:80], message, cure)


def counts(comparison: Comparison) -> Iterator[tuple[Verdict, int]]:
    """How many rows of each verdict, in the order of the preview."""
    for verdict in Verdict:
        yield verdict, len(comparison.of(verdict))
