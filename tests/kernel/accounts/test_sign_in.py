"""Signing in, being locked out, leaving, and crossing to another tenant of one's own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client, RequestFactory
from django.utils import timezone

from kernel.accounts import tickets
from kernel.accounts.client_address import address_behind_proxy
from kernel.accounts.models import Membership
from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant

PASSWORD = "correct-horse-9"


def sign_in(browser: Client, username: str, password: str = PASSWORD, next_: str = "") -> Any:
    return browser.post("/sign-in/", {"username": username, "password": password, "next": next_})


def test_a_member_signs_in_and_the_trail_says_so(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    user = member(zhungeer)
    answer = sign_in(console(zhungeer), user.username)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    with visiting(zhungeer):
        assert TrailEntry.objects.filter(action="accounts.sign_in", outcome="done").count() == 1


def test_the_neighbours_account_is_refused_like_a_wrong_password(
    zhungeer: Tenant, dalate: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    neighbour = member(dalate)
    wrong = sign_in(console(zhungeer), neighbour.username, "no-such-password").content.decode()
    right = sign_in(console(zhungeer), neighbour.username).content.decode()
    sentence = "账号或密码不对，或该账号不在本机制任职"
    assert sentence in wrong
    assert sentence in right
    with visiting(zhungeer):
        assert TrailEntry.objects.filter(action="accounts.sign_in", outcome="refused").count() == 2


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    user = member(zhungeer)
    browser = console(zhungeer)
    for _ in range(5):
        answer = sign_in(browser, user.username, "wrong")
    assert answer.status_code == 429
    assert "账号暂时锁定" in answer.content.decode()
    assert sign_in(browser, user.username).status_code == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=True):
        assert sign_in(browser, user.username).status_code == 302


def test_a_session_ends_with_the_membership(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    user = member(zhungeer)
    browser = console(zhungeer, user)
    assert browser.get("/members/").status_code == 200
    Membership.objects.filter(user=user).update(until_on=timezone.localdate() - timedelta(days=1))
    assert browser.get("/members/").status_code == 404


def test_a_session_of_one_host_opens_nothing_on_another(
    zhungeer: Tenant, dalate: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    browser = console(zhungeer, member(zhungeer))
    there = console(dalate)
    there.cookies = browser.cookies
    assert there.get("/members/").status_code == 404


def test_after_signing_in_nobody_is_sent_to_another_host(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    answer = sign_in(console(zhungeer), member(zhungeer).username, next_="https://evil.example/")
    assert answer["Location"] == "/"


def test_a_person_of_two_tenants_crosses_with_a_ticket_that_works_once(
    zhungeer: Tenant,
    city: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:
    user = member(zhungeer)
    Membership.objects.create(user=user, tenant=city, role="office", from_on=timezone.localdate())
    answer = console(zhungeer, user).post("/switch/city/")
    assert answer["Location"].startswith("http://city.localhost")
    address = "/enter/?" + answer["Location"].partition("?")[2]
    assert console(zhungeer).get(address)["Location"] == "/sign-in/"
    first, second = console(city), console(city)
    assert first.get(address)["Location"] == "/"
    assert first.get("/members/").status_code == 200
    assert second.get(address)["Location"] == "/sign-in/"


def test_nobody_crosses_to_a_tenant_they_are_no_member_of(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    assert console(zhungeer, member(zhungeer)).post("/switch/city/").status_code == 404


def test_a_ticket_runs_out_within_a_minute(zhungeer: Tenant, member: Callable[..., Any]) -> None:
    secret = tickets.issue(member(zhungeer), schema_name="t_zhungeer")
    with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=False):
        assert tickets.redeem(secret, schema_name="t_zhungeer") is None


def test_a_right_password_at_the_wrong_door_counts_like_a_wrong_one(
    zhungeer: Tenant, dalate: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    neighbour, browser = member(dalate), console(zhungeer)
    told = [sign_in(browser, neighbour.username).status_code for _ in range(5)]
    assert told == [200, 200, 200, 200, 429]


@pytest.mark.parametrize(
    ("passed_on", "address"),
    [
        ("", "10.0.0.1"),
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 198.51.100.1, nonsense", "10.0.0.1"),
        ("2001:db8::7", "2001:db8::7"),
    ],
)
def test_behind_a_proxy_the_lock_goes_by_the_address_our_own_proxy_saw(
    rf: RequestFactory, passed_on: str, address: str
) -> None:
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=passed_on)
    assert address_behind_proxy(request) == address
