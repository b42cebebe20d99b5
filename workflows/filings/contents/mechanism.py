"""The mechanism (工作机制) as it is filed, held against the city's model."""

from datetime import date

from kernel.web.parts import Fact
from tenants.registry.models import FilingKind
from workflows.filings.contents.base import (
    RUNNING,
    Cell,
    Change,
    Content,
    Section,
    Snapshot,
    Term,
    row_changes,
    said,
)
from workflows.filings.contents.running import running
from workflows.mechanism import queries as mechanism
from workflows.mechanism import standard
from workflows.mechanism.models import SeatKind

_UNIT = {"name": "单位", "hosts_office": "办公室", "in_task_force": "专项工作组", "from_on": "自"}
_SEAT = {
    "kind_label": "席位",
    "unit": "单位",
    "post": "由何职务担任",
    "holder": "姓名",
    "office_phone": "办公电话",
    "document": "依据文件",
}


class MechanismContent(Content):
    kind = FilingKind.MECHANISM
    made_at = ("mechanism:chart", "去看组织机构")

    def terms(self, on: date) -> list[Term]:
        """A mechanism is filed as it stands."""
        return [Term(on.year)]

    def take(self, term: Term, on: date, given: Snapshot) -> Snapshot:
        return {**mechanism.snapshot(on), RUNNING: running(on)}

    def is_empty(self, snapshot: Snapshot) -> bool:
        return not snapshot["units"]

    def figures(self, snapshot: Snapshot) -> list[Fact]:
        seats = snapshot["seats"]
        vacant = sum(not seat["holder"] for seat in seats)
        return [
            Fact("成员单位", len(snapshot["units"]), "个"),
            Fact("席位", len(seats), f"个，空缺 {vacant} 个", "yellow" if vacant else ""),
        ]

    def sections(self, snapshot: Snapshot) -> list[Section]:
        return [
            Section(
                "成员单位",
                ["单位", "办公室设在此", "专项工作组", "自"],
                [[Cell(said(unit[name])) for name in _UNIT] for unit in snapshot["units"]],
            ),
            Section(
                "席位与人员",
                ["席位", "单位 / 职务", "姓名 / 办公电话", "依据文件"],
                [
                    [
                        Cell(seat["kind_label"]),
                        Cell(seat["unit"] or seat["post"], seat["post"] if seat["unit"] else ""),
                        Cell(seat["holder"] or "空缺", seat["office_phone"]),
                        Cell(said(seat["document"])),
                    ]
                    for seat in snapshot["seats"]
                ],
            ),
            Section(
                "机制运行",
                ["内容", "样板要求", "现状", "是否达到"],
                [
                    [
                        Cell(row["part"]),
                        Cell(row["demand"]),
                        Cell(row["found"]),
                        Cell("达到" if row["met"] else "还没有"),
                    ]
                    for row in snapshot.get(RUNNING, ())
                ],
            ),
        ]

    def lacks(self, snapshot: Snapshot) -> list[str]:
        units = snapshot["units"]
        return [
            *mechanism.missing(
                {unit["code"] for unit in units},
                [(SeatKind(seat["kind"]), seat["unit_code"]) for seat in snapshot["seats"]],
                has_host=any(unit["hosts_office"] for unit in units),
            ),
            *(
                f"{row['part']}：{row['found']}"
                for row in snapshot.get(RUNNING, ())
                if not row["met"]
            ),
        ]

    @property
    def model(self) -> str:
        return (
            f"样板：{len(standard.units())} 个成员单位，{len(standard.seats())} 个席位；"
            "年度清单、半月调度和公开页面按期运行。"
        )

    def changes(self, before: Snapshot, after: Snapshot) -> list[Change]:
        unit = {name: label for name, label in _UNIT.items() if name != "from_on"}
        seats = ("kind", "unit_code", "post")
        return [
            *row_changes("成员单位", before["units"], after["units"], ("code",), "name", unit),
            *row_changes("席位", before["seats"], after["seats"], seats, "post", _SEAT),
        ]
