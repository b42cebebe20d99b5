"""lianshen.js in a real browser: asks before it sends, sends once, remembers the theme."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

SCRIPT = Path(__file__).parents[3] / "platform/kernel/web/static/lianshen/lianshen.js"
pytestmark = pytest.mark.browser
PAGE = f"""<!doctype html><html><head><script>{SCRIPT.read_text(encoding="utf-8")}</script></head><body>
<a class="bar-menu" href="#nav" aria-controls="nav">菜单</a>
<nav class="nav" id="nav"><a class="nav-close" href="#main">收起</a><ul><li><a href="#a">工作台</a></li></ul></nav>
<details class="menu"><summary>娜仁</summary><button type="button" data-choose="theme=dark">深色</button></details>
<div class="message"><span>已受理</span><button type="button" data-dismiss>✕</button></div>
<input data-search>
<form id="ask" method="post" action="/asked" data-confirm="确定受理吗？"><button name="move" value="accept">受理</button></form>
<form id="once" method="post" action="/once"><button name="move" value="save">保存</button></form>
<form id="write" method="post" action="/write" data-unsaved="改过，还没有保存。"><input name="said" value="旧"><select name="how"><option>甲</option><option>乙</option></select></form>
<table><thead><tr><th><input type="checkbox" data-choose-all></th></tr></thead>
<tbody><tr><td><input type="checkbox" class="one"></td></tr></tbody></table>
</body></html>"""


@pytest.fixture(scope="module")
def browser_page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


@pytest.fixture
def page(browser_page: Page) -> Iterator[tuple[Page, list[str]]]:
    sent: list[str] = []

    def answer(route: object) -> None:
        request = route.request
        if request.method == "POST":
            sent.append(f"{request.url.rsplit('/', 1)[1]} {request.post_data}")
            route.fulfill(status=204)  # stays on the page, as a slow server would
        else:
            route.fulfill(body=PAGE, content_type="text/html; charset=utf-8")

    browser_page.route("http://console.test/**", answer)
    browser_page.goto("http://console.test/")
    browser_page.evaluate("localStorage.clear()")
    yield browser_page, sent
    browser_page.unroute("http://console.test/**")


def test_nothing_is_sent_until_the_question_is_answered(page: tuple[Page, list[str]]) -> None:
    on, sent = page
    on.click("#ask button")
    assert on.inner_text("dialog p") == "确定受理吗？"
    on.click("dialog button:text-is('取消')")
    assert sent == []
    on.click("#ask button")
    with on.expect_request("**/asked"):
        on.click("dialog button:text-is('确定')")
    assert sent == ["asked move=accept"]


def test_a_second_click_sends_nothing(page: tuple[Page, list[str]]) -> None:
    on, sent = page
    with on.expect_request("**/once"):
        on.dblclick("#once button")
    on.wait_for_timeout(200)
    assert sent == ["once move=save"]
    assert on.is_disabled("#once button")


def test_the_theme_is_remembered(page: tuple[Page, list[str]]) -> None:
    on, _ = page
    on.click("summary")
    on.click("text=深色")
    on.reload()
    assert on.get_attribute("html", "data-theme") == "dark"


def test_keys_and_small_buttons(page: tuple[Page, list[str]]) -> None:
    on, _ = page
    on.keyboard.press("Control+k")
    assert on.evaluate("document.activeElement.matches('[data-search]')")
    on.click("[data-dismiss]")
    assert on.locator(".message").count() == 0
    on.click(".bar-menu")
    assert "open" in on.get_attribute("#nav", "class").split()
    on.keyboard.press("Escape")
    assert "open" not in on.get_attribute("#nav", "class").split()
    on.check("[data-choose-all]")
    assert on.is_checked(".one")


def test_what_was_typed_beside_is_not_lost_without_a_question(page: tuple[Page, list[str]]) -> None:
    on, sent = page
    on.fill("#write [name=said]", "新")
    on.click("#once button")
    assert on.inner_text("dialog p") == "改过，还没有保存。"
    on.click("dialog button:text-is('取消')")
    assert sent == []
    on.fill("#write [name=said]", "旧")
    on.select_option("#write select", "乙")
    on.click("#ask button")
    assert on.text_content("dialog p") == "改过，还没有保存。\n确定受理吗？"
    with on.expect_request("**/asked"):
        on.click("dialog button:text-is('确定')")
    assert sent == ["asked move=accept"]
