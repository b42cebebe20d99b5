"""Another system reads what its tenant holds and tells what its department did: once, on what it saw, by the rules."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.notices.models import Notice
from kernel.outbox.models import Delivery
from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from tenants.rollup.models import ProcedureRow
from tests.workflows.exchange.conftest import CLERK
from workflows.exchange import actions, pushing
from workflows.exchange.api import writing
from workflows.exchange.lifecycle import PER_MINUTE, UNKNOWN_PER_MINUTE, Scope
from workflows.exchange.models import Answer, Key, System
from workflows.procedures.models import ClockEntry, Procedure

pytestmark = pytest.mark.django_db
ALL = tuple(Scope)


def told(caller: Any, procedure: Procedure, key: str = "", match: str = "", **body: Any) -> Any:
    """Tell a step of the procedure, on the version it is at unless said otherwise."""
    path = f"/procedures/{procedure.number}"
    match = match or caller.get(path)["ETag"]
    headers = {"Idempotency_Key": key or str(uuid4()), "If_Match": match}
    return caller.post(f"{path}/events", {"on": str(timezone.localdate())} | body, **headers)


# The door -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "x", "ls_", "ls_00000000_x", "ls_a_b_c", "密钥"])
def test_without_a_key_nothing_opens(
    zhungeer: Tenant, system: Callable[..., Any], key: str
) -> None:
    caller = system(zhungeer, *ALL)
    caller.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key}".encode().decode("latin-1")
    answer = caller.get("/projects")
    assert (answer.status_code, answer.json()["code"]) == (401, "no_key")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_key_opens_its_own_tenant_alone(
    ledgers: None, zhungeer: Tenant, dalate: Tenant, city: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL)
    assert caller.get("/projects").status_code == 200
    for other in (dalate, city):
        caller.client.defaults["HTTP_HOST"] = f"{other.slug}.localhost"
        assert caller.get("/projects").status_code == 401


def test_a_key_ends_with_its_day_its_revocation_and_its_system(
    zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL)
    now = timezone.now()
    with visiting(zhungeer):
        key = Key.objects.get()
        actions.switch_system(key.system_id, active=False, actor=CLERK)
    assert caller.get("/me").status_code == 401
    with visiting(zhungeer):
        actions.switch_system(key.system_id, active=True, actor=CLERK)
        Key.objects.update(expires_on=timezone.localdate())
    assert caller.get("/me").status_code == 200
    with visiting(zhungeer):
        Key.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert caller.get("/me").status_code == 401
    with visiting(zhungeer):
        Key.objects.update(expires_on=timezone.localdate())
        actions.revoke_key(key.pk, at=now, actor=CLERK)
    assert caller.get("/me").status_code == 401


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/projects", Scope.PROJECTS_READ),
        ("/procedures", Scope.PROCEDURES_READ),
        ("/matters", Scope.PROCEDURES_READ),
        ("/tasks", Scope.TASKS_READ),
    ],
)
def test_a_key_does_what_its_scopes_say(
    zhungeer: Tenant, system: Callable[..., Any], path: str, scope: Scope
) -> None:
    assert system(zhungeer, scope).get(path).status_code == 200
    others = [each for each in Scope if each is not scope]
    answer = system(zhungeer, *others).get(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope")
    assert scope.value in answer.json()["detail"]


def test_too_many_requests_are_told_when_to_come_again(
    zhungeer: Tenant, system: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.exchange.api.door.PER_MINUTE", 3)
    caller = system(zhungeer, *ALL)
    answers = [caller.get("/me") for _ in range(4)]
    assert [a.status_code for a in answers[:3]] == [200] * 3 or 429 not in [
        a.status_code for a in answers
    ]  # a minute may have turned
    if answers[-1].status_code == 429:
        assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert answers[0]["RateLimit-Limit"] == "3"
    assert PER_MINUTE > UNKNOWN_PER_MINUTE


def test_the_document_needs_no_key_and_holds_no_data(zhungeer: Tenant, client: Any) -> None:
    answer = client.get("/api/v1/openapi.json", headers={"host": "zhungeer.localhost"})
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.")


# Reading --------------------------------------------------------------------------------------------


def test_a_banner_reads_its_own_and_the_city_reads_all(
    ledgers: None, city: Tenant, zhungeer: Tenant, dalate: Tenant, system: Callable[..., Any]
) -> None:
    def owners(caller: Any, path: str) -> set[str]:
        return {row["tenant"] for row in caller.get(f"{path}?limit=200").json()["items"]}

    for path in ("/projects", "/procedures"):
        assert owners(system(zhungeer, *ALL), path) == {"zhungeer"}
        assert owners(system(city, *ALL), path) == {"zhungeer", "dalate"}


def test_every_address_with_the_neighbours_number_finds_nothing(
    ledgers: None, zhungeer: Tenant, dalate: Tenant, city: Tenant, system: Callable[..., Any]
) -> None:
    with visiting(dalate):
        theirs = Procedure.objects.select_related("project").order_by("number")[0]
    for caller in (system(zhungeer, *ALL), system(city, *ALL)):
        path = f"/procedures/{theirs.number}"
        for answer in (
            caller.get(path),
            caller.get(f"{path}/dates"),
            caller.get(f"{path}/events"),
            told(caller, theirs, match='"1"', move="receive"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    mine = system(zhungeer, *ALL)
    assert mine.get(f"/procedures?project={theirs.project.number}").json()["items"] == []
    with visiting(dalate):
        assert not ClockEntry.objects.exists()


def test_pages_together_are_the_whole_ledger_once(
    ledgers: None, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller, found, after = system(zhungeer, *ALL), [], ""
    while True:
        page = caller.get(f"/procedures?limit=7{after}").json()
        found += [row["number"] for row in page["items"]]
        if not page["next"]:
            break
        after = f"&after={page['next']}"
    with visiting(zhungeer):
        assert found == sorted(Procedure.objects.values_list("number", flat=True))


def test_only_what_was_written_since_is_read_and_nothing_is_missed(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL)
    since = caller.get("/procedures")["Synced-Until"]
    fresh = f"/procedures?limit=200&changed_since={since.replace('+', '%2B')}"
    with visiting(zhungeer):  # one transaction holds all of a test, so what is there counts as new
        ProcedureRow.objects.update(written_at=timezone.now() - timedelta(days=1))
    assert told(caller, first, move="receive").status_code == 201
    numbers = [row["number"] for row in caller.get(fresh).json()["items"]]
    assert first.number in numbers
    with visiting(zhungeer):
        assert len(numbers) < Procedure.objects.count()


def test_the_filters_say_what_they_cannot_read(
    zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL)
    for query, place in (
        ("limit=0", "limit"), ("limit=x", "limit"), ("after=abc", "after"),
        ("changed_since=2026-03-01", "changed_since"), ("changed_since=2026-03-01T00:00:00", "changed_since"),
        ("lamp=purple", "lamp"), ("state=完", "state"), ("year=99999", "year"),
    ):  # fmt: skip
        answer = caller.get(f"/procedures?{query}")
        assert answer.status_code == 422, query
        fault = answer.json()["faults"][0]
        assert fault["place"] == place
        assert any("\u4e00" <= c <= "\u9fff" for c in fault["cure"]), fault
    assert "没有“yaer”这个参数" in caller.get("/procedures?yaer=2026").json()["detail"]


def test_what_has_not_changed_is_not_sent_again(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL)
    for path in ("/projects", f"/procedures/{first.number}", f"/procedures/{first.number}/events"):
        etag = caller.get(path)["ETag"]
        assert caller.get(path, **{"If-None-Match": etag}).status_code == 304
    told(caller, first, move="receive")
    for path in (f"/procedures/{first.number}", f"/procedures/{first.number}/events"):
        assert caller.get(path, **{"If-None-Match": etag}).status_code == 200


def test_a_list_costs_the_same_with_one_row_and_with_many(
    ledgers: None, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL)
    costs = []
    for limit in (1, 100):
        caller.get(f"/procedures?limit={limit}")
        with CaptureQueriesContext(connection) as queries:
            caller.get(f"/procedures?limit={limit}")
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 9


def test_the_figures_are_the_ledgers(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL)
    told(caller, first, move="receive")
    said = caller.get(f"/procedures/{first.number}").json()
    with visiting(zhungeer):
        own = Procedure.objects.get(number=first.number)
    assert said["state"] == own.state == "received"
    assert said["planned_due_on"] == str(own.planned_due_on)
    assert said["version"] == own.version
    assert "accept" in said["moves"]
    page = caller.get(f"/procedures/{first.number}/dates").json()
    assert page["dates"]["planned"]["on"] == str(own.planned_due_on)


# Writing --------------------------------------------------------------------------------------------


def test_a_step_is_written_once_and_by_the_systems_name(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL, department="zrzy")
    answer = told(caller, first, move="receive")
    assert answer.status_code == 201
    assert answer.json()["state"] == "received"
    with visiting(zhungeer):
        line = ClockEntry.objects.get()
        assert (line.kind, line.by_name, line.by_id) == ("receive", "系统1", None)
        entry = TrailEntry.objects.get(action="procedures.receive")
        assert (entry.actor_name, entry.actor_role) == ("系统1", "外部系统")


def test_a_retry_gets_the_same_answer_and_nothing_happens_twice(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL)
    match = caller.get(f"/procedures/{first.number}")["ETag"]
    before = told(caller, first, "try-0001", match, move="receive")
    again = told(caller, first, "try-0001", match, move="receive")
    assert (before.status_code, again.status_code) == (201, 200)
    assert before.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    with visiting(zhungeer):
        assert ClockEntry.objects.count() == 1


def test_the_same_key_for_something_else_is_refused(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL)
    match = caller.get(f"/procedures/{first.number}")["ETag"]
    told(caller, first, "try-0001", match, move="receive")
    other = told(caller, first, "try-0001", match, move="receive", text="别的说明")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    neighbour = system(zhungeer, *ALL)  # another system's keys are its own
    assert told(neighbour, first, "try-0001", move="withdraw", text="撤回").status_code == 201


def test_what_was_refused_has_not_happened_and_the_key_is_free(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL)
    refused = told(caller, first, "try-0001", move="accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "refused")
    assert "现在可办" in refused.json()["detail"]
    with visiting(zhungeer):
        assert not Answer.objects.exists()
        assert TrailEntry.objects.filter(outcome="refused", actor_role="外部系统").exists()
    assert told(caller, first, "try-0001", move="receive").status_code == 201


def test_somebody_wrote_in_between(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL)
    match = caller.get(f"/procedures/{first.number}")["ETag"]
    told(caller, first, move="receive")
    late = told(caller, first, match=match, move="accept", document="1号")
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    none = caller.post(
        f"/procedures/{first.number}/events",
        {"move": "accept", "on": "2026-03-02"},
        Idempotency_Key=str(uuid4()),
    )
    assert none.status_code == 428


def test_a_departments_system_moves_its_own_alone(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    stranger = system(zhungeer, *ALL, department="lcj")
    answer = told(stranger, first, move="receive")
    assert answer.status_code == 409
    assert "不是您所在单位的办件" in answer.json()["detail"]


def test_a_notice_asks_for_what_the_list_names(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL)
    told(caller, first, move="receive")
    answer = told(caller, first, move="notify", document="1号", text="补", items=["家谱"])
    assert answer.status_code == 409
    assert "不在这个事项的材料清单里" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "move"),
        ({"move": "fly"}, "move"),
        ({"move": "receive", "on": 1}, "on"),
        ({"move": "receive", "on": "2026-02-30"}, "on"),
        ({"move": "receive", "on": "1970-01-01"}, "on"),
        ({"move": "receive", "days": -1}, "days"),
        ({"move": "receive", "text": "\u0000"}, "text"),
        ({"move": "receive", "text": "长" * 501}, "text"),
        ({"move": "receive", "document": ["1"]}, "document"),
        ({"move": "receive", "extra": "1"}, "extra"),
        ({"move": "receive", "at": "09:30:00+08:00"}, "at"),
        ({"move": "receive", "at": "09:30Z"}, "at"),
        ({"move": "receive", "at": 60}, "at"),
    ],
)
def test_what_can_not_be_read_is_named_with_its_cure(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any], body: Any, place: str
) -> None:
    answer = told(system(zhungeer, *ALL), first, **body)
    assert answer.status_code == 422
    fault = answer.json()["faults"][0]
    assert fault["place"].endswith(place)
    assert any("\u4e00" <= c <= "\u9fff" for c in fault["cure"]), fault


@pytest.mark.parametrize(
    "after", [r'["\ud800", "x"]', r'["x", "\udfff"]', '{"a": 1, "b": 2}', '["x"]', "[" * 5000]
)
def test_a_cursor_of_ones_own_is_refused(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any], after: str
) -> None:
    given = base64.urlsafe_b64encode(after.encode()).decode()
    answer = system(zhungeer, *ALL).get(f"/procedures?after={given}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_what_is_not_there_and_what_is_too_large_is_said_in_the_same_shape(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any], settings: Any
) -> None:
    caller = system(zhungeer, *ALL)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 9_000
    assert caller.get("/nowhere").json()["code"] == "not_found"
    large = caller.post(
        f"/procedures/{first.number}/events",
        b" " * 9_001,
        Idempotency_Key="try-0001",
        If_Match='"1"',
    )
    assert (large.status_code, large.json()["code"]) == (413, "too_large")


def test_who_comes_second_in_the_same_moment_is_told_so_as_well(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = system(zhungeer, *ALL)
    match = caller.get(f"/procedures/{first.number}")["ETag"]
    told(caller, first, move="receive")
    monkeypatch.setattr(writing, "_check", lambda *_: None)  # both had looked before either wrote
    late = told(caller, first, match=match, move="accept", document="1号")
    assert (late.status_code, late.json()["code"]) == (412, "stale")


@pytest.mark.parametrize("text", [b"{", b"[]", b"\xff", b'"x"', b"null", b"{" * 5000])
def test_what_is_no_json_is_said_to_be_none(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any], text: bytes
) -> None:
    caller = system(zhungeer, *ALL)
    answer = caller.post(
        f"/procedures/{first.number}/events", text, Idempotency_Key="try-0001", If_Match='"1"'
    )
    assert answer.status_code in (400, 422), answer.content
    assert answer.json()["code"]


# News -----------------------------------------------------------------------------------------------


def test_who_waits_for_a_decision_is_told_at_once(ledgers: None, zhungeer: Tenant) -> None:
    from workflows.procedures.actions import make_move  # noqa: PLC0415 -- inside the tenant
    from workflows.procedures.models import Edge  # noqa: PLC0415

    on = timezone.localdate()
    with visiting(zhungeer):
        edges = Edge.objects.select_related("before", "after").order_by("pk")
        waiting = set(edges.exclude(strength="soft").values_list("after_id", flat=True))
        edge = next(
            e
            for e in edges.filter(strength="hard")
            if e.before_id not in waiting and e.before.department_code != e.after.department_code
        )
        for name, more in (
            ("receive", {}),
            ("accept", {}),
            ("decide", {"document": "准批〔2026〕1号"}),
        ):
            current = Procedure.objects.get(pk=edge.before_id)
            make_move(
                procedure_number=current.number,
                name=name,
                on=on,
                version=current.version,
                actor=CLERK,
                **more,
            )
        notices = Notice.objects.filter(room="exchange", department_code=edge.after.department_code)
        assert notices.count() == 1
        text = notices.get().text
        assert edge.before.name in text
        assert "准批〔2026〕1号" in text
        assert edge.after.short_name in text


def test_a_subscriber_hears_of_each_step_and_each_change_of_the_list(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    from kernel.outbox.actions import add_receiver  # noqa: PLC0415 -- inside the tenant

    with visiting(zhungeer):
        for name, code in (("自然资源", "zrzy"), ("林草", "lcj")):
            add_receiver(
                name=name,
                channel="webhook",
                address="https://x.example.gov.cn/",
                topics=[topic.name for topic in pushing.TOPICS],
                department_code=code,
                at=timezone.now(),
                actor=CLERK,
            )
    told(system(zhungeer, *ALL), first, move="receive")
    with visiting(zhungeer):
        delivery = Delivery.objects.filter(receiver__name="自然资源").get()
        assert f'"number": "{first.number}"' in delivery.body
        assert set(json.loads(delivery.body)["data"]) == set(pushing.MOVED.fields)


def test_systems_have_names_of_their_own(zhungeer: Tenant, system: Callable[..., Any]) -> None:
    system(zhungeer, *ALL)
    with visiting(zhungeer), pytest.raises(actions.ExchangeRefused, match="已经用过"):
        actions.add_system(
            name="系统1",
            scopes=[],
            contact="某局",
            department_code="",
            at=timezone.now(),
            actor=CLERK,
        )
    with visiting(zhungeer):
        assert System.objects.count() == 1


def test_a_server_whose_clock_lags_loses_nobody_a_change(
    first: Procedure, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, *ALL)
    since = caller.get("/procedures")["Synced-Until"].replace("+", "%2B")
    with visiting(zhungeer):
        slow = timezone.now() - timedelta(seconds=30)  # by the clock of the server that wrote it
        ProcedureRow.objects.update(written_at=timezone.now() - timedelta(days=1))
        ProcedureRow.objects.filter(number=first.number).update(written_at=slow)
    rows = caller.get(f"/procedures?changed_since={since}").json()["items"]
    assert [row["number"] for row in rows] == [first.number]
