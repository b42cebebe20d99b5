"""放假安排表：reads a holiday notice from a workbook, and writes the empty one that is offered.

Two layouts are known: a line a day (日期、类型、节日) and a line a holiday (节日、自、至、调休上班).
Nothing is written here; every fault names sheet, cell, value and cure.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from kernel.calendars.checking import faults_of
from kernel.calendars.pasting import (
    Read,
    days_in,
    issued_in,
    number_in,
    plain_lines,
    title_in,
    year_in,
)
from kernel.clock import Notice, Rest
from kernel.web.xlsx import Column, workbook_bytes
from workflows.projects.intake.cells import plain, text_of
from workflows.projects.intake.layout import letter_of
from workflows.projects.intake.sheets import Cell, Limits, Sheet, WorkbookRefused, open_sheets

LIMITS = Limits(max_bytes=2 * 2**20, max_sheets=10, max_rows=1000, max_columns=50)
_EXCEL_EPOCH = date(1899, 12, 30)
_DAY = timedelta(days=1)

_BY_DAY = {"on": ("日期",), "kind": ("类型", "性质"), "name": ("节日", "节日名称")}
_BY_HOLIDAY = {
    "name": ("节日", "节日名称"),
    "from": ("自", "开始", "放假开始"),
    "until": ("至", "结束", "放假结束"),
    "make_up": ("调休上班", "调休上班日", "上班"),
}
_OFF, _WORK = ("放假", "休", "调休放假", "休息"), ("上班", "班", "调休上班", "调休上班日")
_COLUMNS = (Column("节日", 18), Column("自", 16), Column("至", 16), Column("调休上班", 40))


def read_workbook(source: bytes, *, filename: str, year: int | None = None) -> Read:
    """The notice in the first sheet that has a known head. ``year`` is the clerk's word.

    Raises ``WorkbookRefused`` with one sentence when the file as a whole can't be read.
    """
    sheets = open_sheets(source, filename=filename, limits=LIMITS, holds="放假安排表")
    for sheet in sheets:
        if not (sheet.visible and sheet.rows):
            continue
        for number, row in enumerate(sheet.rows[:20]):
            words = [plain(text_of(cell)) for cell in row]
            for layout in (_BY_HOLIDAY, _BY_DAY):
                columns = _columns(words, layout)
                if columns is not None:
                    return _Sheet(sheet, number, columns, year, filename).read()
    if tall := next((s for s in sheets if s.height and not s.rows), None):
        raise WorkbookRefused(
            f"工作表“{tall.name}”用到第{tall.height}行、{letter_of(tall.width - 1)}列，最多读"
            f"{LIMITS.max_rows}行、{LIMITS.max_columns}列；请删去多余的行列后重新上传。"
        )
    raise WorkbookRefused(
        f"文件“{filename}”里没有找到表头；请保留“节日、自、至、调休上班”或“日期、类型、节日”这一行。"
    )


def template_bytes(year: int, *, as_of: date) -> bytes:
    """An empty workbook with the head that is read and the festivals of a year."""
    names = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
    return workbook_bytes(
        f"{year}年部分节假日安排",
        _COLUMNS,
        ((name, None, None, None) for name in names),
        as_of=as_of,
        notes=("“自”“至”填日期；“调休上班”可填多个日期，用顿号隔开；用不到的节日整行删去。",),
    )


def _columns(words: list[str], layout: Mapping[str, tuple[str, ...]]) -> dict[str, int] | None:
    """Where each column of ``layout`` is, when the row is its head."""
    found = {
        name: next((place for place, word in enumerate(words) if word in spelled), -1)
        for name, spelled in layout.items()
    }
    return found if min(found.values()) >= 0 else None


class _Bad(ValueError):
    """A cell that cannot be taken; the text says why and what to do."""


class _Sheet:
    """One sheet with its head found; collects days, and faults by cell."""

    def __init__(
        self, sheet: Sheet, head: int, columns: dict[str, int], year: int | None, filename: str
    ) -> None:
        self.sheet, self.head, self.columns, self.filename = sheet, head, columns, filename
        above = [plain(text_of(cell)) for row in sheet.rows[:head] for cell in row]
        self.title = plain_lines("\n".join(filter(None, above)))
        self.year = year or year_in(self.title) or year_in(plain_lines(f"{filename}\n{sheet.name}"))
        self.rests: list[Rest] = []
        self.make_ups: list[date] = []
        self.faults: list[str] = []
        self.cells: dict[date | None, str] = {}

    def read(self) -> Read:
        if self.year is None:
            return Read(
                None,
                (f"工作表“{self.sheet.name}”的标题没有写是哪一年的安排；请在标题或“年份”里填写。",),
            )
        for place in range(self.head + 1, self.sheet.height):
            row = self.sheet.rows[place]
            if not any(text_of(cell) for cell in row) or _is_note(row):
                continue
            if "on" in self.columns:
                self._day_row(place, row)
            else:
                self._holiday_row(place, row)
        if not (self.rests or self.make_ups or self.faults):
            self.faults.append(f"工作表“{self.sheet.name}”表头之下没有放假安排；请填好后重新上传。")
        if self.faults:
            return Read(None, tuple(self.faults))
        notice = Notice(
            year=self.year,
            number=number_in(self.title),
            title=title_in(self.title) or f"国务院办公厅关于{self.year}年部分节假日安排的通知",
            issued_on=issued_in(self.title),
            source="",
            published=True,
            rest=tuple(self._joined() if "on" in self.columns else self.rests),
            make_up=tuple(sorted(self.make_ups)),
        )
        faults = tuple(
            f"{self.cells[fault.on]}：{fault.text}" if fault.on in self.cells else fault.text
            for fault in faults_of(notice)
        )
        return Read(None if faults else notice, faults)

    def _holiday_row(self, place: int, row: list[Cell]) -> None:
        name = plain(text_of(row[self.columns["name"]]))
        begin, end = self._days(place, row, "from"), self._days(place, row, "until")
        make_ups = self._days(place, row, "make_up")
        if begin is None or end is None or make_ups is None:
            return
        if begin or end:
            first, last = (begin or end)[0], (end or begin)[0]
            if not name:
                self._say(place, "name", "", "没有写节日名称；请填写，例如“春节”。")
            elif last < first:
                self._say(place, "until", str(last), f"早于开始的{first}；请核对放假的起止日期。")
            else:
                self.rests.append(Rest(name, first, last))
                self._note(place, "from", first)
                self._note(place, "until", last)
        elif name and not make_ups:
            self._say(place, "from", "", f"“{name}”没有填放假日期；请填写，或把整行删去。")
        for day in make_ups:
            self.make_ups.append(day)
            self._note(place, "make_up", day)

    def _day_row(self, place: int, row: list[Cell]) -> None:
        days = self._days(place, row, "on")
        if days is None:
            return
        kind, name = (plain(text_of(row[self.columns[column]])) for column in ("kind", "name"))
        if not days:
            self._say(place, "on", "", "没有填日期；请填写，或把整行删去。")
        elif kind in _WORK:
            self.make_ups += days
        elif kind not in _OFF:
            self._say(place, "kind", kind, "不是放假也不是上班；请填“放假”或“上班”。")
        elif not name:
            self._say(place, "name", "", "没有写节日名称；请填写，例如“春节”。")
        else:
            self.rests += [Rest(name, day, day) for day in days]
        for day in days:
            self._note(place, "on", day)

    def _days(self, place: int, row: list[Cell], column: str) -> list[date] | None:
        """The days in a cell; None when it was faulty and the fault has been said."""
        cell = row[self.columns[column]]
        try:
            return _days_of(cell, self.year or 0)
        except ValueError as bad:
            self._say(place, column, text_of(cell), str(bad))
            return None

    def _joined(self) -> Iterable[Rest]:
        """Days off in a row with one name are one holiday."""
        joined: list[Rest] = []
        for rest in sorted(self.rests, key=lambda rest: rest.from_on):
            last = joined[-1] if joined else None
            if last and last.name == rest.name and last.until_on + _DAY == rest.from_on:
                joined[-1] = Rest(last.name, last.from_on, rest.until_on)
            else:
                joined.append(rest)
        return joined

    def _note(self, place: int, column: str, day: date) -> None:
        self.cells.setdefault(day, self._where(place, column))

    def _say(self, place: int, column: str, value: str, text: str) -> None:
        shown = f"“{value}”" if value else ""
        self.faults.append(f"{self._where(place, column)}{shown}{text}")

    def _where(self, place: int, column: str) -> str:
        at = self.columns[column]
        heading = plain(text_of(self.sheet.rows[self.head][at]))
        return f"工作表“{self.sheet.name}”第{place + 1}行{letter_of(at)}列（{heading}）"


def _days_of(cell: Cell, year: int) -> list[date]:
    """A day, or several in text; raises ``ValueError`` with what is wrong and the cure."""
    if isinstance(cell, date):
        return [cell]
    if isinstance(cell, bool):
        raise _Bad("不是日期；请填写日期，例如 2026年1月1日。")
    if isinstance(cell, int | float):
        if 30_000 <= cell < 70_000:  # a serial that lost its format
            return [_EXCEL_EPOCH + timedelta(days=int(cell))]
        raise _Bad("不是日期；请把单元格设为日期格式后重新填写。")
    text = plain(text_of(cell))
    return days_in(text, year) if text and text not in {"-", "—", "无", "/"} else []


def _is_note(row: list[Cell]) -> bool:
    """The notes under a list: one long sentence and nothing beside it."""
    filled = [text for cell in row if (text := plain(text_of(cell)))]
    return len(filled) == 1 and bool(re.match(r"“|注|说明|备注|填表", filled[0]))
