"""A notice is read from its text exactly, or not at all with sentences that say why."""

from dataclasses import replace
from datetime import date

import pytest

from kernel.calendars.notices_data import NOTICES, SOURCE
from kernel.calendars.pasting import days_in, number_in, read_text
from kernel.clock import Rest
from tests.kernel.calendars.wordings import LONGER_2020, TEXTS, text_of

SHIPPED = {notice.number: notice for notice in NOTICES}


@pytest.mark.parametrize("year", TEXTS)
def test_each_years_wording_gives_exactly_the_days_on_file(year: int) -> None:
    read = read_text(text_of(year), origin=SOURCE)
    assert read.faults == ()
    assert read.notice is not None
    assert read.notice == SHIPPED[read.notice.number]


def test_a_holiday_made_longer_begins_after_the_one_on_file() -> None:
    known = [Rest("春节", date(2020, 1, 24), date(2020, 1, 30))]
    read = read_text(LONGER_2020, known=known, origin=SOURCE)
    assert read.notice == SHIPPED["国办发明电〔2020〕1号"]
    assert "起正常上班" in read.remarks[0]
    assert "册里还没有这个假期" in read_text(LONGER_2020).faults[0]


def test_a_text_in_one_line_is_read_the_same() -> None:
    read = read_text("".join(text_of(2026).splitlines()), origin=SOURCE)
    assert read.notice is not None
    assert read.notice.rest == SHIPPED["国办发明电〔2025〕7号"].rest


def test_what_is_only_encouraged_is_no_holiday() -> None:
    read = read_text(text_of(2024))
    assert read.notice is not None
    assert not any(r.from_on <= date(2024, 2, 9) <= r.until_on for r in read.notice.rest)
    assert "是倡议，没有计入放假" in read.remarks[0]


def test_a_day_off_in_lieu_goes_with_its_holiday() -> None:
    read = read_text("元旦：1月1日放假，1月2日（星期一）补休。", year=2017)
    assert read.notice is not None
    assert read.notice.rest == (Rest("元旦", date(2017, 1, 1), date(2017, 1, 2)),)


def test_a_header_that_was_not_pasted_is_left_to_the_clerk() -> None:
    read = read_text(TEXTS[2026][2], year=2026)
    assert read.notice is not None
    assert (read.notice.number, read.notice.issued_on) == ("", None)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("1月4日（周日）", "1月4日（周一）", "第4行“1月4日(周一)上班”中的“1月4日(周一)”写的是周一，2026年1月4日其实是周日；请核对"),
        ("共9天", "共8天", "第5行“共8天”写的是8天"),
        ("6月19日（周五）", "6月31日", "中的“6月31日”在2026年的日历上没有；请核对日期"),
        ("2月28日（周六）", "2月27日", "第5行：调休上班日2026年2月27日（周五）本来就是工作日；请核对日期"),
        ("2月14日（周六）", "2月15日", "落在“春节”放假之内；请改正其一"),
        ("5月1日（周五）至5日（周二）放假调休，共5天", "4月6日至10日放假调休", "与“清明节”"),
        ("4月4日（周六）至6日（周一）放假，共3天", "放假安排另行通知", "第6行“清明节”没有读出放假日期；请写成"),
        ("9月20日（周日）、10月10日（周六）上班", "10月10日照旧轮流上班", "没有看懂；请改写成"),
        ("9月25日（周五）至27日（周日）放假，共3天", "9月25日至27日放假，与周末连休；9月23日放假，与周末连休", "前后都不是周末"),
        ("10月1日（周四）至7日（周三）", "10月7日至1日", "早于开始的2026年10月7日"),
        ("10月1日（周四）至7日（周三）放假调休，共7天", "10月1日至11月7日放假调休", "超过15天；请核对起止日期"),
    ],
)  # fmt: skip
def test_a_fault_names_line_value_and_cure_and_leaves_no_notice(
    before: str, after: str, said: str
) -> None:
    text = text_of(2026)
    assert before in text
    read = read_text(text.replace(before, after))
    assert read.notice is None
    assert any(said in fault for fault in read.faults), read.faults


@pytest.mark.parametrize(
    ("text", "year", "said"),
    [
        ("", None, "没有粘贴文字"),
        ("一、元旦：1月1日放假。", None, "没有写是哪一年"),
        ("今天天气不错。", 2026, "没有读出放假安排"),
        ("一、元旦：1月1日放假。", 2061, "超出工作日历的范围（2000年至2060年）"),
        ("放" * 20_001, 2026, "超过20000字"),
        ("1月1日放假。", 2026, "前面没有写是哪个节日"),
    ],
)
def test_a_text_that_is_no_notice_gets_one_sentence(text: str, year: int | None, said: str) -> None:
    read = read_text(text, year=year)
    assert read.notice is None
    assert len(read.faults) == 1
    assert said in read.faults[0]


@pytest.mark.parametrize(
    "written",
    ["国办发明电〔2025〕7号", "国办发明电[2025]7号", "国办发明电（２０２５）第7号", "文号：国办发明电【2025】07号"],
)  # fmt: skip
def test_a_number_gets_its_usual_brackets(written: str) -> None:
    assert number_in(written) == "国办发明电〔2025〕7号"


def test_days_of_a_cell_are_read_in_any_of_their_forms() -> None:
    wanted = [date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28)]
    assert days_in("1月4日（周日）、2026-02-14, 2026年2月28日", 2026) == wanted
    with pytest.raises(ValueError, match="认不出是哪一天；请写成"):
        days_in("2026-02-14、周六", 2026)
    with pytest.raises(ValueError, match="其实是周日"):
        days_in("1月4日（周六）", 2026)


def test_a_source_plays_no_part_in_the_days() -> None:
    read = read_text(text_of(2025))
    assert read.notice is not None
    assert replace(read.notice, source=SOURCE) == SHIPPED[read.notice.number]
