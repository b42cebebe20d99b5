import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from kernel.web import charts
from kernel.web.parts import Chart

ROWS = [
    charts.Row("准格尔旗", {"green": 6, "yellow": 3, "red": 1}),
    charts.Row("<达拉特旗>", {"green": 5, "done": 0}),
]


def widths(svg: str, kind: str) -> list[float]:
    return [float(w) for w in re.findall(rf'class="c-{kind}"[^>]* width="([\d.]+)%"', svg)]


def test_parts_are_in_proportion_to_the_longest_bar() -> None:
    chart = charts.stacked_bars(ROWS, title="灯", series=charts.LAMPS)
    assert widths(chart.svg, "green") == [60, 50]
    assert widths(chart.svg, "yellow") == [30]
    assert widths(chart.svg, "red") == [10]


def test_the_table_says_what_the_picture_shows() -> None:
    chart = charts.stacked_bars(ROWS, title="灯", series=charts.LAMPS, of="地区")
    assert list(chart.columns) == ["地区", "绿灯", "黄灯", "红灯", "合计"]
    assert chart.rows == [["准格尔旗", 6, 3, 1, 10], ["<达拉特旗>", 5, 0, 0, 5]]


def test_a_long_name_is_cut_in_the_picture_and_whole_in_the_table() -> None:
    name = "准格尔矿井疏干水综合利用工程第2期（示例）"
    chart = charts.stacked_bars([charts.Row(name, {"red": 278})], title="天", series=charts.LAMPS)
    (label,) = re.findall(r'<text x="0" y="14">([^<]+)</text>', chart.svg)
    assert label.endswith("…")
    assert name.startswith(label[:-1])
    assert chart.rows[0][0] == name


def test_every_chart_is_sound_markup_with_a_title_and_a_description() -> None:
    for chart in (
        charts.stacked_bars(ROWS, title="灯", series=charts.LAMPS),
        charts.stacked_bars([], title="灯", series=charts.LAMPS),
        charts.bars([("自然资源局", 12.5)], title="用时", measure="天"),
        charts.bars([("自然资源局", 0)], title="用时", measure="天"),
        charts.trend([("1月", 90), ("2月", 95)], title="率", measure="率", target=95),
        charts.trend([("1月", 0)], title="率", measure="率"),
        charts.trend([], title="率", measure="率"),
    ):
        svg = ET.fromstring(chart.svg)
        assert svg.get("role") == "img"
        assert [child.tag for child in svg[:2]] == ["title", "desc"]
        assert not svg.findall(".//*[@style]")


def test_a_first_point_is_named_once() -> None:
    svg = charts.trend([("2026年10月上半月", 3)], title="办结", measure="办结").svg
    assert svg.count(">2026年10月上半月</text>") == 1


def test_a_higher_figure_stands_higher() -> None:
    svg = charts.trend([("1月", 80), ("2月", 90), ("3月", 85)], title="率", measure="率").svg
    first, second, third = (float(y) for y in re.findall(r'<circle[^>]* cy="([\d.]+)"', svg))
    assert second < third < first


@pytest.mark.parametrize(
    ("values", "heights"),
    [((0, 0), (124.0, 124.0)), ((5, 5), (74.0, 74.0)), ((0, 9), (124.0, 24.0))],
)
def test_nothing_lies_on_the_axis_and_a_flat_line_in_the_middle(
    values: tuple[int, int], heights: tuple[float, float]
) -> None:
    svg = charts.trend(list(zip("ab", values, strict=True)), title="件", measure="件").svg
    assert tuple(float(y) for y in re.findall(r'<circle[^>]* cy="([\d.]+)"', svg)) == heights


def test_a_sparkline_of_one_or_no_figure_is_still_a_picture() -> None:
    for values in ([], [3], [3, 3, 3]):
        ET.fromstring(charts.sparkline(values, title="近期"))


def test_a_share_is_drawn_as_a_part_of_the_whole() -> None:
    shares = [("自然资源局", 33.3), ("水利局", 10)]
    assert 'width="33.3%"' in charts.bars(shares, title="占比", measure="%", whole=100).svg
    assert 'width="100.0%"' in charts.bars(shares, title="占比", measure="%").svg


RUNS = [
    charts.Run("owner", date(2025, 12, 20), date(2026, 1, 8), "没有在办的办件"),
    charts.Run("government", date(2026, 1, 9), date(2026, 3, 9), "<用地预审>"),
    charts.Run("government_agent", date(2026, 3, 10), date(2026, 3, 19)),
]


def strip(runs: list[charts.Run]) -> Chart:
    return charts.day_strip(
        runs, title="每天归谁", series=charts.PARTIES, columns=["归属", "天数"], rows=[["政府", 60]]
    )


def test_the_strip_gives_each_run_its_days_of_the_whole() -> None:
    svg = strip(RUNS).svg
    assert widths(svg, "run c-owner") == [22.222]
    assert widths(svg, "run c-government") == [66.667]
    assert widths(svg, "run c-government_agent") == [11.111]
    assert "政府 60</text>" in svg
    assert "政府 2026年1月9日至2026年3月9日 60 天\n&lt;用地预审&gt;</title>" in svg


def test_the_strip_is_sound_markup_whatever_it_holds() -> None:
    for runs in ([], RUNS[:1], RUNS):
        svg = ET.fromstring(strip(runs).svg)
        assert [child.tag for child in svg[:2]] == ["title", "desc"]
        assert not svg.findall(".//*[@style]")


def test_a_commissioned_party_is_striped_in_picture_and_legend() -> None:
    chart = strip(RUNS)
    assert chart.svg.count('fill="url(#part-hatch)"') == 1
    assert ("government_agent", "政府委托中介", True) in chart.key
    assert "part-hatch" not in strip(RUNS[:2]).svg
    bars = charts.stacked_bars(
        [charts.Row("某项目", {"owner": 3, "owner_agent": 2})], title="归属", series=charts.PARTIES
    )
    assert bars.svg.count('fill="url(#part-hatch)"') == 1


def test_a_line_stands_beside_its_plan_in_picture_and_table() -> None:
    points = [("1月15日", 3), ("1月31日", 8), ("2月15日", 20)]
    chart = charts.trend(points, title="办结进度", measure="已办结", unit="件", plan=[5, 9, 18])
    assert list(chart.columns) == ["时间", "已办结", "计划"]
    assert [list(row) for row in chart.rows] == [
        ["1月15日", 3, 5],
        ["1月31日", 8, 9],
        ["2月15日", 20, 18],
    ]
    assert chart.svg.count("c-target") == 2
    assert "计划 18 件" in chart.svg
    assert "20 件" in chart.svg


@pytest.mark.parametrize("done", [0, 3, 370])
def test_the_words_of_the_plan_are_not_struck_through_by_the_axis(done: int) -> None:
    points = [("8月15日", 0), ("8月31日", 0), ("9月15日", done)]
    svg = charts.trend(points, title="进度", measure="已办结", plan=[0, 0, 1]).svg
    axis = float(re.findall(r'c-axis".*?y1="([\d.]+)"', svg)[0])
    words = float(re.findall(r'y="([\d.]+)">计划', svg)[0])
    figure = float(re.findall(r'<text class="c-total"[^>]* y="([\d.]+)"', svg)[-1])
    assert words <= axis - 5
    assert abs(words - figure) >= 9
