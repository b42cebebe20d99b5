"""The wall in a real browser: it shows itself anew and leaves unfolded what somebody unfolded."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.stack import City
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
WALL = "/overview/wall/"


@pytest.fixture
def office(city_stack: City, chromium: Any) -> Iterator[Visitor]:
    visitor = Visitor(city_stack, chromium, "city")
    visitor.hold_session("shiban")
    yield visitor
    visitor.close()


def test_what_is_unfolded_stays_so_and_whoever_holds_it_sees_that(office: Visitor) -> None:
    page = office.open(WALL)
    page.locator("#wall-list > summary").click()
    page.evaluate("document.querySelector('#wall .wall-as-of').dataset.old = 'yes'")
    with page.expect_response(lambda answer: answer.url.endswith(WALL)):
        page.evaluate("document.getElementById('wall').dispatchEvent(new Event('refresh'))")
    expect(page.locator("#wall .wall-as-of[data-old]")).to_have_count(0)
    expect(page.locator("#wall-list")).to_have_attribute("open", "")
    hold = page.get_by_role("button", name="暂停刷新")
    plain = hold.evaluate("one => getComputedStyle(one).backgroundColor")
    hold.click()
    expect(hold).to_have_attribute("aria-pressed", "true")
    assert hold.evaluate("one => getComputedStyle(one).backgroundColor") != plain
    office.in_order()
