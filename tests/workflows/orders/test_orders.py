"""The office changes the mechanism by a document of its own: numbered, on file, everything in it or nothing."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.refusal import Refused
from kernel.trail import Actor
from tenants.models import Tenant
from workflows.catalogue.models import Department
from workflows.issuing.models import Issued
from workflows.mechanism.models import Holding, Order, Seat, Unit
from workflows.mechanism.queries import organisation
from workflows.orders.actions import (
    OrderRefused,
    Outcome,
    add_change,
    draw_up,
    issue_order,
    preview,
    rewrite,
)
from workflows.orders.changes import words_of
from workflows.orders.models import Draft
from workflows.taskforce.models import Secondment

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")


@pytest.fixture(autouse=True)
def _in_the_banner(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> Iterator[None]:
    with in_tenant(zhungeer):
        Unit.objects.update(from_on=timezone.localdate() - timedelta(days=400))
        Seat.objects.update(from_on=timezone.localdate() - timedelta(days=400))
        yield


def drawn(*changes: dict[str, Any], **head: Any) -> Draft:
    draft = draw_up(
        **{"title": "关于调整成员的通知", "reason": "因工作需要", **head},
        on=timezone.localdate(),
        at=timezone.now(),
        actor=CLERK,
    )
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


def previewed(draft: Draft) -> Outcome:
    return preview(draft, on=timezone.localdate(), at=timezone.now(), actor=CLERK)


def issued(draft: Draft, seen: str = "") -> Draft:
    return issue_order(
        pk=draft.pk,
        version=draft.version,
        seen=seen or previewed(draft).seen,
        on=timezone.localdate(),
        at=timezone.now(),
        actor=CLERK,
    )


def from_outside(number: str = "准政办发〔2026〕9号") -> Order:
    return Order.objects.create(
        number=number,
        title="任免通知（示例）",
        dated_on=timezone.localdate(),
        filed_at=timezone.now(),
        filed_by="某某（示例）",
    )


def convener(name: str = "乌某（示例）") -> dict[str, Any]:
    seat = Seat.objects.open().get(kind="convener")
    return {"verb": "appoint", "seat": seat.pk, "name": name, "office_phone": ""}


def unit(code: str) -> int:
    return Unit.objects.open().get(department_code=code).pk


def leaving(code: str = "qxj") -> dict[str, Any]:
    return {"verb": "end_unit", "unit": unit(code)}


def seconding(name: str = "王某（示例）", **changed: Any) -> dict[str, Any]:
    until = timezone.localdate() + timedelta(days=300)
    facts = {
        "verb": "second",
        "department_code": "zrzy",
        "name": name,
        "temporary": False,
        "purpose": "",
        "planned_until": until.isoformat(),
    }
    return facts | changed


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


def test_a_preview_shows_before_and_after_and_keeps_nothing() -> None:
    outcome = previewed(drawn(leaving(), convener()))
    assert any("气象" in sentence for sentence in outcome.lacks)
    assert outcome.empty
    told = {one.about: (one.before, one.after) for one in outcome.differences}
    assert told["准格尔旗气象局"] == ("成员单位", "不再是成员单位")
    assert told["总召集人"] == ("空缺", "乌某（示例）")
    assert Unit.objects.open().filter(department_code="qxj").exists()
    assert not Issued.objects.exists()
    assert not Order.objects.exists()


def test_one_order_renames_moves_the_office_changes_a_post_and_seconds() -> None:
    seat = Seat.objects.open().get(kind="liaison", department_code="slj")
    draft = issued(
        drawn(
            {"verb": "rename_unit", "unit": unit("slj"), "name": "准格尔旗水务局"},
            {"verb": "move_office", "unit": unit("zwfw")},
            {"verb": "change_seat", "seat": seat.pk, "post": "审批科负责人"},
            seconding(),
        )
    )
    now = organisation(timezone.localdate())
    assert now.host
    assert now.host.department_code == "zwfw"
    assert "准格尔旗水务局" in {unit.name for unit in now.units}
    posts = {place.seat.department_code: place.seat.post for place in now.liaisons}
    assert posts["slj"] == "审批科负责人"
    holders = {place.seat.department_code: place.holder for place in now.task_force}
    assert holders["zrzy"] == Secondment.objects.get().name == "王某（示例）"
    assert draft.issued
    text = "\n".join(draft.issued.as_paper.lines())
    assert "准格尔旗水利局更名为准格尔旗水务局。" in text
    # What the document said stays, whatever the units are called afterwards.
    assert words_of(draft.changes[0]) in text
    assert draft.issued.as_paper.seal_note.startswith("（准格尔旗发展和改革委员会代章")


def test_an_order_recalls_whom_it_seconded() -> None:
    today = timezone.localdate()
    issued(drawn(seconding(), effective_on=today - timedelta(days=30)))
    row = Secondment.objects.get()
    issued(drawn({"verb": "recall", "secondment": row.pk, "why": "调离"}))
    row.refresh_from_db()
    assert (row.ended_on, row.ended_why) == (today - timedelta(days=1), "调离")
    assert row.end_document == Order.objects.latest("pk").number
    by_code = {p.seat.department_code: p.holder for p in organisation(today).task_force}
    assert by_code["zrzy"] == ""


def test_the_task_force_is_seconded_and_never_appointed_past_its_list() -> None:
    seat = Seat.objects.open().get(kind="task_force", department_code="zrzy")
    with pytest.raises(Refused, match="选派和召回"):
        drawn({"verb": "appoint", "seat": seat.pk, "name": "某某", "office_phone": ""})
    # A unit that leaves takes the seat, not the list: the preview says so.
    issued(drawn(seconding(), effective_on=timezone.localdate() - timedelta(days=30)))
    outcome = previewed(drawn(leaving("zrzy")))
    assert outcome.apart == ["准格尔旗自然资源局：机构图上是空缺，选派登记的是王某（示例）"]


@pytest.mark.parametrize("days", [-40, 40])
def test_the_day_of_effect_may_be_another_than_the_day_of_issue(days: int) -> None:
    today = timezone.localdate()
    day = today + timedelta(days=days)
    draft = issued(drawn(convener(), effective_on=day))
    assert organisation(day - timedelta(days=1)).conveners[0].holder == ""
    assert organisation(day).conveners[0].holder == "乌某（示例）"
    assert Order.objects.get().dated_on == today
    assert draft.issued
    told = f"以上调整自{day.year}年{day.month}月{day.day}日起施行。"
    assert told in list(draft.issued.as_paper.lines())


@pytest.mark.parametrize("days", [-367, 184])
def test_a_day_of_effect_without_reason_is_refused(days: int) -> None:
    with pytest.raises(OrderRefused, match="请核对日期"):
        drawn(effective_on=timezone.localdate() + timedelta(days=days))


def test_an_order_on_an_outside_document_issues_nothing_and_rests_on_that() -> None:
    basis = from_outside()
    draft = issued(drawn(convener(), basis=basis))
    assert draft.state_words == "已生效"
    assert Holding.objects.get().document == basis.number
    assert not Issued.objects.exists()
    own = issued(drawn(leaving()))
    with pytest.raises(OrderRefused, match="自己印发的"):
        drawn(basis=Order.objects.get(number=own.number))


def test_what_was_changed_after_the_preview_is_seen_before_it_is_issued() -> None:
    draft = drawn(convener())
    seen = previewed(draft).seen
    issued(drawn(leaving()))
    with pytest.raises(OrderRefused, match="已有变动"):
        issued(draft, seen)
    assert Issued.objects.count() == 1
    issued(draft)


def test_an_order_that_leaves_the_office_nowhere_is_refused() -> None:
    Unit.objects.update(hosts_office=False)
    with pytest.raises(OrderRefused, match="没有设在任何单位"):
        drawn(convener())
    issued(drawn({"verb": "move_office", "unit": unit("zwfw")}, convener()))
    host = organisation(timezone.localdate()).host
    assert host
    assert host.department_code == "zwfw"


def test_a_draft_gets_another_head_and_a_stale_page_is_refused() -> None:
    draft = drawn(convener())
    today = timezone.localdate()
    facts = {
        "pk": draft.pk,
        "title": "另一个标题",
        "reason": "人员变动",
        "on": today,
        "actor": CLERK,
    }
    rewrite(version=draft.version, effective_on=today + timedelta(days=3), **facts)
    with pytest.raises(OrderRefused, match="已有人修改"):
        rewrite(version=draft.version, effective_on=None, **facts)
    draft.refresh_from_db()
    assert (draft.title, draft.effective_on) == ("另一个标题", today + timedelta(days=3))


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


def test_an_order_is_read_by_every_unit_it_is_addressed_to() -> None:
    units = set(Unit.objects.open().values_list("department_code", flat=True))
    joining = next(c for c in Department.objects.values_list("code", flat=True) if c not in units)
    change = {
        "verb": "add_unit",
        "department_code": joining,
        "name": "某局",
        "in_task_force": False,
    }
    issued(drawn(leaving(), change))
    assert set(Issued.objects.get().department_codes) == units | {joining}


def test_an_order_is_issued_once_and_an_empty_one_never() -> None:
    draft = drawn(convener())
    stale = Draft.objects.get(pk=draft.pk)
    issued(draft)
    with pytest.raises(OrderRefused, match="已印发"):
        issued(stale, "what it was")
    with pytest.raises(OrderRefused, match="还没有调整内容"):
        issued(drawn())
    assert Issued.objects.count() == 1


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
    mobile = told | {"version": 2, "office_phone": "13800000000"}
    assert "手机号码" in office.post(f"{path}add/appoint/", mobile).content.decode()
    page = office.get(path).content.decode()
    assert "乌某（示例）任" in page
    assert "前后对照" in page
    neighbour = console(dalate, member(dalate, "office"))
    for end in ("", "head/", "add/appoint/", "issue/", "drop/"):
        ask = neighbour.post if end else neighbour.get
        assert ask(f"{path}{end}", told).status_code == 404
    leader = console(zhungeer, member(zhungeer, "leader"))
    assert leader.get(path).status_code == 403
    tomorrow = timezone.localdate() + timedelta(days=1)
    head = {"version": 2, "title": "关于调整成员的通知", "reason": "因工作需要"}
    far = office.post(f"{path}head/", head | {"effective_on": "9999-12-31"})
    assert far.status_code == 422
    assert "请核对年份" in far.content.decode()
    office.post(f"{path}head/", head | {"effective_on": tomorrow.isoformat()})
    page = office.get(path).content.decode()
    assert "将来生效" in page
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    office.post(f"{path}issue/", {"version": 3})  # without what was seen
    assert not Issued.objects.exists()
    for _ in range(2):
        office.post(f"{path}issue/", {"version": 3, "seen": seen[1]})
    assert Issued.objects.count() == 1
    assert "发文登记" in office.get("/mechanism/orders/").content.decode()
    order = Order.objects.get()
    assert f"/mechanism/orders/{order.pk}/" in office.get(path).content.decode()


def test_what_a_unit_lacks_is_told_sentence_by_sentence(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    draft = drawn(leaving("qxj"), leaving("slj"))
    office = console(zhungeer, member(zhungeer, "office"))
    page = office.get(f"/orders/{draft.pk}/").content.decode()
    assert "<li>缺成员单位：水利局</li><li>缺成员单位：气象局</li>" in page


def test_the_list_offers_outside_documents_and_costs_the_same(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    issued(drawn(convener()))
    basis = from_outside()
    costs = []
    for _ in range(3):
        form = {"title": "任免", "reason": "人员变动", "basis": basis.pk}
        assert office.post("/orders/", form).status_code == 302
        office.get("/orders/")
        with CaptureQueriesContext(connection) as queries:
            page = office.get("/orders/").content.decode()
        costs.append(len(queries))
    assert costs[0] == costs[2]
    assert basis.number in page
    own = Order.objects.exclude(issued_id=None).get()
    refused = office.post("/orders/", {"title": "任免", "reason": "变动", "basis": own.pk})
    assert refused.status_code == 422
