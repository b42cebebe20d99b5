import re
from xml.etree import ElementTree as ET

from kernel.web import charts

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


def test_a_higher_figure_stands_higher() -> None:
    svg = charts.trend([("1月", 80), ("2月", 90), ("3月", 85)], title="率", measure="率").svg
    first, second, third = (float(y) for y in re.findall(r'<circle[^>]* cy="([\d.]+)"', svg))
    assert second < third < first


def test_a_sparkline_of_one_or_no_figure_is_still_a_picture() -> None:
    for values in ([], [3], [3, 3, 3]):
        ET.fromstring(charts.sparkline(values, title="近期"))


def test_a_share_is_drawn_as_a_part_of_the_whole() -> None:
    shares = [("自然资源局", 33.3), ("水利局", 10)]
    assert 'width="33.3%"' in charts.bars(shares, title="占比", measure="%", whole=100).svg
    assert 'width="100.0%"' in charts.bars(shares, title="占比", measure="%").svg
