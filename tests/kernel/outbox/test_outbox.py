"""What leaves the database leaves once per cause, in order, signed; what is stuck holds up nobody."""

import json
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from kernel.accounts.models import Identity, User
from kernel.notices.telling import TOLD, Message, tell
from kernel.outbox import actions, channels, signing, wire
from kernel.outbox.emitting import Event, emit
from kernel.outbox.lifecycle import BACKOFF, KEPT, LEASE, Channel, DeliveryState, ReceiverState
from kernel.outbox.models import Attempt, Delivery, Receiver
from kernel.outbox.tasks import deliver, forget_tenant, sweep_tenant
from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.models import Tenant

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_the_banner(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> Iterator[None]:
    with in_tenant(zhungeer):
        yield


def receiver(url: str, name: str = "市自然资源局业务系统", **more: Any) -> Receiver:
    facts = {"channel": Channel.WEBHOOK, "topics": [TOLD.name], "department_code": ""} | more
    return actions.add_receiver(name=name, address=url, at=AT, actor=CLERK, **facts)


def happened(*keys: str, departments: frozenset[str] = frozenset()) -> None:
    events = [Event(k, f"事情{k}", "/notices/", {"text": k}, departments) for k in keys]
    emit(TOLD, events, at=AT)


def told(side: Any) -> list[str]:
    return [json.loads(body)["data"]["text"] for body in side.bodies]


def at(moment: datetime) -> Callable[[int], int]:
    """Work the receiver's queue as a worker would at ``moment``."""

    def work(pk: int) -> int:
        sent = 0
        while claimed := actions.claim(pk, at=moment):
            outcome = channels.send(claimed, at=moment)
            actions.settle(claimed, outcome, begun=moment, at=moment)
            sent += outcome.came is channels.Came.DELIVERED
        return sent

    return work


# What is written ----------------------------------------------------------------------------------


def test_a_message_lands_with_its_cause_or_not_at_all(other: Any) -> None:
    receiver(other.url)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        happened("一")
        raise ZeroDivisionError
    assert not Delivery.objects.exists()


def test_telling_twice_sends_once(other: Any) -> None:
    made = receiver(other.url)
    happened("一")
    happened("一", "二")
    at(AT)(made.pk)
    assert told(other) == ["一", "二"]


def test_a_notice_reaches_whoever_outside_is_subscribed_and_their_unit_only(other: Any) -> None:
    receiver(other.url, "全部")
    mine = receiver(other.url, "自然资源局", department_code="zrzy")
    receiver(other.url, "别的内容", topics=[])
    tell(
        [
            Message(key="a", room="assignments", text="交办", url="/x/", department_code="zrzy"),
            Message(key="b", room="assignments", text="交办", url="/x/", department_code="lcj"),
        ],
        at=AT,
    )
    assert Delivery.objects.count() == 3
    delivery = Delivery.objects.get(receiver=mine)
    assert json.loads(delivery.body) == {
        "type": "notice.told",
        "timestamp": "2026-03-02T01:00:00Z",
        "tenant": "zhungeer",
        "data": {
            "text": "交办",
            "room": "assignments",
            "role": "",
            "department": "zrzy",
            "user_id": None,
            "subject": "",
        },
    }
    assert delivery.url.startswith("http://zhungeer.localhost")


def test_a_persons_to_do_names_them_as_the_identity_provider_does(
    zhungeer: Tenant, member: Callable[..., User], other: Any, settings: Any
) -> None:
    settings.OIDC_ISSUER = "https://id.example.gov.cn"
    user = member(zhungeer, "office")
    Identity.objects.create(
        user=user, issuer=settings.OIDC_ISSUER, subject="150622-0042", linked_at=AT
    )
    receiver(other.url)
    tell([Message(key="a", room="meetings", text="请签", url="/x/", user_id=user.pk)], at=AT)
    assert json.loads(Delivery.objects.get().body)["data"]["subject"] == "150622-0042"


def test_nobody_subscribed_costs_one_question(django_assert_num_queries: Any) -> None:
    happened("一")
    with django_assert_num_queries(1):
        happened(*map(str, range(50)))


def test_a_commit_wakes_the_worker(other: Any, django_capture_on_commit_callbacks: Any) -> None:
    receiver(other.url)
    with django_capture_on_commit_callbacks(execute=True):
        happened("一")
    assert told(other) == ["一"]


# What is sent -------------------------------------------------------------------------------------


def test_a_receiver_with_the_secret_verifies_what_came_and_nothing_else(other: Any) -> None:
    made = receiver(other.url)
    happened("一")
    deliver.delay(made.pk)  # at the real moment: the reader checks it against its own clock
    headers, body = other.came[0]
    assert Webhook(signing.secret_of(made)).verify(body, headers)["data"] == {"text": "一"}
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.secret_of(made)).verify(body.replace("一".encode(), "二".encode()), headers)
    neighbour = receiver(other.url, "另一个")
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.secret_of(neighbour)).verify(body, headers)


