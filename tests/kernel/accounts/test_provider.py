"""Signing in through an identity provider that runs beside us: who gets in, who does not, and why."""

import base64
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from kernel.accounts import actions
from kernel.accounts.models import Identity, Membership, User
from kernel.accounts.provider import Claims, require_sound_settings
from kernel.refusal import Refused
from kernel.trail import SYSTEM
from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.kernel.accounts.loopback import (
    Answer,
    Signer,
    Wire,
    becomes,
    bent,
    listening,
    running_wire,
    signs_in_there,
    slow,
)
from tests.kernel.accounts.provider_server import CLIENT_ID, CLIENT_SECRET

PASSWORD = "correct-horse-9"
Make = Callable[..., Any]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with running_wire(tmp_path_factory.mktemp("provider")) as wire:
        yield wire


@pytest.fixture
def wire(provider: Wire, settings: Any) -> Iterator[Wire]:
    settings.PORT = "8000"
    settings.OIDC_ISSUER = provider.issuer
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    settings.OIDC_LABEL = "自治区统一身份认证"
    provider.changes.clear()
    provider.asked.clear()
    yield provider
    provider.changes.clear()


@pytest.fixture
def person(zhungeer: Tenant, member: Make, wire: Wire) -> User:
    """A member of 准格尔旗 whose identity is linked."""
    return known_as(member(zhungeer), "wangmou", wire)


def known_as(user: User, username: str, wire: Wire) -> User:
    Identity.objects.create(
        user=user, issuer=wire.issuer, subject=f"gov-{username}", linked_at=timezone.now()
    )
    return user


def tail(url: str) -> str:
    return urlsplit(url)._replace(scheme="", netloc="").geturl()


def answered(browser: Client, username: str = "wangmou", *, next_: str = "") -> str:
    """Set out from the console and sign in at the provider; where that leads on the portal."""
    there = browser.get("/sign-in/provider/", {"next": next_} if next_ else {})
    assert there.status_code == 302, there.content.decode()
    return signs_in_there(there["Location"], username)


def come_back(browser: Client, portal: Client, url: str) -> Any:
    """Over the portal's signpost to the console, as a browser follows it."""
    on = portal.get(tail(url))
    assert on.status_code == 302
    assert urlsplit(on["Location"]).hostname == browser.defaults["SERVER_NAME"]
    return browser.get(tail(on["Location"]))


def sign_in(browser: Client, portal: Client, username: str = "wangmou", next_: str = "") -> Any:
    return come_back(browser, portal, answered(browser, username, next_=next_))


def why(answer: Any) -> str:
    """The sentence of a page that turned somebody away."""
    assert answer.status_code == 403, answer
    return str(answer.context["why"])


def inside(browser: Client) -> bool:
    return bool(browser.get("/members/").status_code == 200)


# Who gets in ---------------------------------------------------------------------------------------


def test_whose_identity_is_linked_comes_in_and_the_trail_says_so(
    zhungeer: Tenant, person: User, console: Make, portal: Client
) -> None:
    browser = console(zhungeer)
    answer = sign_in(browser, portal, next_="/projects/?year=2026")
    assert (answer.status_code, answer["Location"]) == (302, "/projects/?year=2026")
    assert inside(browser)
    assert person.identities.get().used_at
    with visiting(zhungeer):
        line = TrailEntry.objects.get(action="accounts.sign_in")
    assert (line.summary, line.subject) == ("经自治区统一身份认证登录", person.username)


def test_what_is_asked_of_the_provider_carries_pkce_state_and_nonce(
    zhungeer: Tenant, wire: Wire, console: Make
) -> None:
    url = console(zhungeer).get("/sign-in/provider/")["Location"]
    asked = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["nonce"]) >= 20
    assert asked["state"].startswith("zhungeer.")
    assert len(asked["state"]) > 40
    assert asked["redirect_uri"] == "http://localhost:8000/sign-in/back/"
    assert "openid" in asked["scope"].split()


