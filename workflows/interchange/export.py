"""A batch as files (导出文件): a CSV a table, one workbook, and a manifest with digests. Equal input, equal bytes."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import xlsxwriter

from kernel.web.xlsx import safe_text
from tenants.registry.freezing import digest_of
from workflows.interchange.checking import Checked, shown
from workflows.interchange.states import SAID
from workflows.interchange.tables import CODES, STANDARD, TABLES, Table

_STAMP = (1980, 1, 1, 0, 0, 0)
REFUSED = ("表", "地方数据主键", "行", "责任单位", "没有上报的理由")
UNVERIFIED = (
    f"{STANDARD}的正式文本没有取得。表名、字段和代码取自两家厂商的公开代码，哪些字段必填是本平台的判断，"
    "都标“未核实”；上报前请与接收平台的现行标准逐项核对。"
)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands on the cover."""

    number: str
    place: str
    year: int
    as_of: date
    made_at: datetime
    made_by: str


@dataclass(slots=True)
class Package:
    """The files of a batch and what they say of themselves; ``refusals`` are the rows left out."""

    content: bytes = b""
    manifest: dict[str, Any] = field(default_factory=dict)
    passed: int = 0
    refusals: list[Checked] = field(default_factory=list)
    facts_digest: str = ""


def build(checked: Iterable[Checked], head: Head, names: Mapping[str, str]) -> Package:
    """Rows that pass go into the tables, the others into the list of those left out, each with its
    reasons; ``names`` are the departments'. Rows are written as they come."""
    made, tables = Package(), {table.name: _Sheet(table) for table in TABLES}
    left: list[Sequence[str]] = []
    target, books = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(books, {"constant_memory": True}) as book:
        book.set_properties({"title": head.number, "created": datetime(1980, 1, 1)})  # noqa: DTZ001 -- equal bytes
        cover, notes = book.add_worksheet("封面"), book.add_worksheet("说明")
        for sheet in tables.values():
            sheet.open(book)
        left_out = _Plain(book.add_worksheet("未上报"), REFUSED)
        for each in checked:
            sheet = tables[each.row.table]
            if each.passes:
                sheet.add(each)
                made.passed += 1
            else:
                sheet.refused += 1
                made.refusals.append(each)
                left.append(_refused_line(each, names))
                left_out.add(left[-1])
        files = {f"{name}.csv": sheet.csv() for name, sheet in tables.items()}
        files["未上报.csv"] = _csv(REFUSED, left)
        made.manifest = _manifest(head, tables, made, files)
        _write_lines(cover, _cover(made.manifest), width=90)
        _write_lines(notes, _notes(), width=120)
    files["数据交换表.xlsx"] = books.getvalue()
    made.manifest["files"].append(_told("数据交换表.xlsx", files["数据交换表.xlsx"]))
    made.facts_digest = digest_of([[n, f["sha256"]] for n, f in _by_name(made.manifest)])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            _put(archive, name, content)
        _put(archive, "manifest.json", _json(made.manifest))
    made.content = target.getvalue()
    return made


class _Plain:
    """A sheet written line by line under a head."""

    def __init__(self, sheet: Any, head: Sequence[str]) -> None:
        self.sheet, self.line = sheet, 0
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head) - 1, 22)
        self.add(head)

    def add(self, values: Iterable[str]) -> None:
        for place, value in enumerate(values):
            self.sheet.write_string(self.line, place, safe_text(value))
        self.line += 1


class _Sheet:
    """One table: its CSV, its worksheet, and how many rows were left out."""

    def __init__(self, table: Table) -> None:
        self.table, self.rows, self.refused = table, 0, 0
        self.text = io.StringIO(newline="")
        self.writer = csv.writer(self.text, lineterminator="\r\n")
        self.writer.writerow(column.name for column in table.columns)

    def open(self, book: Any) -> None:
        self.sheet = _Plain(
            book.add_worksheet(self.table.name.removeprefix("SPGL_")[:31]),
            [f"{column.name} {column.label}" for column in self.table.columns],
        )

    def add(self, each: Checked) -> None:
        values = [safe_text(shown(each.row.values.get(c.name))) for c in self.table.columns]
        self.writer.writerow(values)
        self.sheet.add(values)
        self.rows += 1

    def csv(self) -> bytes:
        return self.text.getvalue().encode()


