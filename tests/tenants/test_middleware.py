"""From host to tenant; a host that is nobody's gets a plain 404."""

from collections.abc import Callable

import pytest
from django.test import Client

from kernel.accounts.models import User
from tenants.models import Tenant


@pytest.mark.parametrize(
    "host",
    ["nobody.localhost", "zhungeer.example.com", "127.0.0.1", "a.b.localhost", "_.localhost"],
)
def test_a_host_that_is_no_tenants_gets_a_plain_404(db: None, host: str) -> None:
    answer = Client(SERVER_NAME=host).get("/sign-in/")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/plain")


def test_a_tenant_that_is_not_ready_does_not_answer(
    zhungeer: Tenant, console: Callable[..., Client]
) -> None:
    Tenant.objects.filter(pk=zhungeer.pk).update(ready=False)
    assert console(zhungeer).get("/sign-in/").status_code == 404


def test_cookies_are_host_only(zhungeer: Tenant, console: Callable[..., Client]) -> None:
    answer = console(zhungeer).get("/sign-in/")
    assert answer.cookies
    for cookie in answer.cookies.values():
        assert cookie["domain"] == ""
        assert cookie["samesite"] == "Lax"


def test_every_answer_forbids_inline_scripts(
    zhungeer: Tenant, console: Callable[..., Client]
) -> None:
    policy = console(zhungeer).get("/sign-in/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    "address", ["/%00", "/procedures/a%00b/", "/trail/?subject=%00", "/members/?x%00=1"]
)
def test_a_nul_in_the_address_is_a_bad_request(
    zhungeer: Tenant, member: Callable[..., User], console: Callable[..., Client], address: str
) -> None:
    answer = console(zhungeer, member(zhungeer)).get(address)
    assert answer.status_code == 400
    assert "这个请求看不懂" in answer.content.decode()


def test_a_nul_in_a_cookie_is_a_bad_request(
    zhungeer: Tenant, console: Callable[..., Client]
) -> None:
    cookie = r'lianshen_session="abcdefghij\000k"'
    assert console(zhungeer).get("/members/", headers={"cookie": cookie}).status_code == 400