def test_the_first_time_a_password_links_the_account_and_the_second_time_none_is_asked(
    zhungeer: Tenant, wire: Wire, member: Make, console: Make, portal: Client
) -> None:
    user, browser = member(zhungeer), console(zhungeer)
    assert sign_in(browser, portal, next_="/projects/")["Location"] == "/sign-in/link/"
    page = browser.get("/sign-in/link/").content.decode()
    assert "登记的姓名是<strong>王某（示例）</strong>" in page
    assert not inside(browser)
    given = {"username": user.username, "password": PASSWORD}
    assert browser.post("/sign-in/link/", given)["Location"] == "/projects/"
    assert inside(browser)
    identity = Identity.objects.get()
    assert (identity.user, identity.issuer, identity.subject) == (user, wire.issuer, "gov-wangmou")
    with visiting(zhungeer):
        assert TrailEntry.objects.get(action="accounts.link").detail["subject"] == "gov-wangmou"
    again = console(zhungeer)
    assert sign_in(again, portal)["Location"] == "/"
    assert inside(again)


def test_a_wrong_password_links_nothing_and_five_lock_the_account(
    zhungeer: Tenant, wire: Wire, member: Make, console: Make, portal: Client
) -> None:
    user, browser = member(zhungeer), console(zhungeer)
    sign_in(browser, portal)
    given = {"username": user.username, "password": "wrong"}
    told = [browser.post("/sign-in/link/", given).status_code for _ in range(5)]
    assert told == [200, 200, 200, 200, 429]
    given["password"] = PASSWORD
    assert browser.post("/sign-in/link/", given).status_code == 429
    assert not Identity.objects.exists()


def test_the_neighbours_account_is_not_linked_at_this_door(
    zhungeer: Tenant, dalate: Tenant, wire: Wire, member: Make, console: Make, portal: Client
) -> None:
    browser = console(zhungeer)
    sign_in(browser, portal)
    given = {"username": member(dalate).username, "password": PASSWORD}
    answer = browser.post("/sign-in/link/", given).content.decode()
    assert "该账号不在本机制任职" in answer
    assert not Identity.objects.exists()


def test_an_account_takes_one_identity_only(
    zhungeer: Tenant, person: User, console: Make, portal: Client
) -> None:
    browser = console(zhungeer)
    sign_in(browser, portal, "zhaomou")
    given = {"username": person.username, "password": PASSWORD}
    page = browser.post("/sign-in/link/", given).content.decode()
    assert "绑定另一个统一身份" in page
    assert "先在“人员与角色”里解除绑定" in page
    assert Identity.objects.count() == 1
    assert not inside(browser)


def test_the_database_knows_no_identity_twice_and_an_overtaken_linking_says_so(
    zhungeer: Tenant, person: User, member: Make, wire: Wire, in_tenant: Make
) -> None:
    other, now = member(zhungeer), timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        known_as(other, "wangmou", wire)
    claims = Claims(wire.issuer, "gov-wangmou", "", "")
    with in_tenant(zhungeer), pytest.raises(Refused, match="刚刚已经绑定"):
        actions.link(other, claims, at=now, actor=SYSTEM)


def test_an_offer_to_link_runs_out_after_ten_minutes(
    zhungeer: Tenant, wire: Wire, member: Make, console: Make, portal: Client
) -> None:
    user, browser = member(zhungeer), console(zhungeer)
    sign_in(browser, portal)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        given = {"username": user.username, "password": PASSWORD}
        assert browser.post("/sign-in/link/", given)["Location"] == "/sign-in/"
    assert not Identity.objects.exists()


def test_es256_is_as_good_as_rs256(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client
) -> None:
    Signer(wire, "ES256")
    browser = console(zhungeer)
    assert sign_in(browser, portal)["Location"] == "/"
    assert inside(browser)