def test_for_a_day_after_a_change_both_secrets_verify(other: Any) -> None:
    made = receiver(other.url)
    before = signing.secret_of(made)
    now = timezone.now()
    made = actions.change_secret(made.pk, at=now - timedelta(hours=1), actor=CLERK)
    happened("一")
    deliver.delay(made.pk)
    headers, body = other.came[0]
    Webhook(before).verify(body, headers)
    Webhook(signing.secret_of(made)).verify(body, headers)
    with pytest.raises(
        actions.OutboxRefused, match="不到一天前刚换过"
    ):  # the first would sign no more
        actions.change_secret(made.pk, at=now, actor=CLERK)
    Receiver.objects.update(secret_at=now - timedelta(hours=25))
    happened("二")
    deliver.delay(made.pk)
    headers, body = other.came[1]
    Webhook(signing.secret_of(made)).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(before).verify(body, headers)


def test_a_refused_message_is_set_aside_and_the_next_follows_at_once(other: Any) -> None:
    made = receiver(other.url)
    other.says(422, 200, text="字段不认识")
    happened("一", "二")
    assert at(AT)(made.pk) == 1
    stuck, sent = Delivery.objects.order_by("pk")
    assert (stuck.state, sent.state) == (DeliveryState.STUCK, DeliveryState.SENT)
    assert stuck.last_error == "对方拒收（422）：字段不认识"


@pytest.mark.parametrize(
    ("channel", "status", "text", "headers"),
    [
        (Channel.WEBHOOK, 500, "a\x00b", {}),
        (Channel.WEBHOOK, 503, "", {"Retry_After": "9" * 5000}),
        (Channel.WEBHOOK, 503, "", {"Retry_After": "9" * 9}),
        (Channel.ROBOT, 200, r'{"errcode": 1, "errmsg": "\u0000\ud800"}', {}),
        (Channel.ROBOT, 200, r'{"errcode": "\ud800"}', {}),
        (Channel.ROBOT, 200, "[" * 2000, {}),
        (Channel.ROBOT, 200, "[1]", {}),
    ],
)
def test_whatever_the_answer_the_attempt_is_counted(
    other: Any, channel: Channel, status: int, text: str, headers: dict[str, str]
) -> None:
    made = receiver(other.url, channel=channel)
    other.says(status, text=text, **headers)
    happened("一")
    at(AT)(made.pk)
    assert Attempt.objects.count() == 1
    assert Delivery.objects.get().attempts == 1
    made.refresh_from_db()
    assert made.busy_until is None


def test_a_line_that_drips_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "WHOLE", 0.6)
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def drip() -> None:
            line, _ = server.accept()
            with line, suppress(OSError):
                line.recv(4000)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1900\r\n\r\n")
                while not ended.wait(0.1):
                    line.sendall(b"x")

        dripping = threading.Thread(target=drip)
        dripping.start()
        made = receiver(f"http://127.0.0.1:{server.getsockname()[1]}/")
        happened("一")
        begun = time.monotonic()
        at(AT)(made.pk)
        took = time.monotonic() - begun
        ended.set()
        dripping.join()
    assert took < 10  # the other side would have gone on for 190 seconds
    assert "线路就断了" in Attempt.objects.get().words


def test_order_is_kept_while_the_first_one_waits(other: Any) -> None:
    made = receiver(other.url)
    other.says(503, 200)
    happened("一", "二")
    assert at(AT)(made.pk) == 0
    assert at(AT + BACKOFF[0] - timedelta(seconds=1))(made.pk) == 0
    assert at(AT + BACKOFF[0])(made.pk) == 2
    assert told(other) == ["一", "一", "二"]
    assert len({headers["webhook-id"] for headers, _ in other.came}) == 2  # known by its token


