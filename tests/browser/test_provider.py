"""Signing in through the identity provider as a person sees it: there, linked, in, out, in again."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from config.demo.cast import PASSWORD
from tests.browser.stack import City, running_city
from tests.browser.visitor import Visitor
from tests.kernel.accounts import provider_server
from tests.kernel.accounts.loopback import Wire, running_wire

pytestmark = pytest.mark.browser
LABEL = "自治区统一身份认证"


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with running_wire(tmp_path_factory.mktemp("provider")) as running:
        yield running


@pytest.fixture(scope="module")
def city(wire: Wire, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city that knows the provider."""
    told = {
        "LIANSHEN_OIDC_ISSUER": wire.issuer,
        "LIANSHEN_OIDC_CLIENT_ID": provider_server.CLIENT_ID,
        "LIANSHEN_OIDC_CLIENT_SECRET": provider_server.CLIENT_SECRET,
        "LIANSHEN_OIDC_LABEL": LABEL,
    }
    folder = tmp_path_factory.mktemp("city-with-provider")
    with running_city(folder, settings_of_its_own=told) as running:
        wire.control(back=running.url("", "/sign-in/back/"))
        yield running
        assert running.troubles() == []


@pytest.fixture
def visitor(city: City, wire: Wire, chromium: Any) -> Iterator[Visitor]:
    elsewhere = frozenset({urlsplit(wire.issuer).netloc})
    visitor = Visitor(city, chromium, "zhungeer", elsewhere=elsewhere)
    yield visitor
    visitor.close()


def to_the_provider(visitor: Visitor, link: str = f"经{LABEL}登录") -> None:
    """Follow ``link`` and find the provider's own page."""
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("link", name=link).click()
    assert visitor.page.locator("h1").inner_text() == "示例认证中心"


def sign_in_there(visitor: Visitor, username: str, *, status: int = 200) -> None:
    visitor.expected = status
    visitor.fill(username=username, password=provider_server.PASSWORD)
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="登录").click()
    visitor.in_order()


def test_from_the_first_linking_to_the_sign_in_that_asks_no_password(visitor: Visitor) -> None:
    visitor.open("/projects/")
    to_the_provider(visitor)
    sign_in_there(visitor, "wangmou")
    assert visitor.path() == "/sign-in/link/"
    assert "登记的姓名是王某（示例）" in visitor.words()

    visitor.fill(username="zhunban", password=PASSWORD)
    visitor.press("绑定并登录")
    assert visitor.path() == "/projects/"
    assert "已绑定" in visitor.said()

    visitor.open("/members/")
    visitor.follow("统一身份绑定")
    row = visitor.page.get_by_role("row", name=re.compile(r"\bzhunban\b"))
    assert "王某（示例）" in row.inner_text()

    visitor.expected = 200
    page = visitor.page
    page.locator(".bar-person summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(re.compile(r"/sign-in/$"))
    visitor.in_order()

    to_the_provider(visitor)  # which has forgotten them as well
    sign_in_there(visitor, "wangmou")
    assert visitor.path() == "/"

    visitor.open("/members/identities/")
    row = visitor.page.get_by_role("row", name=re.compile(r"\bzhunban\b"))
    visitor.press("解除绑定", within=row, agree=True)
    assert visitor.path() == "/sign-in/"  # it was one's own: the session is over


def test_whom_nobody_appointed_is_told_whom_to_ask(visitor: Visitor, city: City) -> None:
    visitor.open("/")
    to_the_provider(visitor)
    sign_in_there(visitor, "zhaomou")
    visitor.fill(username="luren", password=PASSWORD)
    visitor.press("绑定并登录")
    assert "该账号不在本机制任职" in visitor.words()
    assert "请联系准格尔旗重点项目联审联批工作机制办公室" in visitor.words()


def test_an_answer_nobody_here_asked_for_leads_back_to_the_door(visitor: Visitor) -> None:
    visitor.open("/sign-in/back/?code=x&state=zhungeer.x", status=403)
    assert "不是在本浏览器里发起" in visitor.words()
    visitor.follow("回到登录页")
    assert visitor.page.get_by_role("link", name=f"经{LABEL}登录").is_visible()
