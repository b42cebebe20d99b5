"""A person at a browser: goes from page to page, and every page must be in order."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request

from config.demo.cast import PASSWORD
from tests.browser.stack import City

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SHOTS = os.environ.get("LIANSHEN_SHOTS")  # a folder to keep a picture of every page in
WIDEST = """() => [...document.querySelectorAll("body *")]
  .filter((one) => !one.closest(".table-wrap, .gantt-scroll, .nav, .visually-hidden")
                   && one.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 3).map((one) => one.outerHTML.slice(0, 120))"""
TOO_WIDE = "document.scrollingElement.scrollWidth - innerWidth"
SETTLED = f"""() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(
  () => done({TOO_WIDE}))))"""
WATCH_POLICY = """window.violations = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.violations.push(event.violatedDirective + " " + event.blockedURI));"""


@dataclass(frozen=True)
class Visit:
    """A page asked for: by these fields, if something was sent."""

    method: str
    url: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass
class Visitor:
    """One browser window. ``host`` is a tenant's slug, or "" for the portal."""

    city: City
    browser: Browser
    host: str
    scripts: bool = True
    visits: list[Visit] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    expected: int = 200
    #: Hosts with ports beside the city's own that this visit leads to.
    elsewhere: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        context = self.browser.new_context(
            viewport=WIDE,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            java_script_enabled=self.scripts,
        )
        context.set_default_timeout(10_000)
        context.add_init_script(WATCH_POLICY)
        self.page: Page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", self._asked)

    def close(self) -> None:
        self.page.context.close()

    # Going about ---------------------------------------------------------------------------------

    def open(self, path: str, *, status: int = 200) -> Page:
        """Type an address. ``path`` may be a whole URL."""
        self.expected = status
        url = path if path.startswith("http") else self.city.url(self.host, path)
        response = self.page.goto(url)
        assert response
        assert response.status == status, f"{url} answered {response.status}: {self.words()[:500]}"
        return self.in_order()

    def follow(self, name: str, *, loose: bool = False) -> Page:
        """Click the link of this name; ``loose``: of which this is a part."""
        self.expected = 200
        link = self.page.get_by_role("link", name=name, exact=not loose).first
        with self.page.expect_navigation():
            link.click()
        return self.in_order()

    def press(
        self, name: str, *, within: Locator | None = None, agree: bool = False, status: int = 200
    ) -> Page:
        """Press the button of this name; ``agree`` answers the question it asks first."""
        self.expected = status
        button = (within or self.page).get_by_role("button", name=name, exact=True).first
        with self.page.expect_navigation() as navigation:
            button.click()
            if agree:
                self.page.get_by_role("dialog").get_by_role("button", name="确定").click()
        response = navigation.value
        assert response
        assert response.status == status, f"{response.url} answered {response.status}"
        return self.in_order()

    def fill(self, within: Locator | None = None, **answers: str) -> None:
        """Fill fields by their names, whatever kind they are."""
        for name, value in answers.items():
            box = (within or self.page).locator(f"[name='{name}']:visible").first
            if box.evaluate("one => one.tagName") == "SELECT":
                box.select_option(value)
            else:
                box.fill(value)

    def sign_in(self, username: str, *, to: str = "/") -> Page:
        """Through the door, as people do."""
        self.open(to)
        assert urlsplit(self.page.url).path == "/sign-in/", self.page.url
        self.fill(username=username, password=PASSWORD)
        return self.press("登录")

    def hold_session(self, username: str) -> None:
        """Be signed in already."""
        held = {"name": "lianshen_session", "value": self.city.sessions[username]}
        self.page.context.add_cookies([{**held, "url": self.city.url(self.host)}])

    # Looking -------------------------------------------------------------------------------------

    def words(self) -> str:
        """What the page says, blanks made single."""
        return " ".join(self.page.locator("body").inner_text().split())

    def said(self) -> str:
        """What the page says at its top about what was just done."""
        return " ".join(self.page.locator(".messages, .errorlist").all_inner_texts())

    def fact(self, label: str) -> str:
        """A figure of the strip of facts, with its note."""
        shown = self.page.locator(".fact", has=self.page.get_by_text(label, exact=True)).first
        return " ".join(shown.locator("dd").inner_text().split())

    def path(self) -> str:
        return urlsplit(self.page.url).path

    def in_order(self) -> Page:
        """In Chinese, one heading, nothing blocked or broken, nothing wider than the screen."""
        page, url = self.page, self.page.url
        assert page.locator("html").get_attribute("lang") == "zh-Hans", url
        assert page.locator("h1").count() == 1, f"{url} has {page.locator('h1').count()} h1"
        for size in (PHONE, WIDE):
            page.set_viewport_size(size)
            wide = page.evaluate(SETTLED if self.scripts else TOO_WIDE)
            assert wide <= 0, f"{url} is {wide}px too wide at {size}: {page.evaluate(WIDEST)}"
            if SHOTS:
                self._keep_picture(size["width"])
        blocked = page.evaluate("window.violations || []")
        assert not blocked, f"{url} breaks the content policy: {blocked}"
        assert not self.faults, f"{url}: {self.faults}"
        return page

    def _keep_picture(self, width: int) -> None:
        name = f"{self.host or 'portal'}{self.path()}".strip("/").replace("/", "-")
        folder = Path(SHOTS or "") / str(width)
        folder.mkdir(parents=True, exist_ok=True)
        number = sum(1 for _ in folder.iterdir())
        self.page.screenshot(path=folder / f"{number:03d}-{name}.png", full_page=True)

    # Listening -----------------------------------------------------------------------------------

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        location: Any = message.location
        answered = f"status of {self.expected}" in message.text
        if answered and self.expected != 200 and location["url"].startswith("http"):
            return  # the browser notes that the page itself is a refusal, as expected
        self.faults.append(f"console: {message.text} ({location['url']})")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"http", "https"}:
            return
        own = parts.hostname == "localhost" or (parts.hostname or "").endswith(".localhost")
        if parts.netloc in self.elsewhere:
            return
        if not own or parts.port != self.city.port:
            self.faults.append(f"asks another host: {request.url}")
        elif not parts.path.startswith("/static/"):
            sent = request.post_data or "" if "multipart" not in _type(request) else ""
            fields = tuple(p for p in parse_qsl(sent) if p[0] != "csrfmiddlewaretoken")
            visit = Visit(request.method, request.url, fields)
            if visit not in self.visits:
                self.visits.append(visit)


def _type(request: Request) -> str:
    return request.headers.get("content-type", "")
