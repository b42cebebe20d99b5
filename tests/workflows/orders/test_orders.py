"""The office changes the mechanism by a document of its own: numbered, on file, everything in it or nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from kernel.papers.models import Attachment
from kernel.refusal import Refused
from kernel.trail import Actor
from tenants.models import Tenant
from workflows.issuing.models import Issued
from workflows.mechanism.models import Holding, Order, Seat, Unit
from workflows.mechanism.queries import organisation
from workflows.orders.actions import OrderRefused, add_change, draw_up, issue_order, preview
from workflows.orders.models import Draft

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")


@pytest.fixture(autouse=True)
def _in_the_banner(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> Iterator[None]:
    with in_tenant(zhungeer):
        Unit.objects.update(from_on=timezone.localdate() - timedelta(days=90))
        Seat.objects.update(from_on=timezone.localdate() - timedelta(days=90))
        yield


def drawn(*changes: dict[str, Any]) -> Draft:
    draft = draw_up(title="关于调整成员的通知", reason="因工作需要", at=timezone.now(), actor=CLERK)
    for change in changes:
        draft = add_change(
            pk=draft.pk,
            version=draft.version,
            change=change,
            on=timezone.localdate(),
            at=timezone.now(),
            actor=CLERK,
        )
    return draft


def issued(draft: Draft) -> Draft:
    return issue_order(
        pk=draft.pk,
        version=draft.version,
        on=timezone.localdate(),
        at=timezone.now(),
        actor=CLERK,
    )


def convener(name: str = "乌某（示例）") -> dict[str, Any]:
    seat = Seat.objects.open().get(kind="convener")
    return {"verb": "appoint", "seat": seat.pk, "name": name, "office_phone": ""}


def leaving(code: str = "qxj") -> dict[str, Any]:
    return {"verb": "end_unit", "unit": Unit.objects.open().get(department_code=code).pk}


def test_one_document_makes_several_changes_from_its_day() -> None:
    draft = issued(drawn(convener(), leaving()))
    assert draft.issued
    assert draft.issued.number == f"准格尔联审办发〔{timezone.localdate().year}〕1号"
    today = timezone.localdate()
    assert organisation(today).conveners[0].holder == "乌某（示例）"
    assert "qxj" not in {unit.department_code for unit in organisation(today).units}
    before = organisation(today - timedelta(days=1))
    assert "qxj" in {unit.department_code for unit in before.units}
    assert before.conveners[0].holder == ""
    assert Holding.objects.get().document == draft.issued.number
    order = Order.objects.get()
    assert (order.number, order.issued_id) == (draft.issued.number, draft.issued.pk)
    lines = list(draft.issued.as_paper.lines())
    assert any("乌某（示例）任" in line for line in lines)
    assert any("不再作为成员单位" in line for line in lines)


def test_a_preview_shows_what_would_be_lacking_and_keeps_nothing() -> None:
    draft = drawn(leaving())
    lacks, empty = preview(draft, on=timezone.localdate(), at=timezone.now(), actor=CLERK)
    assert any("气象" in sentence for sentence in lacks)
    assert empty
    assert Unit.objects.open().filter(department_code="qxj").exists()
    assert not Issued.objects.exists()


def test_what_the_mechanism_cannot_take_is_refused_as_it_is_added() -> None:
    with pytest.raises(Refused, match="办公室设在"):
        drawn(leaving("fgw"))
    with pytest.raises(Refused):
        drawn(leaving(), leaving())
    assert all(draft.changes in ([], [leaving()]) for draft in Draft.objects.all())


def test_when_one_change_fails_nothing_is_issued_and_no_number_is_spent() -> None:
    draft = drawn(convener(), leaving())
    Unit.objects.filter(department_code="qxj").update(until_on=timezone.localdate())
    with pytest.raises(Exception, match=r"."):
        issued(draft)
    assert not Issued.objects.exists()
    assert not Holding.objects.exists()
    assert not Order.objects.exists()


def test_an_order_is_issued_once_and_an_empty_one_never() -> None:
    draft = drawn(convener())
    stale = Draft.objects.get(pk=draft.pk)
    issued(draft)
    with pytest.raises(OrderRefused, match="已印发"):
        issued(stale)
    with pytest.raises(OrderRefused, match="还没有调整内容"):
        issued(drawn())
    assert Issued.objects.count() == 1


def test_on_the_pages_a_change_rests_on_a_document_on_file(
    zhungeer: Tenant, dalate: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    seat = Seat.objects.open().get(kind="convener")
    today = timezone.localdate().isoformat()
    change = {
        "appoint-seen": "0",
        "appoint-name": "乌某（示例）",
        "appoint-on": today,
        "appoint-document": "准政办发〔2025〕9号",
    }
    path = f"/mechanism/seats/{seat.pk}/appoint/"
    refused = office.post(path, change)
    assert refused.status_code == 422
    assert "没有登记" in refused.content.decode()
    scan = SimpleUploadedFile("通知.pdf", b"%PDF-1.7 x")
    form = {"number": "准政办发〔2025〕9号", "title": "关于成立工作机制的通知", "dated_on": today}
    assert office.post("/mechanism/orders/file/", form).status_code == 422  # without its scan
    assert office.post("/mechanism/orders/file/", form | {"scan": scan}).status_code == 302
    again = SimpleUploadedFile("通知.pdf", b"%PDF-1.7 x")
    assert (
        "已经登记"
        in office.post("/mechanism/orders/file/", form | {"scan": again}).content.decode()
    )
    assert office.post(path, change).status_code == 302
    assert Holding.objects.get().name == "乌某（示例）"
    token = Attachment.objects.first().token  # type: ignore[union-attr]
    assert office.get(f"/papers/{token}/").status_code == 200
    neighbour = console(dalate, member(dalate, "office"))
    assert neighbour.get(f"/papers/{token}/").status_code == 404
    leader = console(zhungeer, member(zhungeer, "leader"))
    assert leader.post("/mechanism/orders/file/", form).status_code == 403


def test_by_the_pages_an_order_is_drawn_up_and_issued(
    zhungeer: Tenant, dalate: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    office.post("/orders/", {"title": "关于调整成员的通知", "reason": "因工作需要"})
    draft = Draft.objects.get()
    path = f"/orders/{draft.pk}/"
    seat = Seat.objects.open().get(kind="convener")
    told = {"version": 1, "seat": seat.pk, "name": "乌某（示例）", "office_phone": ""}
    assert office.post(f"{path}add/appoint/", told).status_code == 302
    assert office.post(f"{path}add/appoint/", told).status_code == 422  # a stale page
    assert "乌某（示例）任" in office.get(path).content.decode()
    neighbour = console(dalate, member(dalate, "office"))
    assert neighbour.get(path).status_code == 404
    office.post(f"{path}issue/", {"version": 2})
    office.post(f"{path}issue/", {"version": 2})
    assert Issued.objects.count() == 1
    assert "发文登记" in office.get("/mechanism/orders/").content.decode()