def test_after_a_rotation_the_new_key_holds_at_once(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client
) -> None:
    assert sign_in(console(zhungeer), portal)["Location"] == "/"
    wire.control(rotate="1")
    browser = console(zhungeer)
    assert sign_in(browser, portal)["Location"] == "/"
    assert inside(browser)


# Who does not --------------------------------------------------------------------------------------


def test_an_identity_gives_no_entry_where_one_has_no_post(
    zhungeer: Tenant, dalate: Tenant, person: User, console: Make, portal: Client
) -> None:
    browser = console(dalate)
    said = why(sign_in(browser, portal))
    assert "目前不在达拉特旗任职" in said
    assert f"请联系{dalate.office_name}" in said
    assert not inside(browser)
    with visiting(dalate):
        line = TrailEntry.objects.get(action="accounts.sign_in", outcome="refused")
    assert line.actor_id == person.pk


def test_after_the_term_there_is_no_entry(
    zhungeer: Tenant, person: User, console: Make, portal: Client
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(user=person).update(until_on=yesterday)
    assert "目前不在准格尔旗任职" in why(sign_in(console(zhungeer), portal))


def test_a_closed_account_stays_out(
    zhungeer: Tenant, person: User, console: Make, portal: Client
) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    browser = console(zhungeer)
    assert "已停用" in why(sign_in(browser, portal))
    assert not inside(browser)


def test_a_locked_account_stays_locked_on_this_way_too(
    zhungeer: Tenant, person: User, console: Make, portal: Client
) -> None:
    browser = console(zhungeer)
    for _ in range(5):
        browser.post("/sign-in/", {"username": person.username, "password": "wrong"})
    assert sign_in(browser, portal).status_code == 429
    assert not inside(browser)


def test_a_session_ends_when_its_identity_is_unlinked(
    zhungeer: Tenant, city: Tenant, person: User, console: Make, portal: Client
) -> None:
    Membership.objects.create(user=person, tenant=city, role="office", from_on="2020-01-01")
    browser, there = console(zhungeer), console(city)
    sign_in(browser, portal)
    there.get(tail(browser.post("/switch/city/")["Location"]))
    assert inside(there)
    person.identities.all().delete()
    assert browser.get("/members/")["Location"] == "/sign-in/?next=/members/"
    assert there.get("/members/")["Location"] == "/sign-in/?next=/members/"


# What a stranger on the way may try ----------------------------------------------------------------


def test_an_answer_opens_nothing_in_another_browser(
    zhungeer: Tenant, person: User, console: Make, portal: Client
) -> None:
    url = answered(console(zhungeer))
    victim = console(zhungeer)
    assert "不是在本浏览器里发起" in why(come_back(victim, portal, url))
    assert not inside(victim)


def test_an_answer_meant_for_one_console_opens_nothing_on_another(
    zhungeer: Tenant, dalate: Tenant, person: User, console: Make, portal: Client
) -> None:
    url = answered(console(zhungeer))
    there = console(dalate)
    there.get("/sign-in/provider/")
    assert "不是在本浏览器里发起" in why(there.get(tail(url)))


def test_an_answer_works_once(
    zhungeer: Tenant, person: User, console: Make, portal: Client
) -> None:
    browser = console(zhungeer)
    url = answered(browser)
    assert come_back(browser, portal, url)["Location"] == "/"
    assert "已经用过" in why(come_back(browser, portal, url))


def test_a_code_used_before_is_refused_by_the_provider_and_said_so(
    zhungeer: Tenant, person: User, console: Make, portal: Client
) -> None:
    first, second = console(zhungeer), console(zhungeer)
    used, fresh = answered(first), answered(second)
    come_back(first, portal, used)
    code = parse_qs(urlsplit(used).query)["code"][0]
    state = parse_qs(urlsplit(fresh).query)["state"][0]
    answer = second.get("/sign-in/back/", {"code": code, "state": state})
    assert "已经用过或者过期" in why(answer)
    assert not inside(second)


def test_anothers_code_under_ones_own_state_fails_by_pkce(
    zhungeer: Tenant, person: User, console: Make, portal: Client
) -> None:
    """The thief has the code of somebody else, unused, and a sign-in of their own."""
    stolen = parse_qs(urlsplit(answered(console(zhungeer))).query)["code"][0]
    thief = console(zhungeer)
    state = parse_qs(urlsplit(thief.get("/sign-in/provider/")["Location"]).query)["state"][0]
    why(thief.get("/sign-in/back/", {"code": stolen, "state": state}))
    assert not inside(thief)


def test_an_answer_after_ten_minutes_is_too_late(
    zhungeer: Tenant, person: User, console: Make, portal: Client
) -> None:
    browser = console(zhungeer)
    url = answered(browser)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        assert "超过十分钟" in why(come_back(browser, portal, url))


@pytest.mark.parametrize(
    "state",
    [
        "",
        "evil",
        "evil.example/x",
        "//evil.example.x",
        "@evil.example",
        "public.x",
        "lianshen_template.x",
    ],
)
def test_the_signpost_leads_to_consoles_only(
    portal: Client, wire: Wire, db: None, state: str
) -> None:
    assert portal.get("/sign-in/back/", {"code": "x", "state": state}).status_code == 404


@pytest.mark.parametrize(
    "next_", ["https://evil.example/", "//evil.example", "http://dalate.localhost/", "javascript:1"]
)
def test_after_signing_in_nobody_is_sent_to_another_host(
    zhungeer: Tenant, person: User, console: Make, portal: Client, next_: str
) -> None:
    assert sign_in(console(zhungeer), portal, next_=next_)["Location"] == "/"


def test_the_session_is_a_new_one_after_signing_in(
    zhungeer: Tenant, person: User, console: Make, portal: Client
) -> None:
    browser = console(zhungeer)
    url = answered(browser)
    planted = browser.cookies["lianshen_session"].value
    come_back(browser, portal, url)
    assert browser.cookies["lianshen_session"].value != planted
    old = console(zhungeer)
    old.cookies["lianshen_session"] = planted
    assert not inside(old)


def test_whoever_was_signed_in_before_is_gone_with_all_they_had_open(
    zhungeer: Tenant, person: User, member: Make, console: Make, portal: Client
) -> None:
    browser = console(zhungeer, member(zhungeer))
    session = browser.session
    session["left_behind"] = "x"
    session.save()
    sign_in(browser, portal)
    assert browser.session["_auth_user_id"] == str(person.pk)
    assert "left_behind" not in browser.session


def test_a_browser_keeps_three_begun_sign_ins_at_most(
    zhungeer: Tenant, wire: Wire, console: Make
) -> None:
    browser = console(zhungeer)
    for _ in range(5):
        browser.get("/sign-in/provider/")
    assert sum(key.startswith("provider_") for key in browser.session.keys()) == 3  # noqa: SIM118


# What may be wrong with the provider ---------------------------------------------------------------


def refused_token(browser: Client, portal: Client) -> str:
    said = why(sign_in(browser, portal))
    assert not inside(browser)
    return said


FORGED = [
    ({"iss": "https://elsewhere.example"}, "不是自治区统一身份认证签发的"),
    ({"aud": "another-system"}, "签发给另一个系统"),
    ({"aud": [CLIENT_ID, "another-system"]}, "签发给另一个系统"),
    ({"nonce": "of-another-sign-in"}, "不是为这一次登录签发"),
    ({"nonce": ""}, "不是为这一次登录签发"),
    ({"exp": 1_700_000_000}, "已经过期"),
    ({"exp": ""}, "内容不全"),
    ({"sub": ""}, "内容不全"),
    ({"sub": 7}, "内容不全"),
    ({"sub": "x" * 256}, "没有给出可用的身份标识"),
    ({"sub": "gov\x00wangmou"}, "没有给出可用的身份标识"),
]


@pytest.mark.parametrize(("facts", "said"), FORGED)
def test_a_rightly_signed_token_with_a_wrong_claim_opens_nothing(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client,
    facts: dict[str, Any], said: str,
) -> None:  # fmt: skip
    Signer(wire).facts = facts
    assert said in refused_token(console(zhungeer), portal)


@pytest.mark.parametrize(("ahead", "enters"), [(30, True), (600, False)])
def test_clocks_may_differ_by_a_minute_and_no_more(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client,
    ahead: int, enters: bool,
) -> None:  # fmt: skip
    Signer(wire).facts = {"iat": int(time.time()) + ahead}
    browser = console(zhungeer)
    answer = sign_in(browser, portal)
    assert inside(browser) is enters
    if not enters:
        assert "校对两边服务器的时间" in why(answer)


def test_a_token_changed_on_the_way_fails_its_signature(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client
) -> None:
    def change(answer: Answer) -> None:
        said = answer.says()
        answer.now_says(said | {"id_token": bent(said["id_token"], sub="gov-limou")})

    wire.changes["/token/"] = change
    assert "验不过签名" in refused_token(console(zhungeer), portal)


def test_a_key_the_provider_does_not_publish_signs_nothing(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client
) -> None:
    Signer(wire, known=False)
    assert "不是自治区统一身份认证公布的密钥所签" in refused_token(console(zhungeer), portal)


def test_a_token_that_claims_to_need_no_signature_is_refused(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client
) -> None:
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()

    def change(answer: Answer) -> None:
        said = answer.says()
        answer.now_says(said | {"id_token": f"{head}.{said['id_token'].split('.')[1]}."})

    wire.changes["/token/"] = change
    refused_token(console(zhungeer), portal)


def test_the_shared_secret_is_no_key(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client
) -> None:
    """Whoever learns the client's secret could else sign for anybody (HS256)."""
    from joserfc import jwt  # noqa: PLC0415
    from joserfc.jwk import OctKey  # noqa: PLC0415

    from tests.kernel.accounts.loopback import read  # noqa: PLC0415

    def change(answer: Answer) -> None:
        said = answer.says()
        key = OctKey.import_key(CLIENT_SECRET)
        token = jwt.encode({"alg": "HS256"}, read(said["id_token"]), key)
        answer.now_says(said | {"id_token": token})

    wire.changes["/token/"] = change
    refused_token(console(zhungeer), portal)


NONSENSE = [
    ("/.well-known/openid-configuration", b"<html>\xe7\xbb\xb4\xe6\x8a\xa4</html>"),
    ("/.well-known/openid-configuration", b"[]"),
    ("/.well-known/openid-configuration", b"{}"),
    ("/.well-known/openid-configuration", b'{"issuer": 1'),
    ("/.well-known/openid-configuration", b""),
]


@pytest.mark.parametrize(("path", "body"), NONSENSE)
def test_nonsense_about_itself_is_told_in_a_sentence_before_anybody_is_sent_there(
    zhungeer: Tenant, wire: Wire, console: Make, path: str, body: bytes
) -> None:
    wire.changes[path] = becomes(200, body)
    said = why(console(zhungeer).get("/sign-in/provider/"))
    assert "看不懂" in said or "自报的地址" in said


@pytest.mark.parametrize("path", ["/token/", "/.well-known/jwks.json"])
@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b"null", b'"x"', b"\xff\xfe", b'{"keys": 3, "id_token": 4}',
             b'{"keys": [{"kty": "RSA"}], "id_token": "a.b.c", "access_token": "x"}']
)  # fmt: skip
def test_nonsense_in_the_middle_is_told_in_a_sentence(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client,
    path: str, body: bytes,
) -> None:  # fmt: skip
    browser = console(zhungeer)
    url = answered(browser)
    wire.changes[path] = becomes(200, body)
    assert why(come_back(browser, portal, url))
    assert not inside(browser)


