"""拆表：a child process that turns the workbook on stdin into JSON on stdout.

A workbook of 5 KB whose one far cell is XFD1048576 makes the reader ask for 500 GB and abort, so it
runs here, under limits of memory and time, and never in the process that serves people.
Standard library and python_calamine only; started by ``sheets.py`` as a plain script.
"""

import datetime
import io
import json
import resource
import sys
from typing import Any

import python_calamine as calamine


def main(memory: int, seconds: int, max_sheets: int, max_rows: int, max_columns: int) -> None:
    """Write ``{"sheets": [...]}`` or ``{"refused": reason}``."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    source = io.BytesIO(sys.stdin.buffer.read())
    answer: dict[str, object]
    try:
        book = calamine.load_workbook(source)
        if len(book.sheets_metadata) > max_sheets:
            answer = {"refused": "sheets", "found": len(book.sheets_metadata)}
        else:
            answer = {
                "sheets": [
                    read_sheet(book, number, max_rows, max_columns)
                    for number, about in enumerate(book.sheets_metadata)
                    if about.typ == calamine.SheetTypeEnum.WorkSheet
                ]
            }
    except calamine.PasswordError:
        answer = {"refused": "encrypted"}
    except (calamine.CalamineError, OSError, ValueError):
        answer = {"refused": "damaged"}
    json.dump(answer, sys.stdout, ensure_ascii=True, default=plain)


def read_sheet(
    book: calamine.CalamineWorkbook, number: int, max_rows: int, max_columns: int
) -> dict[str, object]:
    """One sheet; rows are left out when there are more than may be read."""
    about = book.sheets_metadata[number]
    sheet = book.get_sheet_by_index(number)
    last_row, last_column = sheet.end or (-1, -1)
    fits = last_row < max_rows and last_column < max_columns
    return {
        "name": about.name,
        "visible": about.visible == calamine.SheetVisibleEnum.Visible,
        "height": last_row + 1,
        "width": last_column + 1,
        "rows": sheet.to_python(skip_empty_area=False) if fits and last_row >= 0 else [],
        "merges": sheet.merged_cell_ranges or [],
    }


def plain(value: Any) -> object:
    """Dates keep their kind; a time of day or a duration is no fact of ours and becomes text."""
    if isinstance(value, datetime.date):  # a datetime is a date too
        return {"day": value.isoformat()[:10]}
    return str(value)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