def test_patience_is_what_the_other_side_asks_for(other: Any) -> None:
    made = receiver(other.url)
    other.says(429, Retry_After="4000")
    happened("一")
    at(AT)(made.pk)
    assert Delivery.objects.get().next_at == AT + timedelta(seconds=4000)


def test_one_that_always_fails_is_set_aside_in_the_end(other: Any) -> None:
    made = receiver(other.url)
    other.says(*[500] * (len(BACKOFF) + 1), 200)
    happened("毒", "好")
    moment = AT
    for wait in (timedelta(0), *BACKOFF):
        moment += wait
        at(moment)(made.pk)
    poison, good = Delivery.objects.order_by("pk")
    assert (poison.state, poison.attempts) == (DeliveryState.STUCK, len(BACKOFF) + 1)
    assert good.state == DeliveryState.SENT
    assert Attempt.objects.filter(delivery=poison).count() == len(BACKOFF) + 1


def test_where_nobody_answers_the_receiver_is_paused_and_nothing_is_lost() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = receiver(f"http://127.0.0.1:{port}/")
    happened("一", "二")
    moment = AT
    for wait in (timedelta(0), *BACKOFF):
        moment += wait
        at(moment)(made.pk)
    made.refresh_from_db()
    assert made.state == ReceiverState.PAUSED
    assert "连接不上：对方拒绝连接" in made.paused_why
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.WAITING}
    assert TrailEntry.objects.filter(action="outbox.pause", actor_name="系统").exists()


def test_whoever_wants_no_more_is_paused_and_resumed_by_hand(other: Any) -> None:
    made = receiver(other.url)
    other.says(410)
    happened("一")
    at(AT)(made.pk)
    made.refresh_from_db()
    assert (made.state, Delivery.objects.get().state) == ("paused", "waiting")
    other.says(200)
    actions.move_receiver(made.pk, name="resume", at=AT, actor=CLERK)
    assert at(AT)(made.pk) == 1


def test_redirects_are_not_followed(other: Any) -> None:
    made = receiver(other.url)
    other.says(302, Location=other.url)
    happened("一")
    at(AT)(made.pk)
    assert len(other.came) == 1
    assert Delivery.objects.get().state == DeliveryState.STUCK


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "169.254.169.254", "0.0.0.0", "::ffff:127.0.0.1"])  # fmt: skip
def test_this_machine_and_its_link_get_nothing(settings: Any, address: str) -> None:
    settings.OUTBOX_ALLOWED_NETWORKS = []
    with pytest.raises(wire.NotAllowed):
        wire.check_peer(address)
    wire.check_peer("10.20.30.40")  # an office's own network is where its systems are


def test_the_peer_is_checked_where_the_connection_leads(other: Any, settings: Any) -> None:
    settings.OUTBOX_ALLOWED_NETWORKS = []
    made = receiver(other.url.replace("127.0.0.1", "localhost"))
    happened("一")
    at(AT)(made.pk)
    assert not other.came
    assert "不向本机" in Delivery.objects.get().last_error


def test_a_forbidden_port_and_a_closed_one_answer_alike(other: Any, settings: Any) -> None:
    settings.OUTBOX_ALLOWED_NETWORKS = []
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        for port in (other.port, closed.getsockname()[1]):
            with pytest.raises(wire.NotAllowed):
                wire.post(f"http://127.0.0.1:{port}/", b"{}", {})


def test_a_robot_is_told_in_words_and_its_code_is_read(other: Any) -> None:
    made = receiver(other.url, channel=Channel.ROBOT)
    other.says(200, text='{"errcode": 310000, "errmsg": "keywords not in content"}')
    happened("一")
    at(AT)(made.pk)
    said = json.loads(other.bodies[0])
    assert said["msgtype"] == "text"
    assert said["text"]["content"].startswith("待办与通知：事情一\nhttp://zhungeer.localhost")
    assert "keywords not in content" in Delivery.objects.get().last_error
    other.says(200, text='{"errcode": 0, "errmsg": "ok"}')
    actions.retry(Delivery.objects.get().pk, at=AT, actor=CLERK)
    assert at(AT)(made.pk) == 1