def test_a_fault_at_the_provider_is_named(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client
) -> None:
    wire.changes["/token/"] = becomes(503, b"")
    assert "出了故障" in refused_token(console(zhungeer), portal)


def test_an_issuer_other_than_the_one_configured_is_not_trusted(
    zhungeer: Tenant, wire: Wire, console: Make
) -> None:
    wire.changes["/.well-known/openid-configuration"] = lambda answer: answer.now_says(
        answer.says() | {"issuer": "https://elsewhere.example"}
    )
    said = why(console(zhungeer).get("/sign-in/provider/"))
    assert "https://elsewhere.example" in said
    assert wire.issuer in said


def test_secrets_are_not_sent_in_the_clear_to_another_machine(
    zhungeer: Tenant, person: User, wire: Wire, console: Make
) -> None:
    wire.changes["/.well-known/openid-configuration"] = lambda answer: answer.now_says(
        answer.says() | {"token_endpoint": "http://elsewhere.example/token"}
    )
    assert "看不懂" in why(console(zhungeer).get("/sign-in/provider/"))


def test_a_provider_that_is_down_is_said_to_be(
    zhungeer: Tenant, wire: Wire, console: Make, settings: Any
) -> None:
    gone = Wire(wire.provider_port)
    with listening(gone):
        pass  # a port that nobody listens at any more
    settings.OIDC_ISSUER = gone.issuer
    assert "连接不上自治区统一身份认证" in why(console(zhungeer).get("/sign-in/provider/"))


