from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django import forms
from django.utils.safestring import SafeString

from kernel.clock import Notice, WorkCalendar
from kernel.web.lamps import Lamp
from kernel.web.templatetags import lianshen as tags


@pytest.fixture(autouse=True)
def today() -> object:
    with time_machine.travel(datetime(2026, 1, 14, 9, 20, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (468_000, "46.8 亿元"),
        (8_500, "8,500 万元"),
        (10_000, "1 亿元"),
        (Decimal("9999.50"), "9,999.5 万元"),
        (123_456.78, "12.35 亿元"),
        (100_000_000, "10,000 亿元"),
        (0, "0 万元"),
        (100, "100 万元"),
        (None, "—"),
    ],
)
def test_an_investment_reads_as_offices_say_it(amount: float | None, words: str) -> None:
    assert tags.wan(amount) == words


def test_a_kept_sentence_tells_its_days_as_the_page_does() -> None:
    assert tags.as_told("延至 2026-12-08，原期限2026-12-04。") == (
        "延至 2026年12月8日，原期限2026年12月4日。"
    )
    assert tags.as_told("准发改〔2026〕2026-1号") == "准发改〔2026〕2026-1号"
    marked = SafeString('<a href="?on=2026-12-08">看</a>')
    assert tags.as_told(marked) is marked


def test_what_a_form_refuses_tells_its_days_as_the_page_does() -> None:
    class DayForm(forms.Form):
        on = forms.CharField()

        def clean_on(self) -> None:
            raise forms.ValidationError("日期 2026-12-08 晚于今天。")

    assert "<li>日期 2026年12月8日 晚于今天。</li>" in str(DayForm({"on": "x"}).errors["on"])


def test_the_year_of_a_date_shows_only_when_it_is_not_this_one() -> None:
    assert tags.cn_day(date(2026, 1, 16)) == "1月16日"
    assert tags.cn_day(date(2027, 1, 16)) == "2027年1月16日"
    assert tags.full_day(date(2026, 1, 16)) == "2026年1月16日"
    assert tags.cn_day(None) == "—"


def test_a_moment_is_told_in_local_time() -> None:
    assert tags.moment(datetime(2026, 1, 14, 16, 30, tzinfo=UTC)) == "1月15日 00:30"
    assert tags.cn_day(datetime(2026, 1, 14, 16, 30, tzinfo=UTC)) == "1月15日"
    assert tags.moment(date(2026, 1, 14)) == "1月14日"


def test_a_limit_never_stands_without_its_unit() -> None:
    assert tags.in_unit(20, "working") == "20 个工作日"
    assert tags.in_unit(60, "calendar") == "60 个自然日"
    assert tags.in_unit(None, "working") == "—"


def test_a_provisional_day_says_so_and_links_to_how_it_was_computed() -> None:
    html = tags.day(date(2026, 3, 6), provisional=True, url="/explain?a=1&b=2")
    assert "推定" in html
    assert "day-provisional" in html
    assert 'href="/explain?a=1&amp;b=2"' in html


def test_an_empty_day_is_a_dash() -> None:
    assert "—" in tags.day(None)


@pytest.mark.parametrize("lamp", Lamp)
def test_a_lamp_is_colour_shape_and_word(lamp: Lamp) -> None:
    html = tags.lamp(lamp)
    assert f"lamp-{lamp.value}" in html
    assert "<svg" in html
    assert lamp.word in html


def test_each_lamp_has_its_own_shape() -> None:
    assert len({tags.lamp(lamp).split("<svg")[1].split("</svg>")[0] for lamp in Lamp}) == len(Lamp)


def test_what_a_person_wrote_is_escaped() -> None:
    for html in (
        tags.lamp("red", "<b>"),
        tags.badge("<b>"),
        tags.source_mark(False, "<b>"),
        tags.day(date(2026, 1, 1), url='"><b>'),
    ):
        assert "<b>" not in html


def test_a_verified_fact_carries_no_mark() -> None:
    assert tags.source_mark(True) == ""
    assert "未核实" in tags.source_mark(False)


def test_a_day_is_marked_by_the_calendar_and_beyond_its_reach_as_an_estimate() -> None:
    published = WorkCalendar.from_notices([Notice(2026, "某号", "", None, "", True, (), ())])
    assert "推定" not in tags.day(date(2026, 3, 31), published)
    assert "推定" in tags.day(date(2027, 3, 31), published)
    assert "推定" in tags.day(date(9999, 12, 31), published)