def test_a_robot_that_answers_a_page_has_not_taken_it(other: Any) -> None:
    made = receiver(other.url, channel=Channel.ROBOT)
    other.says(200, text="<html>登录</html>")
    happened("一")
    at(AT)(made.pk)
    assert Delivery.objects.get().state == DeliveryState.STUCK


def test_mail_goes_out_with_the_message_in_words(mailoutbox: Any) -> None:
    made = receiver("liaison@example.gov.cn", channel=Channel.MAIL)
    happened("一")
    assert at(AT)(made.pk) == 1
    assert mailoutbox[0].subject == "待办与通知：事情一"
    assert mailoutbox[0].extra_headers["Message-ID"].startswith(f"<{Delivery.objects.get().token}@")


@pytest.mark.parametrize(("code", "state"), [(550, DeliveryState.STUCK), (451, DeliveryState.WAITING)])  # fmt: skip
def test_a_mail_server_refuses_for_good_or_for_now(
    code: int, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = receiver("liaison@example.gov.cn", channel=Channel.MAIL)
    happened("一")

    def refuse(*_: Any, **__: Any) -> None:
        raise smtplib.SMTPRecipientsRefused({"liaison@example.gov.cn": (code, b"no such user")})

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)  # a server we do not have
    at(AT)(made.pk)
    assert Delivery.objects.get().state == state


# Two workers, a killed one, a lost queue ------------------------------------------------------------


def test_one_worker_at_a_time_and_a_killed_one_holds_nothing_up(other: Any) -> None:
    made = receiver(other.url)
    happened("一")
    held = actions.claim(made.pk, at=AT)
    assert held
    assert actions.claim(made.pk, at=AT + LEASE) is None
    late = AT + LEASE + timedelta(seconds=1)
    assert at(late)(made.pk) == 1
    # The first one comes back from the dead: it says what it saw and changes nothing.
    actions.settle(held, channels.Outcome(channels.Came.REFUSED, "拒收", 400), begun=AT, at=late)
    assert Delivery.objects.get().state == DeliveryState.SENT
    assert Attempt.objects.count() == 2


def test_a_lost_queue_loses_nothing(other: Any) -> None:
    made = receiver(other.url)
    happened("一")  # the callback on commit never runs here, as if the broker had been down
    sweep_tenant.delay()
    assert told(other) == ["一"]
    sweep_tenant.delay()
    assert len(other.came) == 1
    assert made.pk


def test_what_arrived_is_forgotten_after_its_time_and_what_waits_is_not(other: Any) -> None:
    made = receiver(other.url)
    happened("一")
    at(AT)(made.pk)
    actions.move_receiver(made.pk, name="pause", at=AT, actor=CLERK)
    happened("二")
    Delivery.objects.update(at=timezone.now() - KEPT - timedelta(days=1))
    forget_tenant.delay()
    assert Delivery.objects.get().state == DeliveryState.WAITING


# The pages ------------------------------------------------------------------------------------------


@pytest.fixture
def office(zhungeer: Tenant, member: Callable[..., User], client: Client) -> Client:
    connection.set_schema_to_public()
    client.force_login(member(zhungeer, "office"), "django.contrib.auth.backends.ModelBackend")
    client.defaults["HTTP_HOST"] = "zhungeer.localhost"
    connection.set_tenant(zhungeer)
    return client


ASKED = {
    "name": "市自然资源局业务系统",
    "channel": "webhook",
    "address": "https://zrzy.example.gov.cn/hook",
    "topics": [TOLD.name],
    "department_code": "",
}


