"""认表头：finds the title, the header of one to three rows, and what each column holds."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workflows.projects.intake.cells import AREA, MONEY, VOLUME, Scale, plain, text_of
from workflows.projects.intake.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Field:
    """栏目：something a list may say of a project, and the headings it is known by."""

    name: str
    label: str
    headings: tuple[str, ...]
    required: bool = False
    scale: Scale | None = None


FIELDS: tuple[Field, ...] = (
    Field("serial", "序号", ("序号", "编号", "项目序号")),
    Field("name", "项目名称", ("项目名称", "名称", "建设项目名称"), required=True),
    Field(
        "project_code",
        "项目代码",
        ("项目代码", "投资项目代码", "项目统一代码", "国家项目代码", "在线平台代码", "代码"),
    ),
    Field(
        "owner_name",
        "项目单位",
        (
            *("项目单位", "建设单位", "业主", "项目业主", "业主单位", "投资单位", "单位名称"),
            *("项目单位名称", "建设单位名称", "企业名称", "项目法人", "申报单位"),
        ),
        required=True,
    ),
    Field(
        "credit_code",
        "统一社会信用代码",
        ("统一社会信用代码", "社会信用代码", "信用代码", "项目单位统一社会信用代码"),
    ),
    Field(
        "place",
        "建设地点",
        (
            *("建设地点", "所在地区", "所在旗区", "建设地址", "项目地点", "所属地区", "项目所在地"),
            *("旗区", "所属旗区", "地区"),
        ),
        required=True,
    ),
    Field("industry", "所属行业", ("行业", "所属行业", "行业类别", "行业分类", "产业")),
    Field(
        "kind",
        "审批类型",
        ("审批类型", "项目类型", "立项类型", "项目类别", "立项方式", "审批方式", "类型"),
        required=True,
    ),
    Field(
        "investment_wan",
        "总投资",
        ("总投资", "项目总投资", "总投资额", "计划总投资", "投资总额", "投资额", "估算总投资"),
        required=True,
        scale=MONEY,
    ),
    Field(
        "content",
        "建设内容及规模",
        (
            *("建设内容及规模", "建设内容", "建设规模及内容", "建设规模及主要内容"),
            *("主要建设内容", "主要建设内容及规模", "建设内容与规模", "建设规模"),
        ),
    ),
    Field(
        "planned_start_on",
        "计划开工时间",
        (
            *("计划开工时间", "开工时间", "计划开工日期", "拟开工时间", "预计开工时间"),
            *("开工日期", "计划开工", "拟开工日期", "预计开工日期"),
        ),
        required=True,
    ),
    Field(
        "land_ha",
        "用地面积",
        ("用地面积", "占地面积", "用地规模", "拟用地面积", "总用地面积", "用地"),
        scale=AREA,
    ),
    Field(
        "earthwork_m3",
        "土石方量",
        ("土石方", "土石方量", "挖填方量", "土石方挖填总量", "挖填土石方总量"),
        scale=VOLUME,
    ),
    Field(
        "features",
        "项目特征",
        ("项目特征", "涉及事项", "涉及特征", "特征", "特征标记", "其他特征", "其他涉及事项"),
    ),
    Field(
        "admission_claim", "入选依据", ("入选依据", "入选条件", "列入依据", "入库依据", "入选理由")
    ),
    Field("note", "备注", ("备注", "说明", "备注说明")),
)
_BY_HEADING = MappingProxyType({plain(h): field for field in FIELDS for h in field.headings})


@dataclass(frozen=True, slots=True)
class Column:
    """一列：where it stands, what its heading says and what it was read as."""

    index: int
    heading: str
    field: Field | None = None
    feature: str = ""
    unit: str | None = None

    @property
    def name(self) -> str:
        """The field's name or the feature's code; empty for a heading that is not ours."""
        return self.field.name if self.field else self.feature

    @property
    def letter(self) -> str:
        return letter_of(self.index)


@dataclass(frozen=True, slots=True)
class Layout:
    """表样：the title, the columns that have a heading, and the rows of the header (0-based)."""

    title: str
    columns: tuple[Column, ...]
    head_row: int
    first_row: int

    @property
    def missing(self) -> tuple[Field, ...]:
        found = {column.name for column in self.columns}
        return tuple(field for field in FIELDS if field.required and field.name not in found)

    @property
    def fit(self) -> tuple[int, int, int]:
        """More fields known, then more units known, then the flatter header."""
        known = {column.name for column in self.columns} - {""}
        units = sum(column.unit is not None for column in self.columns)
        return len(known), units, self.head_row - self.first_row


_SEARCHED_ROWS, _DEEPEST_HEADER, _FEWEST_FIELDS = 20, 3, 3
_BRACKETS = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_UNIT_LINE = re.compile(r"单位:([^)\]】]+)")
_ORNAMENT = re.compile(r"^[*★]+|[*★:]+$")


def find_layout(sheet: Sheet, *, features: Mapping[str, str]) -> Layout | None:
    """The best reading of the sheet's top rows; ``None`` if nothing there looks like a header.

    ``features`` maps the plain form of a feature's label to its code.
    """
    top = _unmerged(sheet)
    found = (
        _layout(top, start, depth, features)
        for start in range(len(top))
        for depth in range(1, min(_DEEPEST_HEADER, len(top) - start) + 1)
    )
    fitting = [layout for layout in found if layout.fit[0] >= _FEWEST_FIELDS]
    return max(fitting, key=lambda layout: layout.fit, default=None)


def letter_of(index: int) -> str:
    """``A`` for column 0, ``AA`` for 26."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _unmerged(sheet: Sheet) -> list[list[str]]:
    """The top rows as text, each merged range filled with its one value."""
    top = [[text_of(cell) for cell in row] for row in sheet.rows[:_SEARCHED_ROWS]]
    for (first, left), (last, right) in sheet.merges:
        if first < len(top) and left < len(top[first]):
            text = top[first][left]
            for row in top[first : last + 1]:
                row[left : right + 1] = [text] * len(row[left : right + 1])
    return top


