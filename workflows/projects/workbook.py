"""项目清单：reads the annual project list from the workbook an office already keeps.

Nothing is written here. Every bad cell is named, and whether one of them stops the import is for
the caller to say.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, Literal

from workflows.catalogue.combing import Kind
from workflows.projects.codes import read_credit_code, read_project_code
from workflows.projects.eligibility import RULES, read_claim
from workflows.projects.intake import cells
from workflows.projects.intake.cells import BadCell, Words, is_nothing, plain, text_of
from workflows.projects.intake.layout import Column, Layout, find_layout, letter_of
from workflows.projects.intake.sheets import Cell, Limits, Sheet, WorkbookRefused, open_sheets

__all__ = [
    "Issue",
    "Limits",
    "ParsedRow",
    "ProjectFacts",
    "ReadList",
    "Skipped",
    "Words",
    "WorkbookRefused",
    "read_list",
    "read_sheets",
]


Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """项目要素：what one row says; empty text where the list says nothing."""

    name: str
    region_code: str
    kind: Kind
    investment_wan: Decimal
    planned_start_on: date
    source_row: int
    project_code: str = ""
    credit_code: str = ""
    owner_name: str = ""
    place: str = ""
    industry: str = ""  #: code of the catalogue; empty when not understood
    content: str = ""
    features: frozenset[str] = frozenset()
    land_ha: Decimal | None = None
    earthwork_m3: Decimal | None = None
    admission_claim: str = ""  #: code of the rule claimed, see ``eligibility.RULES``
    note: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """问题：one cell and what to do about it; ``row`` counts from 1 as the sheet shows it."""

    sheet: str
    row: int
    column: str
    heading: str
    value: str
    message: str
    cure: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        where = f"工作表“{self.sheet}”第{self.row}行"
        where += f"{self.column}列（{self.heading}）" if self.column else ""
        value = f"“{self.value}”" if self.value else ""
        cure = f"；{self.cure}" if self.cure else ""
        return f"{where}{value}{self.message}{cure}。"


@dataclass(frozen=True, slots=True)
class Skipped:
    """略过：a row that is no project, and why."""

    row: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """一行：``values`` is ``None`` when a cell of the row is in error."""

    row_number: int
    values: ProjectFacts | None
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadList:
    """读表结果：rows, issues and everything that was passed over."""

    sheet: str
    title: str
    year: int | None
    columns: tuple[Column, ...]
    rows: tuple[ParsedRow, ...]
    head_issues: tuple[Issue, ...]
    skipped: tuple[Skipped, ...]
    other_sheets: tuple[str, ...]  #: 未读的工作表, each with its reason

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Those of the header, then those of the rows, top to bottom."""
        return (*self.head_issues, *(issue for row in self.rows for issue in row.issues))

    @property
    def errors(self) -> tuple[Issue, ...]:
        return tuple(issue for issue in self.issues if issue.severity == "error")

    @property
    def warnings(self) -> tuple[Issue, ...]:
        return tuple(issue for issue in self.issues if issue.severity == "warning")

    @property
    def facts(self) -> tuple[ProjectFacts, ...]:
        return tuple(row.values for row in self.rows if row.values)


_NO_WORDS, _STANDARD_LIMITS = Words(), Limits()


def read_list(
    source: bytes,
    *,
    filename: str,
    words: Words = _NO_WORDS,
    limits: Limits = _STANDARD_LIMITS,
) -> ReadList:
    """Read an annual project list (A4.1) from .xlsx, .xls or .et bytes.

    ``words`` are the features, industries and places that cells may name. Raises
    ``WorkbookRefused`` for faults of the whole file, and nothing else.
    """
    sheets = open_sheets(source, filename=filename, limits=limits)
    return read_sheets(sheets, filename=filename, words=words, limits=limits)


def read_sheets(
    sheets: tuple[Sheet, ...],
    *,
    filename: str,
    words: Words = _NO_WORDS,
    limits: Limits = _STANDARD_LIMITS,
) -> ReadList:
    """``read_list`` after the file has been opened."""
    sheet, layout, other_sheets = _choose(sheets, filename, limits, words.features)
    year = _year_of(layout.title, filename, sheet.name)
    reader = _Reader(sheet, layout, year, words)
    rows = tuple(reader.rows())
    if not rows:
        raise WorkbookRefused(f"工作表“{sheet.name}”表头之下没有项目；请确认上传的是填好的清单。")
    return ReadList(
        sheet=sheet.name,
        title=layout.title,
        year=year,
        columns=layout.columns,
        rows=rows,
        head_issues=tuple(_head_issues(sheet.name, layout)),
        skipped=tuple(reader.skipped),
        other_sheets=other_sheets,
    )