@pytest.mark.parametrize("path", ["/token/", "/.well-known/jwks.json"])
def test_a_slow_provider_holds_nobody_up(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client,
    settings: Any, path: str,
) -> None:  # fmt: skip
    settings.OIDC_TIMEOUT = 0.5
    wire.changes[path] = slow(2)
    browser = console(zhungeer)
    url = answered(browser)
    begun = time.monotonic()
    assert "迟迟没有应答" in why(come_back(browser, portal, url))
    assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("access_denied", "取消了登录"),
        ("server_error", "出了故障"),
        ("temporarily_unavailable", "暂时不能用"),
        ("<script>", "没有受理这次登录"),
    ],
)
def test_a_refusal_there_is_told_in_our_words(
    zhungeer: Tenant, wire: Wire, console: Make, portal: Client, code: str, said: str
) -> None:
    browser = console(zhungeer)
    state = parse_qs(urlsplit(browser.get("/sign-in/provider/")["Location"]).query)["state"][0]
    on = portal.get("/sign-in/back/", {"error": code, "error_description": "EVIL", "state": state})
    answer = browser.get(tail(on["Location"]))
    assert said in why(answer)
    assert "EVIL" not in answer.content.decode()


# Going out -----------------------------------------------------------------------------------------


def test_signing_out_leads_out_of_the_provider_as_well_and_back_to_the_door(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client
) -> None:
    browser = console(zhungeer)
    sign_in(browser, portal)
    page = browser.post("/sign-out/")
    url = page.context["url"]
    assert url.startswith(f"{wire.issuer}/logout/?id_token_hint=")
    assert not inside(browser)
    back = signs_in_there(url, "wangmou")
    assert portal.get(tail(back))["Location"] == "http://zhungeer.localhost:8000/sign-in/"