def _layout(top: list[list[str]], start: int, depth: int, features: Mapping[str, str]) -> Layout:
    above = [text for row in top[:start] for text in dict.fromkeys(row) if text]
    units = next((m[1] for text in above if (m := _UNIT_LINE.search(plain(text)))), "")
    columns = []
    for index, cells in enumerate(zip(*top[start : start + depth], strict=True)):
        path = [text for text in dict.fromkeys(cells) if text]
        if path:
            columns.append(_column(index, path, units, features))
    title = next((text for text in above if not _UNIT_LINE.match(plain(text))), "")
    return Layout(" ".join(title.split()), tuple(columns), start, start + depth)


def _column(index: int, path: list[str], units: str, features: Mapping[str, str]) -> Column:
    heading = " ".join(path[-1].split())
    for name in _names(path):
        if field := _BY_HEADING.get(name):
            return Column(index, heading, field, unit=_unit(field, path, units))
        if feature := features.get(name):
            return Column(index, heading, feature=feature)
    return Column(index, heading)


def _names(path: list[str]) -> Iterator[str]:
    """What a heading may be called: with its group heads first, as 项目单位 › 名称 is no project name."""
    bare = [_ORNAMENT.sub("", re.split(r"[/:]", _BRACKETS.sub("", plain(p)))[0]) for p in path]
    if len(bare) > 1:
        yield "".join(bare[-2:])
    yield _ORNAMENT.sub("", plain(path[-1]))
    yield bare[-1]


def _unit(field: Field, path: list[str], units: str) -> str | None:
    if field.scale is None:
        return None
    for text in map(plain, reversed(path)):
        inside = " ".join((*_BRACKETS.findall(text), *re.split(r"[/:]", text)[1:]))
        if unit := field.scale.unit_named(inside.replace("单位", "")):
            return unit
    return field.scale.unit_named(units)