# ---------------------------------------------------------------- 选表


def _choose(
    sheets: tuple[Sheet, ...], filename: str, limits: Limits, features: Mapping[str, str]
) -> tuple[Sheet, Layout, tuple[str, ...]]:
    """The sheet that holds the list; the others are named with the reason they were not read."""
    lists: list[tuple[Sheet, Layout]] = []
    others: list[str] = []
    for sheet in sheets:
        if not sheet.visible:
            others.append(f"{sheet.name}：隐藏")
        elif not sheet.height:
            others.append(f"{sheet.name}：空表")
        elif not sheet.rows:
            raise WorkbookRefused(
                f"工作表“{sheet.name}”用到第{sheet.height}行、{letter_of(sheet.width - 1)}列，"
                f"最多读{limits.max_rows}行、{limits.max_columns}列；"
                "请删去多余的行列或分成几份上传。"
            )
        elif layout := find_layout(sheet, features=features):
            lists.append((sheet, layout))
        else:
            others.append(f"{sheet.name}：没有清单表头")
    if not lists:
        raise WorkbookRefused(
            f"文件“{filename}”里没有找到清单表头；"
            "请保留写有“项目名称”“总投资”“计划开工时间”等栏目的表头行。"
        )
    sheet, layout = max(lists, key=lambda found: (not found[1].missing, found[1].fit))
    if layout.missing:
        missing = "、".join(f"“{field.label}”" for field in layout.missing)
        raise WorkbookRefused(
            f"工作表“{sheet.name}”第{layout.head_row + 1}行起的表头缺少栏目{missing}；"
            "请补上这些列后重新上传。"
        )
    others += [f"{s.name}：也有清单表头，本次未读" for s, _ in lists if s is not sheet]
    return sheet, layout, tuple(others)


def _year_of(*texts: str) -> int | None:
    found = (re.search(r"(?<!\d)20\d\d(?!\d)", text, re.ASCII) for text in texts)
    return next((int(match[0]) for match in found if match), None)


def _head_issues(sheet: str, layout: Layout) -> Iterator[Issue]:
    seen: dict[str, Column] = {}
    for column in layout.columns:
        name = column.name
        where = (sheet, layout.first_row, column.letter, column.heading, "")
        if not name:
            yield Issue(*where, "不是清单栏目，未读", severity="warning")
        elif name in seen:
            yield Issue(
                *where,
                f"与{seen[name].letter}列重复，只能读一列",
                "请删去其一，或改成不同的栏目名",
            )
        elif column.field and column.field.scale and column.unit is None:
            yield Issue(
                *where,
                "没有写明单位",
                f"请在表头写成“{column.field.label}（{column.field.scale.unit}）”这样的形式",
            )
        seen.setdefault(name, column)


# ---------------------------------------------------------------- 读行

_NOTE_ROW = re.compile(
    r"(备注|注\d?|说明|填表说明|填报说明|填报单位|填报人|填表人|审核人|制表人|联系人|联系电话|负责人)[:.、]"
)
_TOTAL_ROW = re.compile(r"(合计|小计|总计|共计|累计)")
_ReadCell = Callable[[Cell], tuple[Any, str]]
_SECTION_ROW = re.compile(r"[(]?[一二三四五六七八九十]{1,3}([)、.]|$)")


# A list may come before these are known; later steps ask for them.
_WANTED = MappingProxyType(
    {
        "project_code": "可先导入，受理第一个事项前须补上赋码",
        "credit_code": "可先导入，受理第一个事项前须补上",
    }
)

_LONGEST = MappingProxyType({"name": 200, "owner_name": 120, "content": 4000, "note": 500})
_ONLY_ONCE = frozenset({"name", "project_code"})


