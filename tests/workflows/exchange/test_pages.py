"""The office puts systems on file and gives keys, which are seen once; the document says what the schema says."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.exchange.lifecycle import Scope
from workflows.exchange.models import Key, System

pytestmark = pytest.mark.django_db
ASKED = {
    "name": "市自然资源局业务系统",
    "department_code": "zrzy",
    "scopes": ["procedures:read"],
    "contact": "市自然资源局 0477-0001234",
}


@pytest.fixture
def office(zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(zhungeer, member(zhungeer, "office"))


def test_a_key_is_seen_once_and_works(office: Client, zhungeer: Tenant) -> None:
    made = office.post("/exchange/systems/new/", ASKED)
    page = office.post(f"{made['Location']}keys/", {"days": 30})
    assert page["Cache-Control"] == "no-store"
    text = next(w for w in page.content.decode().replace("<", " ").replace(">", " ").split() if w.startswith("ls_") and len(w) > 40)  # fmt: skip
    assert text not in office.get(made["Location"]).content.decode()
    caller = Client(HTTP_HOST="zhungeer.localhost", HTTP_AUTHORIZATION=f"Bearer {text}")
    assert caller.get("/api/v1/me").json()["department"] == "zrzy"
    with visiting(zhungeer):
        key = Key.objects.get()
        assert text.rpartition("_")[2] not in key.digest
        assert TrailEntry.objects.filter(action="exchange.give_key").exists()
    office.post(f"/exchange/keys/{key.pk}/revoke/")
    assert caller.get("/api/v1/me").status_code == 401


def test_loading_the_page_of_a_key_again_gives_no_other(office: Client, zhungeer: Tenant) -> None:
    made = office.post("/exchange/systems/new/", ASKED)["Location"]
    form = {"days": "30", "once": "a-token"}
    assert office.post(f"{made}keys/", form).status_code == 200
    again = office.post(f"{made}keys/", form, follow=True)
    assert again.redirect_chain == [(made, 302)]
    assert "没有再办一次" in again.content.decode()
    with visiting(zhungeer):
        assert Key.objects.count() == 1


def test_a_system_that_was_stopped_gets_no_key(office: Client, zhungeer: Tenant) -> None:
    made = office.post("/exchange/systems/new/", ASKED)["Location"]
    office.post(f"{made}switch/", {"active": "0"})
    answer = office.post(f"{made}keys/", {"days": 30}, follow=True)
    assert "已停用，请先恢复" in answer.content.decode()
    office.post(f"{made}switch/", {"active": "1"})
    office.post(f"{made}keys/", {"days": 30})
    with visiting(zhungeer):
        assert Key.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"contact": "张某 13800000000"}, "是手机号码"),
        ({"scopes": []}, "请选择接口权限"),
        ({"name": ""}, "请填写这一项"),
    ],
)
def test_what_is_wrong_with_a_system_is_said(
    office: Client, zhungeer: Tenant, changed: dict[str, Any], said: str
) -> None:
    answer = office.post("/exchange/systems/new/", ASKED | changed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    with visiting(zhungeer):
        assert not System.objects.exists()


def test_a_name_is_used_once_and_scopes_follow_at_once(
    office: Client, zhungeer: Tenant, system: Callable[..., Any]
) -> None:
    caller = system(zhungeer, Scope.TASKS_READ)
    with visiting(zhungeer):
        pk = System.objects.get().pk
    assert (
        "已经用过"
        in office.post("/exchange/systems/new/", ASKED | {"name": "系统1"}).content.decode()
    )
    assert caller.get("/projects").status_code == 403
    office.post(
        f"/exchange/systems/{pk}/edit/", ASKED | {"scopes": ["projects:read"], "name": "系统1"}
    )
    assert caller.get("/projects").status_code == 200


def test_the_document_names_every_address_field_and_topic(office: Client) -> None:
    page = office.get("/exchange/document/").content.decode()
    schema = office.get("/api/v1/openapi.json").json()
    for path in schema["paths"]:
        assert path in page
    for words in ("Idempotency-Key", "If-Match", "statutory_due_on", "procedure.moved", "notice.told", "一次性告知要求补正的材料"):  # fmt: skip
        assert words in page


def test_the_neighbour_finds_no_system(
    zhungeer: Tenant,
    dalate: Tenant,
    system: Callable[..., Any],
    member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:
    system(zhungeer, Scope.TASKS_READ)
    with visiting(zhungeer):
        found = System.objects.get()
        key = Key.objects.get()
    neighbour = console(dalate, member(dalate, "office"))
    assert found.name not in neighbour.get("/exchange/").content.decode()
    assert neighbour.get(f"/exchange/systems/{found.pk}/").status_code == 404
    assert neighbour.post(f"/exchange/systems/{found.pk}/keys/", {"days": 3}).status_code == 404
    assert neighbour.post(f"/exchange/keys/{key.pk}/revoke/").status_code == 404
