"""The pages: what is shown of a day, what changed, the documents; what a neighbour never finds."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.papers.models import Attachment
from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.mechanism import actions, sample
from workflows.mechanism.models import Holding, Order, Seat, SeatKind, Unit

pytestmark = pytest.mark.django_db
Console = Callable[..., Client]
PAPER = "准联办〔2026〕3号"


@pytest.fixture
def filled(zhungeer: Tenant, on_file: Callable[[str], str]) -> Tenant:
    with visiting(zhungeer):
        sample.fill(on=date(2025, 10, 9))
        on_file(PAPER)
    return zhungeer


@pytest.fixture
def office(filled: Tenant, member: Any, console: Console) -> Client:
    return console(filled, member(filled))


def convener(tenant: Tenant) -> tuple[int, Holding]:
    with visiting(tenant):
        seat = Seat.objects.open().get(kind=SeatKind.CONVENER)
        return seat.pk, seat.holdings.get(until_on=None, voided=False)


@pytest.fixture
def changed(filled: Tenant, actor: Actor) -> int:
    """The convener changed on 2 March and changes again in ten days; the water bureau got another name."""
    number, _ = convener(filled)
    unit_number = 0
    later = timezone.localdate() + timedelta(days=10)
    with visiting(filled):
        for name, on in (("额某（示例）", date(2026, 3, 2)), ("那某（示例）", later)):
            actions.appoint(seat_number=number, name=name, on=on, document=PAPER, actor=actor)
        unit_number = Unit.objects.open().get(department_code="slj").pk
        actions.change_unit(
            unit_number=unit_number,
            name="准格尔旗水务局",
            hosts_office=False,
            on=date(2026, 3, 9),
            document=PAPER,
            actor=actor,
        )
    return unit_number


@pytest.mark.parametrize(
    "path",
    [
        "/mechanism/",
        "/mechanism/seats/",
        "/mechanism/export/",
        "/mechanism/changes/",
        "/mechanism/orders/",
    ],
)
@pytest.mark.parametrize("on", ["", "?on=1900-01-01", "?on=9999-12-31", "?on=yesterday"])
def test_every_page_opens_for_any_day(office: Client, path: str, on: str) -> None:
    assert office.get(path + on).status_code == 200


def test_the_chart_shows_the_day_asked_for(office: Client, filled: Tenant) -> None:
    name = convener(filled)[1].name
    assert name in office.get("/mechanism/").content.decode()
    before = office.get("/mechanism/?on=2025-10-08").content.decode()
    assert name not in before
    assert "这一天还没有组织机构" in before


def test_the_chart_leads_to_the_change_before_and_the_one_after(
    office: Client, changed: int
) -> None:
    later = timezone.localdate() + timedelta(days=10)
    page = office.get("/mechanism/?on=2026-03-05").content.decode()
    assert 'href="?on=2026-03-02" rel="prev"' in page
    assert 'href="?on=2026-03-09" rel="next"' in page
    today = office.get("/mechanism/").content.decode()
    assert "额某（示例）" in today
    assert f'href="?on={later}" rel="next"' in today
    ahead = office.get(f"/mechanism/?on={later}").content.decode()
    assert "那某（示例）" in ahead
    assert "将来状态" in ahead
    assert 'rel="next"' not in ahead


def test_what_changed_since_a_day_is_listed_with_its_document(office: Client, changed: int) -> None:
    page = office.get("/mechanism/changes/?since=2026-03-01&on=2026-03-08").content.decode()
    assert "额某（示例）" in page
    assert PAPER in page
    assert "准格尔旗水务局" not in page
    later = office.get("/mechanism/changes/?since=2026-03-08").content.decode()
    assert "准格尔旗水务局" in later
    assert "尚未生效" in later  # the convener who is to come
    none = office.get("/mechanism/changes/?since=2026-03-09&on=2026-03-10").content.decode()
    assert "这段时间没有变更" in none


def test_a_seat_tells_who_holds_it_today_and_who_is_to_come(
    office: Client, filled: Tenant, changed: int
) -> None:
    page = office.get(f"/mechanism/seats/{convener(filled)[0]}/").content.decode()
    assert "<dt>现任</dt><dd>额某（示例）" in page
    assert "尚未到任" in page


def test_a_unit_shows_its_names(office: Client, changed: int) -> None:
    page = office.get(f"/mechanism/units/{changed}/").content.decode()
    assert "准格尔旗水务局" in page
    assert "准格尔旗水利局" in page


def test_a_document_shows_what_rests_on_it_and_takes_its_scan_afterwards(
    office: Client, filled: Tenant, dalate: Tenant, member: Any, console: Console, changed: int
) -> None:
    with visiting(filled):
        number = Order.objects.get(number=PAPER).pk
    path = f"/mechanism/orders/{number}/"
    page = office.get(path).content.decode()
    assert "额某（示例）" in page
    assert "准格尔旗水务局" in page
    assert office.post(f"{path}scan/", {}).status_code == 422
    odd = {"scan": SimpleUploadedFile("通知.pdf", b"not a pdf")}
    assert office.post(f"{path}scan/", odd).status_code == 422
    good = {"scan": SimpleUploadedFile("通知.pdf", b"%PDF-1.7 x")}
    assert office.post(f"{path}scan/", good).status_code == 302
    assert "通知.pdf" in office.get(path).content.decode()
    with visiting(filled):
        token = Attachment.objects.get(key=f"order:{number}").token
        assert TrailEntry.objects.first().action == "mechanism.add_scan"
    leader = console(filled, member(filled, "leader"))
    assert leader.get(f"/papers/{token}/").status_code == 200
    again = {"scan": SimpleUploadedFile("通知.pdf", b"%PDF-1.7 x")}
    assert leader.post(f"{path}scan/", again).status_code == 403
    neighbour = console(dalate, member(dalate))
    assert neighbour.get(path).status_code == 404
    assert neighbour.post(f"{path}scan/", again).status_code == 404
    assert neighbour.get(f"/papers/{token}/").status_code == 404


def test_a_document_is_filed_once_with_its_scan(office: Client, filled: Tenant) -> None:
    form = {"number": "准政办发〔2026〕9号", "title": "任免通知", "dated_on": "2026-03-02"}
    assert office.post("/mechanism/orders/file/", form).status_code == 422  # without its scan

    def with_scan() -> dict[str, Any]:
        return form | {"scan": SimpleUploadedFile("通知.pdf", b"%PDF-1.7 x")}

    assert office.post("/mechanism/orders/file/", with_scan()).status_code == 302
    again = office.post("/mechanism/orders/file/", with_scan())
    assert again.status_code == 422
    assert "已经登记" in again.content.decode()
    with visiting(filled):
        assert TrailEntry.objects.first().outcome == "refused"


@pytest.mark.parametrize(
    "path",
    [
        "seats/{}/appoint/",
        "seats/{}/change/",
        "seats/{}/end/",
        "units/{}/change/",
        "units/{}/end/",
        "add/unit/",
        "add/seat/",
    ],
)
def test_no_page_changes_the_organisation_but_an_order(
    office: Client, filled: Tenant, path: str
) -> None:
    number, _ = convener(filled)
    assert office.post(f"/mechanism/{path.format(number)}", {}).status_code == 404


def test_a_department_looks_and_is_not_led_to_changes(
    filled: Tenant, member: Any, console: Console
) -> None:
    browser = console(filled, member(filled, "department", "slj"))
    for path in ("/mechanism/", f"/mechanism/seats/{convener(filled)[0]}/", "/mechanism/orders/"):
        assert "/orders/" not in browser.get(path).content.decode().replace(
            "/mechanism/orders/", ""
        )
    assert browser.post("/mechanism/orders/file/", {}).status_code == 403


def test_the_neighbours_office_finds_nothing_here_and_its_numbers_are_its_own(
    filled: Tenant, dalate: Tenant, member: Any, console: Console
) -> None:
    neighbour = member(dalate)
    number, holding = convener(filled)
    assert console(filled, neighbour).get("/mechanism/").status_code == 404
    own = console(dalate, neighbour)
    assert holding.name not in own.get("/mechanism/").content.decode()
    assert holding.name not in own.get("/mechanism/changes/").content.decode()
    assert holding.name not in own.get(f"/mechanism/seats/{number}/").content.decode()
    with visiting(filled):
        only_here = Seat.objects.create(
            kind=SeatKind.FOLLOW_UP, post="专责", from_on=holding.from_on
        )
    assert own.get(f"/mechanism/seats/{only_here.pk}/").status_code == 404


def test_pages_cost_the_same_for_one_change_and_for_three(
    office: Client, filled: Tenant, actor: Actor
) -> None:
    paths = ("/mechanism/", "/mechanism/seats/", "/mechanism/changes/", "/mechanism/orders/")
    number, _ = convener(filled)
    costs = []
    for day in (2, 3, 4):
        with visiting(filled):
            actions.appoint(
                seat_number=number,
                name=f"第{day}某（示例）",
                on=date(2026, 3, day),
                document=PAPER,
                actor=actor,
            )
        for path in paths:
            office.get(path)
        with CaptureQueriesContext(connection) as queries:
            for path in paths:
                office.get(path)
        costs.append(len(queries))
    assert costs[0] == costs[2] <= 18 * len(paths)


def test_the_export_is_what_is_seen(office: Client) -> None:
    answer = office.get("/mechanism/export/?kind=task_force")
    assert answer["Content-Type"].endswith("sheet")
    assert answer.content[:2] == b"PK"