@dataclass(slots=True)
class _Reader:
    sheet: Sheet
    layout: Layout
    year: int | None
    words: Words
    skipped: list[Skipped] = field(default_factory=list)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def rows(self) -> Iterator[ParsedRow]:
        """Every row below the header that is a project; the others go to ``skipped``."""
        columns: dict[str, Column] = {}
        for column in self.layout.columns:
            columns.setdefault(column.name, column)
        columns.pop("", None)  # headings that are no field of ours
        # most columns say the same few things over and over; typed, as 1 and True mean different
        remember = lru_cache(maxsize=1024, typed=True)
        readers = [
            (name, column, remember(self._reader(column)))
            for name, column in columns.items()
            if name != "serial"
        ]
        below = self.layout.first_row
        heads = self.sheet.rows[self.layout.head_row : below]
        for number, row in enumerate(self.sheet.rows[below:], below + 1):
            if reason := _why_skipped(row, heads, columns):
                texts = (text_of(cell) for cell in row)
                self.skipped.append(Skipped(number, reason, next(filter(None, texts), "")[:80]))
            else:
                yield self._row(number, row, readers)

    def _row(
        self, number: int, row: list[Cell], readers: Sequence[tuple[str, Column, _ReadCell]]
    ) -> ParsedRow:
        values: dict[str, Any] = {"source_row": number}
        features: set[str] = set()
        issues: list[Issue] = []
        for name, column, read in readers:
            cell = row[column.index]
            text = text_of(cell)
            where = (issues, number, column, text)
            if is_nothing(text):
                if column.field and column.field.required:
                    self._say(*where, f"缺少{column.field.label}", "请补填")
                elif name in _WANTED:
                    self._say(*where, "尚未填写", _WANTED[name], severity="warning")
                continue
            try:
                value, remark = read(cell)
            except BadCell as bad:
                self._say(*where, bad.message, bad.cure)
                continue
            if remark:
                self._say(*where, remark, severity="warning")
            if name in _ONLY_ONCE:
                first = self.seen.setdefault((name, plain(value)), number)
                if first != number:
                    self._say(
                        *where,
                        f"与第{first}行相同",
                        f"请核对第{first}行和第{number}行，删去或改正其一",
                    )
            if name == "features":
                features |= value
            elif column.feature:
                features |= {name} if value else set()
            elif name == "place":
                values |= {"place": " ".join(text.split())[:200], "region_code": value}
            else:
                values[name] = value
        if any(issue.severity == "error" for issue in issues):
            return ParsedRow(number, None, tuple(issues))
        facts = ProjectFacts(**values, features=frozenset(features))
        if self.year and facts.planned_start_on.year != self.year:
            message = f"计划开工在{facts.planned_start_on.year}年，不是清单年度{self.year}年"
            issues.append(Issue(self.sheet.name, number, "", "", "", message, severity="warning"))
        return ParsedRow(number, facts, tuple(issues))

    def _say(
        self,
        issues: list[Issue],
        number: int,
        column: Column,
        text: str,
        message: str,
        cure: str = "",
        severity: Severity = "error",
    ) -> None:
        where = (self.sheet.name, number, column.letter, column.heading)
        issues.append(Issue(*where, text[:80], message, cure, severity))

    def _reader(self, column: Column) -> _ReadCell:
        """How the cells of a column are read: to a value and a remark, or ``BadCell``."""
        if column.field is None:
            return cells.read_mark
        if scale := column.field.scale:
            return partial(cells.read_amount, scale=scale, unit=column.unit)
        match column.field.name:
            case "project_code":
                return partial(cells.read_code, read=lambda text: read_project_code(text).text)
            case "credit_code":
                return partial(cells.read_code, read=read_credit_code)
            case "place":
                return partial(cells.read_region, places=self.words.places)
            case "industry":
                return partial(cells.read_industry, industries=self.words.industries)
            case "kind":
                return cells.read_kind
            case "planned_start_on":
                return partial(cells.read_day, year=self.year)
            case "features":
                return partial(cells.read_features, labels=self.words.features)
            case "admission_claim":
                return _read_claim
            case name:
                return partial(
                    cells.read_text,
                    longest=_LONGEST[name],
                    one_line=name not in {"content", "note"},
                )


def _read_claim(cell: Cell) -> tuple[str, str]:
    if claim := read_claim(text_of(cell)):
        return claim, ""
    labels = "、".join(rule.label for rule in RULES)
    return "", f"没有对上入选条件，将只按总投资判定；可写：{labels}"


def _why_skipped(row: list[Cell], heads: list[list[Cell]], columns: Mapping[str, Column]) -> str:
    """The reason a row is no project; empty when it is one."""
    first = next((text for cell in row if (text := plain(text_of(cell)))), "")
    if not first:
        return "空行"
    name = plain(text_of(row[columns["name"].index]))
    if _NOTE_ROW.match(first):
        return "说明行"
    if _TOTAL_ROW.match(first) or _TOTAL_ROW.fullmatch(name):
        return "合计行"
    if row in heads:
        return "重复的表头"
    filled = (text_of(row[columns[name].index]) for name in ("place", "kind", "planned_start_on"))
    return "分类标题" if _SECTION_ROW.match(first) and not any(filled) else ""