@pytest.mark.parametrize("place", [None, "javascript:alert(1)", "http://elsewhere.example/out"])
def test_where_the_provider_has_no_such_place_one_is_simply_out(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client, place: str | None
) -> None:
    browser = console(zhungeer)
    sign_in(browser, portal)
    wire.changes["/.well-known/openid-configuration"] = lambda answer: answer.now_says(
        answer.says() | {"end_session_endpoint": place}
        if place
        else {k: v for k, v in answer.says().items() if k != "end_session_endpoint"}
    )
    assert browser.post("/sign-out/")["Location"] == "/sign-in/"
    assert not inside(browser)


def test_with_the_provider_down_one_is_out_here_and_told_so(
    zhungeer: Tenant, person: User, wire: Wire, console: Make, portal: Client
) -> None:
    browser = console(zhungeer)
    sign_in(browser, portal)
    wire.changes["/.well-known/openid-configuration"] = becomes(503, b"")
    page = browser.post("/sign-out/", follow=True).content.decode()
    assert "已退出本平台，但没能退出自治区统一身份认证" in page
    assert not inside(browser)


def test_who_came_in_by_password_is_not_sent_there(
    zhungeer: Tenant, person: User, console: Make
) -> None:
    browser = console(zhungeer)
    browser.post("/sign-in/", {"username": person.username, "password": PASSWORD})
    assert browser.post("/sign-out/")["Location"] == "/sign-in/"


