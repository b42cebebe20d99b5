"""What a filing says (报备内容), read from its frozen snapshot: as tables, in figures, and against another."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel.web.parts import Fact
from kernel.web.templatetags.lianshen import full_day, wan
from tenants.registry.freezing import digest_of, frozen
from tenants.registry.models import FilingKind
from workflows.mechanism import queries as mechanism
from workflows.mechanism import standard
from workflows.mechanism.models import SeatKind
from workflows.projects.facts import LABELS, shown

Snapshot = Mapping[str, Any]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNIT = {"name": "单位", "hosts_office": "办公室", "in_task_force": "专项工作组", "from_on": "自"}
_SEAT = {
    "kind_label": "席位",
    "unit": "单位",
    "post": "由何职务担任",
    "holder": "姓名",
    "office_phone": "办公电话",
    "document": "依据文件",
}
_PROJECT = (
    "number", "name", "project_code", "owner_name", "region_code", "industry", "kind",
    "content", "investment_wan", "planned_start_on", "target_on", "admission_rule",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, and what stands in small print under it."""

    text: str
    under: str = ""
    figure: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a filing."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    @property
    def labelled(self) -> list[list[tuple[str, Cell]]]:
        """Rows whose cells carry their column, for a phone that stacks them."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two filings; ``old`` or ``new`` is empty where a line came or went."""

    part: str
    what: str
    old: str
    new: str


def sealed(*, kind: str, year: int, sender: str, snapshot: Snapshot) -> dict[str, Any]:
    """What the digest covers: kind, year, sender and content. Either side can put it together."""
    return {"kind": kind, "year": year, "sender": sender, "snapshot": snapshot}


def same_content(one: Snapshot, other: Snapshot) -> bool:
    """Whether two snapshots say the same, whatever the days they were taken on."""
    return digest_of(_timeless(one)) == digest_of(_timeless(other))


def _timeless(snapshot: Snapshot) -> dict[str, Any]:
    return {key: value for key, value in frozen(snapshot).items() if key != "on"}


def of_year(kind: str, year: int) -> str:
    """What is filed, with its year: 2027年度项目清单, 2027年工作机制."""
    label = FilingKind(kind).label
    return f"{year}{label}" if label.startswith("年") else f"{year}年{label}"


def is_empty(kind: str, snapshot: Snapshot) -> bool:
    return not (snapshot["units"] if kind == FilingKind.MECHANISM else snapshot["projects"])


def figures(kind: str, snapshot: Snapshot) -> list[Fact]:
    """The filing at a glance."""
    if kind == FilingKind.MECHANISM:
        seats = snapshot["seats"]
        vacant = sum(not seat["holder"] for seat in seats)
        return [
            Fact("成员单位", len(snapshot["units"]), "个"),
            Fact("席位", len(seats), f"个，空缺 {vacant} 个", "yellow" if vacant else ""),
        ]
    return [
        Fact("已确认项目", len(snapshot["projects"]), "个"),
        Fact("总投资", wan(snapshot["investment_wan"])),
    ]


def sections(kind: str, snapshot: Snapshot) -> list[Section]:
    """The whole content as tables."""
    if kind == FilingKind.MECHANISM:
        return [
            Section(
                "成员单位",
                ["单位", "办公室设在此", "专项工作组", "自"],
                [[Cell(_said(unit[name])) for name in _UNIT] for unit in snapshot["units"]],
            ),
            Section(
                "席位与人员",
                ["席位", "单位 / 职务", "姓名 / 办公电话", "依据文件"],
                [
                    [
                        Cell(seat["kind_label"]),
                        Cell(seat["unit"] or seat["post"], seat["post"] if seat["unit"] else ""),
                        Cell(seat["holder"] or "空缺", seat["office_phone"]),
                        Cell(_said(seat["document"])),
                    ]
                    for seat in snapshot["seats"]
                ],
            ),
        ]
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


def _project(line: Snapshot) -> list[Cell]:
    said = {name: shown(name, line.get(name)) for name in _PROJECT}
    return [
        Cell(said["name"], f"{said['number']} · {said['project_code']}"),
        Cell(said["owner_name"], said["region_code"]),
        Cell(said["kind"], said["industry"]),
        Cell(said["content"]),
        Cell(said["investment_wan"], figure=True),
        Cell(said["planned_start_on"], f"目标 {said['target_on']}"),
        Cell(said["admission_rule"]),
    ]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else ""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return full_day(date.fromisoformat(value))
    return str(value) if value else "—"


def lacks(kind: str, snapshot: Snapshot) -> list[str]:
    """What the city's model has and this mechanism lacks; a list has no model to be held against."""
    if kind != FilingKind.MECHANISM:
        return []
    units = snapshot["units"]
    return mechanism.missing(
        {unit["code"] for unit in units},
        [(SeatKind(seat["kind"]), seat["unit_code"]) for seat in snapshot["seats"]],
        has_host=any(unit["hosts_office"] for unit in units),
    )


def model_figures() -> dict[str, int]:
    """The size of the city's model."""
    return {"units": len(standard.units()), "seats": len(standard.seats())}


def changes(kind: str, before: Snapshot, after: Snapshot) -> list[Change]:
    """Line by line what ``after`` says that ``before`` did not, and the other way round."""
    if kind == FilingKind.MECHANISM:
        unit = {name: label for name, label in _UNIT.items() if name != "from_on"}
        return [
            *_changes("成员单位", before["units"], after["units"], ("code",), "name", unit),
            *_changes(
                "席位",
                before["seats"],
                after["seats"],
                ("kind", "unit_code", "post"),
                "post",
                _SEAT,
            ),
        ]
    labels = {name: LABELS.get(name, name) for name in _PROJECT}
    return _changes("项目", before["projects"], after["projects"], ("number",), "name", labels)


def _changes(
    part: str,
    before: Sequence[Snapshot],
    after: Sequence[Snapshot],
    key: tuple[str, ...],
    name: str,
    labels: Mapping[str, str],
) -> list[Change]:
    old, new = _keyed(before, key), _keyed(after, key)
    found = [Change(part, _called(old[k], name), "有", "") for k in old if k not in new]
    for k, line in new.items():
        if k not in old:
            found.append(Change(part, _called(line, name), "", "新增"))
            continue
        found += [
            Change(
                part,
                f"{_called(line, name)} · {label}",
                _value(part, f, old[k]),
                _value(part, f, line),
            )
            for f, label in labels.items()
            if old[k].get(f) != line.get(f)
        ]
    return found


def _keyed(lines: Sequence[Snapshot], key: tuple[str, ...]) -> dict[tuple[Any, ...], Snapshot]:
    """Lines by their key; the second with the same key gets its place as well."""
    keyed: dict[tuple[Any, ...], Snapshot] = {}
    for line in lines:
        mark = tuple(line[part] for part in key)
        count = 0
        while (*mark, count) in keyed:
            count += 1
        keyed[(*mark, count)] = line
    return keyed


def _called(line: Snapshot, name: str) -> str:
    kind, unit = line.get("kind_label", ""), line.get("unit", "")
    return " ".join(part for part in (kind, unit, line[name]) if part)


def _value(part: str, field: str, line: Snapshot) -> str:
    return shown(field, line.get(field)) if part == "项目" else _said(line.get(field))
