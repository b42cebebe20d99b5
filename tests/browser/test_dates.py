"""Time that can be trusted, as the office lives it: from a lamp to its cause, from a mistake to the
right date, from a question to the plan's answer."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.stack import City
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def office(city_stack: City, chromium: Any) -> Iterator[Visitor]:
    """The office of 达拉特旗, whose first list is a year old."""
    visitor = Visitor(city_stack, chromium, "dalate")
    visitor.hold_session("dalaban")
    yield visitor
    visitor.close()


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def monday_before(day: date) -> date:
    """The Monday of the week before last."""
    return day - timedelta(days=day.weekday() + 14)


def test_a_red_lamp_opens_to_its_cause_and_the_cause_to_every_line_of_the_date(
    office: Visitor,
) -> None:
    page = office.open("/procedures/?lamp=red")
    with page.expect_navigation():
        page.locator("td a.lamp-red").first.click()
    page = office.in_order()
    assert page.url.endswith("#lamp")
    cause = page.locator("#lamp").inner_text()
    assert "为什么亮红灯" in cause
    assert re.search(r"已过，晚 \d+ 个工作日", cause)
    assert "责任" in cause

    page = office.follow("日期怎么算的")
    assert page.locator("h1").inner_text().endswith("这个日期怎么算的")
    for label in ("法定期限", "承诺期限", "计划完成", "预计完成", "实际办结"):
        expect(page.get_by_role("heading", name=label, exact=True)).to_be_visible()
    assert "最迟" in page.locator("#planned").inner_text()


def test_a_wrong_day_put_right_moves_the_dates_and_stays_on_record(
    office: Visitor, today: date
) -> None:
    number, wrong = "DLT-2026-002-01", monday_before(today)
    right = wrong + timedelta(days=2)
    office.open(f"/procedures/{number}/move/receive/")
    office.fill(on=wrong.isoformat())
    office.press("收件")
    office.open(f"/procedures/{number}/move/accept/")
    office.fill(on=wrong.isoformat(), document="示例受〔2026〕1号")
    page = office.press("受理")
    before = {label: office.fact(label) for label in ("法定期限", "承诺期限", "预计完成")}

    line = page.get_by_role("row", name=re.compile("受理 示例受"))
    with page.expect_navigation():
        line.get_by_role("link", name="更正", exact=True).click()
    office.in_order()
    office.fill(on=right.isoformat(), why="受理通知书落款是周三")
    page = office.press("更正")
    after = {label: office.fact(label) for label in before}
    assert before != after
    assert "已更正" in office.words()
    assert page.locator("tr.struck").count() == 1


def test_a_longer_duration_in_the_what_if_desk_shows_that_the_target_is_missed(
    office: Visitor, today: date
) -> None:
    target = today + timedelta(days=400)
    page = office.open(f"/whatif/DLT-2026-001/?target={target}")
    assert office.fact("能否按期").startswith("按期")
    code = page.locator("[name=matter] option").nth(1).get_attribute("value")

    office.fill(matter=code, what="days", amount="365", unit="w")
    page.get_by_role("button", name="加入", exact=True).click()
    expect(page.locator("#answer .lines > li")).to_have_count(2)
    assert office.fact("能否按期").startswith("赶不上目标")
    assert "冲突链" in office.words()

    page.get_by_role("link", name="去掉").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#answer .lines > li")).to_have_count(1)
    expect(page.locator("#answer")).to_be_focused()
    office.in_order()
