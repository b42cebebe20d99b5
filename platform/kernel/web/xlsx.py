"""导出表格：one worksheet as an office prints it, with title, as-of line, head, rows and notes."""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import groupby
from typing import Any

import xlsxwriter


@dataclass(frozen=True, slots=True)
class Column:
    """一列：heading, width in characters, and the group whose heading spans it and its neighbours."""

    heading: str
    width: float = 14
    group: str = ""


@dataclass(frozen=True, slots=True)
class Provisional:
    """推定日期：a day beyond the last published holiday notice; stays a date and is marked."""

    on: date


Value = str | int | float | Decimal | bool | date | Provisional | None

_LONGEST = 32_000  # a cell holds 32,767 characters
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Text that a spreadsheet, or a CSV made from it, would take for a formula.
_FORMULA_LIKE = re.compile(r"[=+\-@\t\r\n\x00＝＋－＠]")
_BAD_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_MARK = '"（推定）"'


def safe_text(text: str) -> str:
    """``text`` as a cell may hold it: no control characters, never read as a formula."""
    printable = _UNPRINTABLE.sub("", text)
    risky = _FORMULA_LIKE.match(text) or _FORMULA_LIKE.match(printable)
    return ("'" if risky else "") + printable[:_LONGEST]


def workbook_bytes(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    as_of: date,
    notes: Sequence[str] = (),
) -> bytes:
    """An .xlsx file for A3 landscape; rows are written as they come, so 10,000 are no burden.
    Columns with groups get a head of two rows, merged as on paper.

    Equal input gives equal bytes. Numbers stay numbers, days stay days.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        book.set_properties({"title": title, "created": datetime.combine(as_of, time())})
        face = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
        boxed = face | {"border": 1, "border_color": "#B8C2CC", "text_wrap": True}
        heading = book.add_format(
            face | {"font_name": "黑体", "font_size": 18, "align": "center", "text_wrap": True}
        )
        small = book.add_format(face | {"font_color": "#55606B", "text_wrap": True})
        head = book.add_format(boxed | {"bold": True, "align": "center", "bg_color": "#E8EDF3"})
        text = book.add_format(boxed)
        number = book.add_format(boxed | {"num_format": "#,##0.##"})
        whole = book.add_format(boxed | {"num_format": "#,##0"})
        day = book.add_format(boxed | {"num_format": "yyyy-mm-dd"})
        guess = book.add_format(
            boxed | {"num_format": f"yyyy-mm-dd{_MARK}", "italic": True, "font_color": "#8A5A00"}
        )

        sheet = book.add_worksheet(_BAD_IN_SHEET_NAME.sub("", title)[:31] or "清单")
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)

        def across(row: int, content: str, style: object) -> None:
            if len(columns) > 1:
                sheet.merge_range(row, 0, row, len(columns) - 1, "", style)
            sheet.write_string(row, 0, safe_text(content), style)

        across(0, title, heading)
        sheet.set_row(0, 32)
        across(1, f"截至{as_of.year}年{as_of.month}月{as_of.day}日", small)
        row_number = _write_head(sheet, columns, head)
        heads = row_number
        for values in rows:
            for index, (_, value) in enumerate(zip(columns, values, strict=True)):
                match value:
                    case None | "":
                        sheet.write_blank(row_number, index, None, text)
                    case bool():
                        sheet.write_string(row_number, index, "是" if value else "否", text)
                    case int():
                        sheet.write_number(row_number, index, value, whole)
                    case float() | Decimal():
                        style = whole if value == value // 1 else number
                        sheet.write_number(row_number, index, value, style)
                    case date():
                        sheet.write_datetime(row_number, index, value, day)
                    case Provisional(on):
                        sheet.write_datetime(row_number, index, on, guess)
                    case _:
                        sheet.write_string(row_number, index, safe_text(value), text)
            row_number += 1
        for note in notes:
            across(row_number, note, small)
            row_number += 1

        sheet.freeze_panes(heads, 1)
        sheet.repeat_rows(0, heads - 1)
        sheet.set_landscape()
        sheet.set_paper(8)  # A3
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&C第 &P 页，共 &N 页")
    return target.getvalue()


def _runs(columns: Sequence[Column]) -> Iterable[tuple[int, int, str]]:
    """(first, last, group) of neighbouring columns of one group; a column without one stands alone."""
    place = 0
    for group, run in groupby(columns, key=lambda column: column.group):
        length = len(list(run))
        if group:
            yield place, place + length - 1, group
        place += length


def _write_head(sheet: Any, columns: Sequence[Column], style: object) -> int:
    """The head from row 2 on, in one row or, with groups, in two; returns the row after it."""
    if not any(column.group for column in columns):
        for index, column in enumerate(columns):
            sheet.write_string(2, index, safe_text(column.heading), style)
        return 3
    for index, column in enumerate(columns):
        sheet.write_string(2, index, safe_text(column.group or column.heading), style)
    for index, column in enumerate(columns):
        sheet.write_string(3, index, safe_text(column.heading if column.group else ""), style)
    # Rows are flushed as they come: the cells are written in order above, and merged here by place.
    runs = [run for run in _runs(columns) if run[1] > run[0]]
    sheet.merge += [[2, first, 2, last] for first, last, _ in runs]
    sheet.merge += [[2, n, 3, n] for n, column in enumerate(columns) if not column.group]
    return 4
