"""The shell in a real browser: keyboard, phone, double clicks, crossing over, the page that is not there, paper."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.stack import City
from tests.browser.visitor import PHONE, Visitor

pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement.matches('{}')"


@pytest.fixture(scope="module")
def browser(chromium: Any) -> Any:
    return chromium


@pytest.fixture
def visitor(city_stack: City, browser: Any) -> Iterator[Visitor]:
    """Somebody before the door of 准格尔旗."""
    visitor = Visitor(city_stack, browser, "zhungeer")
    yield visitor
    visitor.close()


@pytest.fixture
def office(visitor: Visitor) -> Visitor:
    """The office of 准格尔旗, who has a post in its park too; inside without the door."""
    visitor.hold_session("zhunban")
    return visitor


def test_the_door_takes_the_right_password_and_leads_where_one_was_going(visitor: Visitor) -> None:
    visitor.sign_in("zhunban", to="/projects/")
    assert visitor.path() == "/projects/"


def test_the_door_refuses_a_wrong_password_in_one_sentence(visitor: Visitor) -> None:
    visitor.open("/sign-in/")
    visitor.fill(username="zhunban", password="not-the-password")
    visitor.press("登录")
    assert visitor.path() == "/sign-in/"
    assert "账号或密码不对" in visitor.said()


def test_the_door_has_its_cursor_in_the_first_field_and_answers_to_enter(visitor: Visitor) -> None:
    page = visitor.open("/sign-in/")
    assert page.evaluate(FOCUSED.format("[name=username]"))
    page.keyboard.type("zhunbangban")
    page.keyboard.press("Tab")
    page.keyboard.type("Lianshen-2026")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert visitor.path() == "/"


def test_the_first_tab_skips_to_the_text(office: Visitor) -> None:
    page = office.open("/projects/")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED.format("a.skip"))
    box = page.locator("a.skip").bounding_box()
    assert box
    assert box["y"] >= 0
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED.format("#main"))


def test_whatever_has_the_focus_shows_it(office: Visitor) -> None:
    page = office.open("/projects/")
    unmarked = []
    for _ in range(30):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => { const one = document.activeElement, style = getComputedStyle(one);
            return [one.outerHTML.slice(0, 80),
                    style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1
                    || style.boxShadow !== "none", one === document.body]; }"""
        )
        if shown[2]:
            break
        if not shown[1]:
            unmarked.append(shown[0])
    assert unmarked == []


def test_on_a_phone_the_menu_opens_takes_the_focus_and_closes_by_escape(office: Visitor) -> None:
    page = office.open("/")
    page.set_viewport_size(PHONE)
    ledger = page.locator("#nav").get_by_role("link", name="审批台账")
    ledger.wait_for(state="hidden")
    opener = page.locator(".bar-menu")
    opener.click()
    ledger.wait_for(state="visible")
    assert opener.get_attribute("aria-expanded") == "true"
    assert page.evaluate("document.getElementById('nav').contains(document.activeElement)")
    page.keyboard.press("Escape")
    ledger.wait_for(state="hidden")
    opener.click()
    with page.expect_navigation():
        ledger.click()
    assert office.path() == "/procedures/"


def test_a_double_click_sends_once(office: Visitor) -> None:
    page = office.open("/projects/new/")
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    office.expected = 422
    with page.expect_navigation():
        page.get_by_role("button", name="登记为草拟").dblclick()
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1


def test_one_crosses_to_another_console_of_ones_own_without_signing_in(office: Visitor) -> None:
    page = office.open("/")
    page.locator(".bar-office summary").click()
    office.press("准格尔经济开发区")
    assert re.match(r"http://zhungeer-jkq\.localhost:\d+/$", page.url)
    assert "准格尔经济开发区" in page.locator(".bar-office").inner_text()


def test_who_has_one_post_only_is_offered_no_crossing(visitor: Visitor) -> None:
    visitor.hold_session("zhunbangban")
    page = visitor.open("/")
    assert page.locator(".bar-office summary").count() == 0


@pytest.mark.parametrize("host", ["zhungeer", ""])
def test_a_page_that_is_not_there_says_so_in_chinese(visitor: Visitor, host: str) -> None:
    visitor.hold_session("zhunban")
    page = visitor.open(visitor.city.url(host, "/nowhere/"), status=404)
    assert page.locator("h1").inner_text() == "没有这一页"


def test_a_host_that_is_nobodys_gets_a_plain_404(city_stack: City) -> None:
    status, _, text = city_stack.ask(city_stack.url("baotou"))
    assert (status, text) == (404, "没有这个网址。")


def test_printed_a_page_keeps_its_text_and_leaves_its_frame(office: Visitor) -> None:
    page = office.open("/mechanism/")
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    assert page.locator("main").is_visible()
    assert not page.locator("header.bar").is_visible()
    assert not page.locator("#nav").is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_without_scripts_the_console_still_leads_everywhere(city_stack: City, browser: Any) -> None:
    visitor = Visitor(city_stack, browser, "zhungeer", scripts=False)
    visitor.sign_in("zhunbangban")
    visitor.follow("审批台账")
    assert visitor.path() == "/procedures/"
    visitor.close()
