"""A workbook is read whole, or refused with one sentence that names where and how to mend it."""

import io
from datetime import date
from typing import Any

import openpyxl
import pytest

from kernel.calendars.notices_data import NOTICES
from workflows.holidays.workbook import LIMITS, read_workbook, template_bytes
from workflows.projects.workbook import WorkbookRefused

NOTICE = next(notice for notice in NOTICES if notice.year == 2026)
TITLE = "国务院办公厅关于2026年部分节假日安排的通知"
HEAD = ("节日", "自", "至", "调休上班")


def book(*rows: tuple[Any, ...]) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "安排"
    for row in rows:
        sheet.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def by_holiday() -> list[tuple[Any, ...]]:
    make_ups = {
        "元旦": "1月4日（周日）",
        "春节": "2026-02-14、2026-02-28",
        "劳动节": date(2026, 5, 9),
        "国庆节": "9月20日，10月10日",
    }
    return [
        (rest.name, rest.from_on, rest.until_on, make_ups.get(rest.name)) for rest in NOTICE.rest
    ]


def faults(*rows: tuple[Any, ...]) -> tuple[str, ...]:
    read = read_workbook(book((TITLE,), *rows), filename="安排.xlsx")
    assert read.notice is None
    return read.faults


def test_a_line_a_holiday_gives_exactly_the_days_on_file() -> None:
    source = book((TITLE,), ("国办发明电[2025]7号", "印发日期：2025-11-04"), HEAD, *by_holiday())
    read = read_workbook(source, filename="安排.xlsx")
    assert read.faults == ()
    assert read.notice is not None
    assert (read.notice.number, read.notice.issued_on) == (NOTICE.number, NOTICE.issued_on)
    assert (read.notice.rest, read.notice.make_up) == (NOTICE.rest, NOTICE.make_up)


def test_a_line_a_day_gives_the_same() -> None:
    days = [
        (date.fromordinal(n), "放假", rest.name)
        for rest in NOTICE.rest
        for n in range(rest.from_on.toordinal(), rest.until_on.toordinal() + 1)
    ]
    work = [(day, "调休上班", "") for day in NOTICE.make_up]
    source = book(("日期", "类型", "节日"), *days, *work)
    read = read_workbook(source, filename="2026年节假日.xlsx")
    assert read.notice is not None
    assert (read.notice.rest, read.notice.make_up) == (NOTICE.rest, NOTICE.make_up)


def test_the_template_that_is_offered_is_read() -> None:
    content = template_bytes(2027, as_of=date(2026, 11, 4))
    read = read_workbook(content, filename="表样.xlsx")
    assert read.notice is None
    assert len(read.faults) == 7
    assert read.faults[0] == (
        "工作表“2027年部分节假日安排”第4行B列（自）“元旦”没有填放假日期；请填写，或把整行删去。"
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("春节", "二月十五", date(2026, 2, 23), None), "第3行B列（自）“二月十五”中的“二月十五”认不出是哪一天；请写成"),
        (("春节", date(2026, 2, 23), date(2026, 2, 15), None), "第3行C列（至）“2026-02-15”早于开始的2026-02-23；请核对"),
        (("春节", date(2026, 2, 15), date(2026, 2, 23), "2月14日（周五）"), "D列（调休上班）“2月14日（周五）”中的“2月14日(周五)”写的是周五，2026年2月14日其实是周六"),
        (("春节", date(2026, 2, 15), date(2026, 2, 23), "2月13日"), "第3行D列（调休上班）：调休上班日2026年2月13日（周五）本来就是工作日"),
        (("", date(2026, 2, 15), date(2026, 2, 23), None), "没有写节日名称；请填写"),
        (("春节", 12.5, 13, None), "不是日期；请把单元格设为日期格式"),
        (("春节", date(2025, 2, 15), date(2025, 2, 23), None), "不在2026年及其前后一个月之内；请核对年份"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_with_value_and_cure(row: tuple[Any, ...], said: str) -> None:
    found = faults(HEAD, row)
    assert any(said in fault for fault in found), found


def test_a_kind_of_day_nobody_knows_is_named() -> None:
    found = faults(("日期", "类型", "节日"), (date(2026, 1, 1), "值班", "元旦"))
    assert found == ("工作表“安排”第3行B列（类型）“值班”不是放假也不是上班；请填“放假”或“上班”。",)


def test_a_year_that_is_nowhere_is_asked_for() -> None:
    read = read_workbook(book(HEAD, *by_holiday()), filename="安排.xlsx")
    assert "没有写是哪一年的安排" in read.faults[0]
    assert read_workbook(book(HEAD, *by_holiday()), filename="安排.xlsx", year=2026).notice


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"", "是空的；请重新选择放假安排表"),
        (b"PK\x03\x04" + b"\x00" * 200, "不完整或已损坏"),
        (b"hello", "不是 Excel 或 WPS 表格工作簿"),
        (b"PK\x03\x04" + b"\x00" * (LIMITS.max_bytes + 1), "超过2MB"),
        (book(("项目名称", "总投资")), "没有找到表头；请保留"),
        (book(*[("x",)] * 1001), "用到第1001行、A列，最多读1000行、50列；请删去"),
        (book(HEAD)[:-300], "不完整或已损坏"),
    ],
)
def test_a_file_that_is_no_arrangement_gets_one_sentence(source: bytes, said: str) -> None:
    with pytest.raises(WorkbookRefused, match=said):
        read_workbook(source, filename="安排.xlsx")
