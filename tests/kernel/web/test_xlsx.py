"""Exported workbooks are safe to open, honest in their types, and ready for the printer."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from kernel.web.xlsx import Column, Provisional, safe_text, workbook_bytes

COLUMNS = (
    Column("项目名称", 30),
    Column("总投资（万元）"),
    Column("承诺办结"),
    Column("说明", 20),
)
AS_OF = date(2026, 3, 31)


def sheet_of(*rows: tuple[object, ...], notes: tuple[str, ...] = ()) -> Worksheet:
    source = workbook_bytes("项目台账", COLUMNS, rows, as_of=AS_OF, notes=notes)
    return openpyxl.load_workbook(io.BytesIO(source))["项目台账"]


def test_title_day_and_head_stand_above_the_rows() -> None:
    sheet = sheet_of(("甲", 1, AS_OF, "乙"), notes=("注：样例。",))
    assert [sheet.cell(n, 1).value for n in range(1, 6)] == [
        "项目台账",
        "截至2026年3月31日",
        "项目名称",
        "甲",
        "注：样例。",
    ]


def test_the_page_is_a3_landscape_one_page_wide_with_the_head_on_each_page() -> None:
    sheet = sheet_of()
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (8, "landscape")
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert (sheet.print_title_rows, sheet.freeze_panes) == ("$1:$3", "B4")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\x00", "＝", "\n", "\x01="])
def test_text_is_never_taken_for_a_formula(start: str) -> None:
    cell = sheet_of((start + "cmd|' /C calc'!A0", 1, None, "")).cell(4, 1)
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")


def test_numbers_stay_numbers_even_below_zero() -> None:
    sheet = sheet_of(("甲", -5, None, Decimal("-1.25")))
    assert (sheet.cell(4, 2).value, sheet.cell(4, 4).value) == (-5, -1.25)


def test_days_are_days_and_provisional_ones_say_so() -> None:
    sheet = sheet_of(("甲", 1, AS_OF, Provisional(date(2027, 3, 31))))
    firm, guess = sheet.cell(4, 3), sheet.cell(4, 4)
    assert (firm.value.date(), guess.value.date()) == (AS_OF, date(2027, 3, 31))
    assert "推定" not in firm.number_format
    assert "推定" in guess.number_format


def test_control_characters_and_endless_text_do_not_break_the_file() -> None:
    assert safe_text("一\x00二\x1f三￿") == "一二三"
    assert len(str(sheet_of(("长" * 40_000, 1, None, "")).cell(4, 1).value)) == 32_000


def test_a_title_of_any_characters_makes_a_sheet_name() -> None:
    source = workbook_bytes("[甲/乙]:" + "长" * 40, COLUMNS, [], as_of=AS_OF)
    assert len(openpyxl.load_workbook(io.BytesIO(source)).sheetnames[0]) == 31


def test_equal_rows_give_equal_bytes_and_ten_thousand_are_fine() -> None:
    def rows() -> list[tuple[object, ...]]:
        return [(f"项目{n}", n, AS_OF, "说明") for n in range(10_000)]

    once, again = (workbook_bytes("台账", COLUMNS, rows(), as_of=AS_OF) for _ in range(2))
    assert once == again
    book = openpyxl.load_workbook(io.BytesIO(once), read_only=True)
    assert sum(1 for _ in book.active.iter_rows()) == 10_003


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        workbook_bytes("台账", COLUMNS, [("甲",)], as_of=AS_OF)