def test_a_clerk_registers_a_receiver_tests_it_and_finds_the_secret(
    office: Client, zhungeer: Tenant, other: Any, django_capture_on_commit_callbacks: Any
) -> None:
    answer = office.post("/outbox/receivers/new/", ASKED | {"address": other.url})
    connection.set_tenant(zhungeer)
    made = Receiver.objects.get()
    assert answer.headers["Location"] == f"/outbox/receivers/{made.pk}/"
    with django_capture_on_commit_callbacks(execute=True):
        office.post(f"/outbox/receivers/{made.pk}/move/ping/")
    assert json.loads(other.bodies[0])["type"] == "outbox.ping"
    page = office.get(f"/outbox/receivers/{made.pk}/").content.decode()
    connection.set_tenant(zhungeer)
    assert signing.secret_of(made) not in page
    shown = office.post(f"/outbox/receivers/{made.pk}/secret/")
    connection.set_tenant(zhungeer)
    assert signing.secret_of(made) in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store"
    assert TrailEntry.objects.filter(action="outbox.look").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"address": "zrzy.example.gov.cn"}, "不是网址"),
        ({"address": "ftp://zrzy.example.gov.cn/"}, "不是网址"),
        ({"address": "https://zrzy.example.gov.cn:99999/"}, "不是网址"),
        ({"address": "https://u:p@zrzy.example.gov.cn/"}, "不要带用户名"),
        ({"channel": "mail", "address": "x@example.gov.cn"}, "没有配置发信服务器"),
        ({"topics": []}, "请选择推送内容"),
    ],
)
def test_what_can_not_be_reached_is_not_put_on_file(
    office: Client, zhungeer: Tenant, changed: dict[str, Any], said: str
) -> None:
    answer = office.post("/outbox/receivers/new/", ASKED | changed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    connection.set_tenant(zhungeer)
    assert not Receiver.objects.exists()


def test_a_name_is_used_once(office: Client, zhungeer: Tenant) -> None:
    receiver("https://a.example.gov.cn/")
    answer = office.post("/outbox/receivers/new/", ASKED)
    assert "已经用过" in answer.content.decode()


def test_one_click_sends_what_was_set_aside_again(
    office: Client, zhungeer: Tenant, other: Any, django_capture_on_commit_callbacks: Any
) -> None:
    made = receiver(other.url)
    other.says(400)
    happened("一", "二")
    at(timezone.now())(made.pk)
    assert "重发搁置的 2 条" in office.get(f"/outbox/receivers/{made.pk}/").content.decode()
    other.says(200)
    with django_capture_on_commit_callbacks(execute=True):
        office.post(f"/outbox/receivers/{made.pk}/move/retry/")
    connection.set_tenant(zhungeer)
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}


def test_what_has_arrived_is_not_sent_again(office: Client, zhungeer: Tenant, other: Any) -> None:
    made = receiver(other.url)
    happened("一")
    at(timezone.now())(made.pk)
    pk = Delivery.objects.get().pk
    answer = office.post(f"/outbox/{pk}/retry/", follow=True)
    assert "已经送达，不重发" in answer.content.decode()


def test_giving_up_asks_for_a_reason_and_keeps_it(
    office: Client, zhungeer: Tenant, other: Any
) -> None:
    receiver(other.url)
    happened("一")
    pk = Delivery.objects.get().pk
    office.post(f"/outbox/{pk}/drop/", {"why": ""})
    connection.set_tenant(zhungeer)
    assert Delivery.objects.get().state == DeliveryState.WAITING
    office.post(f"/outbox/{pk}/drop/", {"why": "对方系统下线"})
    connection.set_tenant(zhungeer)
    assert Delivery.objects.get().state == DeliveryState.DROPPED
    assert "对方系统下线" in Delivery.objects.get().last_error


def test_a_robots_whole_address_is_on_no_page(office: Client) -> None:
    made = receiver("https://qyapi.example.cn/send?key=6f1a", channel=Channel.ROBOT)
    for path in ("/outbox/receivers/", f"/outbox/receivers/{made.pk}/", "/trail/"):
        assert "6f1a" not in office.get(path).content.decode(), path


def test_the_neighbour_finds_neither_receiver_nor_message(
    dalate: Tenant, member: Callable[..., User], in_tenant: Callable[..., Any], other: Any
) -> None:
    made = receiver(other.url)
    happened("一")
    pk = Delivery.objects.get().pk
    connection.set_schema_to_public()
    neighbour = Client(HTTP_HOST="dalate.localhost")
    neighbour.force_login(member(dalate, "office"), "django.contrib.auth.backends.ModelBackend")
    assert neighbour.get(f"/outbox/{pk}/").status_code == 404
    assert neighbour.get(f"/outbox/receivers/{made.pk}/").status_code == 404
    assert "事情一" not in neighbour.get("/outbox/").content.decode()
    for verb in ("retry", "drop"):
        assert neighbour.post(f"/outbox/{pk}/{verb}/", {"why": "x"}).status_code == 404


def test_the_workbook_lists_what_the_filter_shows(office: Client, other: Any) -> None:
    receiver(other.url)
    happened("一")
    answer = office.get("/outbox/?export=1&state=waiting")
    assert answer.headers["Content-Type"].endswith("sheet")