def _refused_line(each: Checked, names: Mapping[str, str]) -> tuple[str, ...]:
    row = each.row
    return (
        row.table,
        row.key,
        row.name,
        names.get(row.owner, row.owner) or "机制办公室",
        " ".join(each.reasons),
    )


def _manifest(
    head: Head, tables: Mapping[str, _Sheet], made: Package, files: Mapping[str, bytes]
) -> dict[str, Any]:
    left = len(made.refusals)
    return {
        "number": head.number,
        "place": head.place,
        "season": head.year,
        "as_of": head.as_of.isoformat(),
        "made_at": head.made_at.isoformat(),
        "made_by": head.made_by,
        "standard": STANDARD,
        "standard_verified": False,
        "note": UNVERIFIED,
        "complete": left == 0,
        "statement": f"本批上报 {made.passed} 行；另有 {left} 行因缺少事实或者值不可信没有上报，逐行列在“未上报”。"
        if left
        else f"本批上报 {made.passed} 行，没有未上报的行。",
        "passed": made.passed,
        "refused": left,
        "tables": [
            {
                "table": name,
                "label": sheet.table.label,
                "rows": sheet.rows,
                "refused": sheet.refused,
                "columns": [column.name for column in sheet.table.columns],
            }
            for name, sheet in tables.items()
        ],
        "files": [_told(name, content) for name, content in files.items()],
    }


def _told(name: str, content: bytes) -> dict[str, Any]:
    return {
        "name": name,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _by_name(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The tables' files alone: number, day and clerk stand on the cover and make no other content."""
    for file in manifest["files"]:
        if file["name"].endswith(".csv"):
            yield file["name"], file


def _cover(manifest: Mapping[str, Any]) -> list[Sequence[str]]:
    lines: list[Sequence[str]] = [
        ("数据交换表", manifest["number"]),
        ("单位", manifest["place"]),
        ("年度", str(manifest["season"])),
        ("截至", manifest["as_of"]),
        ("导出", f"{manifest['made_at']} {manifest['made_by']}"),
        ("结论", manifest["statement"]),
        ("标准", "未核实。" + manifest["note"]),
        ("表", "上报行 / 未上报行"),
    ]
    lines += [
        (f"{t['table']} {t['label']}", f"{t['rows']} / {t['refused']}") for t in manifest["tables"]
    ]
    return lines


def _notes() -> list[Sequence[str]]:
    lines: list[Sequence[str]] = [("未核实", UNVERIFIED), ("", "")]
    for table in TABLES:
        lines.append((f"{table.name} {table.label}", ""))
        for column in table.columns:
            words = (
                column.type.label,
                column.need.label,
                f"代码：{CODES[column.codes].label}" if column.codes else "",
                f"取自{column.home.label}",
                column.note,
                f"未核实，来源：{column.source}",
            )
            lines.append((f"{column.name} {column.label}", "；".join(filter(None, words))))
    for codes in CODES.values():
        listed = "、".join(f"{code} {label}" for code, label in codes.values.items())
        lines.append((f"代码：{codes.label}", f"{listed or '无'}。未核实，来源：{codes.source}"))
    return lines + [
        (f"台账“{said.kind.label}”", f"{said.code} {said.label}：{said.why}") for said in SAID
    ]


def _write_lines(sheet: Any, lines: Iterable[Sequence[str]], *, width: int) -> None:
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, width)
    for place, values in enumerate(lines):
        for column, value in enumerate(values):
            sheet.write_string(place, column, safe_text(value))


def _csv(head: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([safe_text(value) for value in line] for line in lines)
    return target.getvalue().encode()


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    told = zipfile.ZipInfo(name, _STAMP)
    told.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(told, content)
