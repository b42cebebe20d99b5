"""The what-if desk in a real browser: only the answer is swapped, and the address keeps up."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.stack import City
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
ONE = "/whatif/DLT-2026-001/"


@pytest.fixture
def office(city_stack: City, chromium: Any) -> Iterator[Callable[..., Visitor]]:
    """The office of 达拉特旗, which has two projects on its list."""
    opened: list[Visitor] = []

    def open_office(scripts: bool = True) -> Visitor:
        visitor = Visitor(city_stack, chromium, "dalate", scripts=scripts)
        visitor.hold_session("dalaban")
        opened.append(visitor)
        return visitor

    yield open_office
    for visitor in opened:
        visitor.close()


@pytest.mark.parametrize("path", [ONE, "/whatif/"])
def test_changes_come_and_go_without_leaving_the_page(
    office: Callable[..., Visitor], path: str
) -> None:
    visitor = office()
    page = visitor.open(path)
    code = page.locator("[name=matter] option").nth(1).get_attribute("value")
    page.evaluate("window.stayed = true")
    chosen = page.locator("#answer .lines > li")

    visitor.fill(matter=code, what="days", amount="50", unit="w")
    page.get_by_role("button", name="加入", exact=True).click()
    expect(chosen).to_have_count(1)
    expect(page).to_have_url(re.compile(f"days={code}:50w$"))
    visitor.fill(what="lead", amount="5")
    page.get_by_role("button", name="加入", exact=True).click()
    expect(chosen).to_have_count(2)
    assert "有变动的事项" in visitor.words() or "转为" in visitor.words()

    chosen.first.get_by_role("link", name="去掉").click()
    expect(chosen).to_have_count(1)
    expect(page).to_have_url(re.compile(f"lead={code}:5$"))
    visitor.fill(first=code)
    page.get_by_role("button", name="加入关系", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("前置关系要有前后两个事项")
    assert page.evaluate("window.stayed")

    page.go_back()
    expect(chosen).to_have_count(2)
    expect(page.locator("h1")).to_have_count(1)
    visitor.in_order()


def test_without_scripts_the_same_form_leads_to_the_same_address(
    office: Callable[..., Visitor],
) -> None:
    visitor = office(scripts=False)
    page = visitor.open(f"{ONE}?target=2030-03-31")
    code = page.locator("[name=matter] option").nth(1).get_attribute("value")
    visitor.fill(matter=code, what="days", amount="50", unit="w")
    visitor.press("加入")
    assert page.url.endswith(f"{ONE}?days={code}:50w&target=2030-03-31")
    assert page.locator("#answer .lines > li").count() == 2
    visitor.follow("清空")
    assert page.url.endswith(ONE)


def test_the_gains_lead_back_into_the_list(office: Callable[..., Visitor]) -> None:
    visitor = office()
    visitor.open("/whatif/")
    visitor.follow("压缩哪个事项最见效")
    visitor.follow("压到清单内同一事项的最短用时")
