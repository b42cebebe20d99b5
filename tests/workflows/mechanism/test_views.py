"""The pages: what the office may do, what others see, what a neighbour never finds."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.mechanism import sample
from workflows.mechanism.models import Holding, Order, Seat, SeatKind, Unit

pytestmark = pytest.mark.django_db
Console = Callable[..., Client]
CHANGE = {"appoint-on": "2026-03-02", "appoint-document": "准联办〔2026〕3号"}


@pytest.fixture
def filled(zhungeer: Tenant) -> Tenant:
    with visiting(zhungeer):
        sample.fill(on=date(2025, 10, 9))
        for n in range(1, 10):  # the documents that the changes below rest on
            Order.objects.create(
                number=f"准联办〔2026〕{n}号",
                title="调整通知",
                dated_on=date(2026, 3, 2),
                filed_at=timezone.now(),
                filed_by="某某（示例）",
            )
    return zhungeer


@pytest.fixture
def office(filled: Tenant, member: Any, console: Console) -> Client:
    return console(filled, member(filled))


def convener(tenant: Tenant) -> tuple[int, Holding]:
    with visiting(tenant):
        seat = Seat.objects.open().get(kind=SeatKind.CONVENER)
        return seat.pk, seat.holdings.get(until_on=None, voided=False)


@pytest.mark.parametrize(
    "path", ["/mechanism/", "/mechanism/seats/", "/mechanism/export/", "/mechanism/add/"]
)
def test_the_office_opens_every_page(office: Client, path: str) -> None:
    assert office.get(path).status_code == 200


def test_the_chart_shows_the_day_asked_for(office: Client, filled: Tenant) -> None:
    name = convener(filled)[1].name
    assert name in office.get("/mechanism/").content.decode()
    before = office.get("/mechanism/?on=2025-10-08").content.decode()
    assert name not in before
    assert "这一天还没有组织机构" in before
    assert office.get("/mechanism/?on=yesterday").status_code == 200


def test_a_change_is_registered_on_the_page(office: Client, filled: Tenant) -> None:
    number, before = convener(filled)
    facts = CHANGE | {"appoint-name": "额某（示例）", "appoint-seen": str(before.pk)}
    answer = office.post(f"/mechanism/seats/{number}/appoint/", facts)
    assert answer.status_code == 302
    page = office.get(answer["Location"]).content.decode()
    assert "额某（示例）" in page
    assert before.name in page


def test_a_stale_page_is_refused_with_a_sentence_and_a_line(office: Client, filled: Tenant) -> None:
    number, _ = convener(filled)
    facts = CHANGE | {"appoint-name": "额某（示例）", "appoint-seen": "0"}
    answer = office.post(f"/mechanism/seats/{number}/appoint/", facts)
    assert answer.status_code == 422
    assert "别人已经变更" in answer.content.decode()
    with visiting(filled):
        assert TrailEntry.objects.first().outcome == "refused"


def test_a_mobile_number_comes_back_with_its_reason(office: Client, filled: Tenant) -> None:
    number, before = convener(filled)
    facts = CHANGE | {
        "appoint-name": "额某（示例）",
        "appoint-seen": str(before.pk),
        "appoint-office_phone": "13800000000",
    }
    answer = office.post(f"/mechanism/seats/{number}/appoint/", facts)
    assert "手机号码" in answer.content.decode()
    assert convener(filled)[1].pk == before.pk


def test_a_department_looks_and_does_not_change(
    filled: Tenant, member: Any, console: Console
) -> None:
    browser = console(filled, member(filled, "department", "slj"))
    number, _ = convener(filled)
    page = browser.get(f"/mechanism/seats/{number}/").content.decode()
    assert "appoint-name" not in page
    assert browser.post(f"/mechanism/seats/{number}/appoint/", CHANGE).status_code == 403


def test_the_neighbours_office_finds_nothing_here_and_its_numbers_are_its_own(
    filled: Tenant, dalate: Tenant, member: Any, console: Console
) -> None:
    neighbour = member(dalate)
    number, holding = convener(filled)
    assert console(filled, neighbour).get("/mechanism/").status_code == 404
    own = console(dalate, neighbour)
    assert holding.name not in own.get("/mechanism/").content.decode()
    assert holding.name not in own.get(f"/mechanism/seats/{number}/").content.decode()
    with visiting(filled):
        only_here = Seat.objects.create(
            kind=SeatKind.FOLLOW_UP, post="专责", from_on=holding.from_on
        )
    assert own.get(f"/mechanism/seats/{only_here.pk}/").status_code == 404


def test_pages_cost_the_same_for_one_seat_and_for_many(
    office: Client, filled: Tenant, django_assert_max_num_queries: Any
) -> None:
    for path in ("/mechanism/", "/mechanism/seats/"):
        office.get(path)
        with django_assert_max_num_queries(18):
            office.get(path)


def test_the_export_is_what_is_seen(office: Client) -> None:
    answer = office.get("/mechanism/export/?kind=task_force")
    assert answer["Content-Type"].endswith("sheet")
    assert answer.content[:2] == b"PK"


def test_a_unit_page_changes_its_name(office: Client, filled: Tenant) -> None:
    with visiting(filled):
        unit = Unit.objects.open().get(department_code="slj")
    facts = {
        "unit-name": "准格尔旗水务局",
        "unit-on": "2026-03-02",
        "unit-document": "准联办〔2026〕4号",
        "unit-seen": "1",
    }
    assert office.post(f"/mechanism/units/{unit.pk}/change/", facts).status_code == 302
    page = office.get(f"/mechanism/units/{unit.pk}/").content.decode()
    assert "准格尔旗水务局" in page
    assert "准格尔旗水利局" in page