# The office's page ---------------------------------------------------------------------------------


def test_the_office_sees_who_is_linked_and_parts_them(
    zhungeer: Tenant, person: User, member: Make, console: Make
) -> None:
    office = console(zhungeer, member(zhungeer))
    page = office.get("/members/identities/").content.decode()
    assert "2 人，已绑定 1 人" in page
    identity = person.identities.get()
    answer = office.post(f"/members/identities/{identity.pk}/unlink/", follow=True)
    assert f"已解除{person.name}的绑定" in answer.content.decode()
    assert not Identity.objects.exists()
    assert office.post(f"/members/identities/{identity.pk}/unlink/").status_code == 404
    with visiting(zhungeer):
        assert TrailEntry.objects.get(action="accounts.unlink").subject == person.username


def test_the_neighbour_neither_sees_nor_parts_them(
    dalate: Tenant, person: User, member: Make, console: Make
) -> None:
    office = console(dalate, member(dalate))
    page = office.get("/members/identities/").content.decode()
    assert person.name not in page
    assert "1 人，已绑定 0 人" in page
    pk = person.identities.get().pk
    assert office.post(f"/members/identities/{pk}/unlink/").status_code == 404
    assert Identity.objects.filter(pk=pk).exists()


def test_the_list_costs_the_same_with_one_and_with_three(
    zhungeer: Tenant, wire: Wire, member: Make, console: Make, django_assert_num_queries: Make
) -> None:
    office = console(zhungeer, member(zhungeer))
    office.get("/members/identities/")
    for username in ("", "zhaomou", "limou"):
        if username:
            known_as(member(zhungeer), username, wire)
        with django_assert_num_queries(16):
            office.get("/members/identities/")


# Without a provider --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/sign-in/provider/", "/sign-in/back/", "/sign-in/link/", "/members/identities/"]
)
def test_without_settings_there_is_no_such_address(
    zhungeer: Tenant, member: Make, console: Make, path: str
) -> None:
    assert console(zhungeer, member(zhungeer)).get(path).status_code == 404


def test_without_settings_there_is_no_button_and_no_signpost(
    zhungeer: Tenant, member: Make, console: Make, portal: Client
) -> None:
    assert "统一身份" not in console(zhungeer).get("/sign-in/").content.decode()
    members = console(zhungeer, member(zhungeer)).get("/members/").content.decode()
    assert "统一身份" not in members
    assert portal.get("/sign-in/back/", {"code": "x", "state": "zhungeer.x"}).status_code == 404


@pytest.mark.parametrize(
    ("issuer", "client", "secret", "said"),
    [
        ("https://id.example", "", "s", "CLIENT_ID"),
        ("https://id.example", "c", "", "CLIENT_SECRET"),
        ("http://id.example", "c", "s", "https://"),
        ("id.example", "c", "s", "https://"),
        ("http://127.0.0.1:1", "c", "s", ""),
        ("https://id.example", "c", "s", ""),
        ("", "", "", ""),
    ],
)
def test_half_a_configuration_does_not_start(
    settings: Any, issuer: str, client: str, secret: str, said: str
) -> None:
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = issuer, client
    settings.OIDC_CLIENT_SECRET = secret
    if not said:
        require_sound_settings()
    else:
        with pytest.raises(ImproperlyConfigured, match=said):
            require_sound_settings()
