"""Lines of an indicator: every unit in the catalogue's order, all of them last, notes where due."""

import pytest

from tests.workflows.watches.conftest import day, history, line
from workflows.watches.histories import History
from workflows.watches.measures import MEASURES, Period, tallied
from workflows.watches.standings import chance_words, chart_of, lines_of

YEAR = Period(day("1-1"), day("12-31"))
NAMES = {"fgw": "发改委", "zrzy": "自然资源局", "sthj": "生态环境局"}


def stopped(code: str, hits: int, of: int) -> list[History]:
    stop = (line("stop", "1-12", reason="testing"), line("resume", "1-19"))
    return [
        history(line("accept", "1-5"), *(stop if n < hits else ()), department=code)
        for n in range(of)
    ]


@pytest.mark.django_db
def test_units_stand_in_order_and_the_outlier_is_named() -> None:
    measure = MEASURES["stopped"]
    histories = [*stopped("sthj", 2, 30), *stopped("zrzy", 14, 20), *stopped("xxx", 0, 4)]
    tallies = tallied(histories, YEAR, [measure])["stopped"]
    lines = lines_of(measure, tallies, NAMES, YEAR)
    assert [row.department for row in lines] == ["自然资源局", "生态环境局", "xxx", "全部单位"]
    assert lines[0].note == "停过表的平均 5.0 个工作日；明显高于其他单位，出于偶然的可能不到 0.1%"
    assert lines[1].note == "停过表的平均 5.0 个工作日"
    assert lines[2].note == ""
    assert (lines[3].tally.share.hits, lines[3].tally.share.of) == (16, 54)
    assert lines[0].url.endswith("/stopped/?first=2026-01-01&last=2026-12-31&department=zrzy")
    chart = chart_of(measure, lines)
    assert [row[1:5] for row in chart.rows] == [
        [20, 14, "70.0%", "48.1% 至 85.5%"],
        [30, 2, "6.7%", "1.8% 至 21.3%"],
        [4, 0, "少于5件，不评价", "—"],
        [54, 16, "29.6%", "19.1% 至 42.8%"],
    ]
    assert "xxx" not in chart.svg


def test_grounds_are_told_with_their_counts() -> None:
    told = [
        history(
            line("receive", "1-5"),
            line("notice", "1-7", items=["红线图"]),
            line("correct", "1-8"),
            line("notice", "1-9", items=["委托书"], ground=ground),
        )
        for ground in ("new_fact", "new_fact", "law_change")
    ]
    measure = MEASURES["again"]
    (own, _) = lines_of(measure, tallied(told, YEAR, [measure])["again"], NAMES, YEAR)
    assert own.note == "出现新的事实 2 件；法律法规规章有修改 1 件"


def test_chance_in_words() -> None:
    assert chance_words(0.0131) == "为 1.3%"
    assert chance_words(0.00001) == "不到 0.1%"
