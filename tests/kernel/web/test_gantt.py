import re
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.web import gantt
from kernel.web.gantt import Bar, Rest, State

BEGIN, UNTIL = date(2026, 1, 1), date(2026, 4, 10)  # 100 days: one day is one percent
TODAY = date(2026, 1, 15)


def draw(bars: list[Bar], **more: object) -> ET.Element:
    facts = {"begin_on": BEGIN, "until_on": UNTIL, "today": TODAY} | more
    return ET.fromstring(gantt.gantt(bars, **facts))


def rects(drawing: ET.Element, name: str) -> list[tuple[float, float]]:
    found = [r for r in drawing.iter("rect") if name in (r.get("class") or "").split()]
    return [(float(r.get("x").rstrip("%")), float(r.get("width").rstrip("%"))) for r in found]


def words(drawing: ET.Element) -> list[str]:
    return [t.text for t in drawing.iter("text")]


def test_a_bar_covers_both_its_days() -> None:
    bar = Bar("环评", State.RUNNING, actual=(date(2026, 1, 11), date(2026, 1, 20)))
    assert rects(draw([bar]), "g-running") == [(10.0, 10.0)]


def test_the_plan_stays_as_a_line_under_what_really_happens() -> None:
    planned, actual = (date(2026, 1, 1), date(2026, 1, 10)), (date(2026, 1, 6), date(2026, 1, 25))
    drawing = draw([Bar("环评", State.LATE, planned, actual)])
    assert rects(drawing, "g-late") == [(5.0, 20.0)]
    assert rects(drawing, "g-baseline") == [(0.0, 10.0)]


def test_stops_are_hatched_and_the_critical_and_provisional_are_marked() -> None:
    span = (date(2026, 1, 11), date(2026, 1, 30))
    bar = Bar("环评", State.PAUSED, actual=span, stops=[span], critical=True, provisional=True)
    drawing = draw([bar])
    assert [r.get("x") for r in drawing.iter("rect") if "hatch" in (r.get("fill") or "")] == [
        "10.0%"
    ]
    assert rects(drawing, "g-critical") == rects(drawing, "g-provisional") == [(10.0, 20.0)]


def test_the_tooltip_tells_every_span_in_words() -> None:
    bar = Bar(
        "环评",
        State.RUNNING,
        (date(2026, 1, 5), date(2026, 1, 9)),
        (date(2026, 1, 6), date(2026, 1, 12)),
        stops=[(date(2026, 1, 7), date(2026, 1, 8))],
    )
    told = draw([bar]).find(".//g[@class='g-bar']/title").text.splitlines()
    assert told == [
        "环评（在办）",
        "计划 2026年1月5日 至 2026年1月9日",
        "预计 2026年1月6日 至 2026年1月12日",
        "停表 2026年1月7日 至 2026年1月8日",
    ]


def test_a_bar_outside_the_picture_is_named_at_its_edge() -> None:
    before = Bar("早", State.DONE, actual=(date(2025, 10, 1), date(2025, 10, 9)))
    after = Bar("晚", State.PLANNED, (date(2026, 6, 1), date(2026, 6, 9)))
    assert {"◂ 10.9", "6.1 ▸"} <= set(words(draw([before, after])))


def test_holidays_carry_their_name_and_days() -> None:
    rests = [Rest("春节", date(2026, 2, 15), date(2026, 2, 23))]
    drawing = draw([], rests=rests)
    assert rects(drawing, "g-rest") == [(45.0, 9.0)]
    assert "春节 2.15–2.23" in words(drawing)


def test_groups_head_their_bars_and_what_people_write_is_escaped() -> None:
    span = (date(2026, 1, 5), date(2026, 1, 9))
    bars = [Bar("<甲>", State.PLANNED, span, group="立项"), Bar("乙", State.PLANNED, span)]
    labels = [li.text for li in draw(bars).iter("li")]
    assert labels == ["立项", "<甲>", "乙"]


def test_no_bars_and_a_day_long_plan_still_draw() -> None:
    draw([])
    draw([Bar("甲", State.DONE, (BEGIN, BEGIN))], until_on=BEGIN, target_on=BEGIN, today=BEGIN)
    draw([Bar("没有日期", State.PLANNED)])


def test_today_outside_the_picture_draws_no_line() -> None:
    assert not [w for w in words(draw([], today=date(2027, 1, 1))) if w.startswith("今天")]


def reach(text: ET.Element) -> tuple[float, float]:
    x = float(text.get("x").rstrip("%")) / 100 * gantt.NARROWEST
    wide = gantt._wide(text.text)
    backwards = "g-end" in (text.get("class") or "")
    return (x - 5 - wide, x - 5) if backwards else (x + 5, x + 5 + wide)


@given(
    today=st.integers(0, 99),
    target=st.integers(0, 99),
    days=st.sampled_from([30, 60, 100, 160, 400]),
)
def test_today_and_target_never_write_over_each_other_nor_outside(
    today: int, target: int, days: int
) -> None:
    until_on = BEGIN + timedelta(days=days - 1)
    at = [BEGIN + timedelta(days=min(n * days // 100, days - 1)) for n in (today, target)]
    drawing = draw([], until_on=until_on, today=at[0], target_on=at[1])
    marks = [t for t in drawing.iter("text") if re.match("今天|目标", t.text)]
    assert len(marks) == 2
    for mark in marks:
        begin, end = reach(mark)
        assert begin >= 0
        assert end <= gantt.NARROWEST
    if marks[0].get("y") == marks[1].get("y"):
        left, right = sorted(reach(mark) for mark in marks)
        assert left[1] <= right[0]


@pytest.mark.parametrize("days", [10, 45, 100, 200, 400, 1500])
def test_months_never_write_over_each_other(days: int) -> None:
    for shift in range(0, 31, 3):
        begin_on = BEGIN + timedelta(days=shift)
        drawing = draw([], begin_on=begin_on, until_on=begin_on + timedelta(days=days))
        spans = sorted(reach(t) for t in drawing.iter("text") if t.get("y") == "15")
        assert spans
        for (_, end), (begin, _) in pairwise(spans):
            assert end <= begin


def test_forty_five_bars_take_forty_five_rows() -> None:
    span = (date(2026, 1, 5), date(2026, 1, 9))
    drawing = draw([Bar(f"事项{n}", State.PLANNED, span) for n in range(45)])
    tops = [float(r.get("y")) for r in drawing.iter("rect") if r.get("class") == "g-planned"]
    assert len(set(tops)) == 45
    assert {b - a for a, b in pairwise(tops)} == {float(gantt.ROW)}
