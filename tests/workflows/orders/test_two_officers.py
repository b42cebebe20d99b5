"""Two officers at once: one order takes effect, one sheet is kept; the other officer is told."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.refusal import Refused
from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.mechanism.models import Holding, Order, Seat, Unit
from workflows.orders import actions as orders
from workflows.orders.models import Draft
from workflows.taskforce import actions as taskforce
from workflows.taskforce import queries
from workflows.taskforce.models import Attendance

NUMBER = "旗政办发〔2026〕1号"


def officer(n: int) -> Actor:
    return Actor(n, f"某{n}（示例）", "机制办公室")


@pytest.fixture
def committing(own_tenant: Tenant, django_db_blocker: Any) -> Iterator[Tenant]:
    """Real commits, in a tenant that is dropped afterwards."""
    with django_db_blocker.unblock():
        with visiting(own_tenant):
            begun = timezone.localdate() - timedelta(days=90)
            for model in (Unit, Seat):
                model.objects.update(from_on=begun)
            Order.objects.create(
                number=NUMBER,
                title="任免通知（示例）",
                dated_on=begun,
                filed_at=timezone.now(),
                filed_by="某某（示例）",
            )
        yield own_tenant
        connection.set_schema_to_public()


def at_once(tenant: Tenant, act: Callable[[int], object]) -> list[str]:
    """What the officers of two were told who act in the same moment; "" who got through."""
    together = Barrier(2)

    def one(n: int) -> str:
        try:
            with visiting(tenant):
                together.wait(timeout=30)
                act(n)
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(one, range(2)))


def drawn(name: str, on: date) -> Draft:
    when: dict[str, Any] = {"on": on, "at": timezone.now(), "actor": officer(9)}
    basis = Order.objects.get(number=NUMBER)
    draft = orders.draw_up(title=f"任{name}", reason="人员变动", basis=basis, **when)
    seat = Seat.objects.open().get(kind="convener")
    change = {"verb": "appoint", "seat": seat.pk, "name": name, "office_phone": ""}
    return orders.add_change(pk=draft.pk, version=1, change=change, **when)


def test_of_two_orders_previewed_on_one_organisation_one_takes_effect(committing: Tenant) -> None:
    today = timezone.localdate()
    with visiting(committing):
        drafts = [drawn(name, today) for name in ("甲某（示例）", "乙某（示例）")]
        at = timezone.now()
        seen = orders.preview(drafts[0], on=today, at=at, actor=officer(9)).seen

    def issue(n: int) -> object:
        return orders.issue_order(
            pk=drafts[n].pk, version=2, seen=seen, on=today, at=at, actor=officer(n)
        )

    told = at_once(committing, issue)
    assert told[0] == ""
    assert "组织机构已有变动" in told[1]
    with visiting(committing):
        assert Holding.objects.count() == 1
        assert Draft.objects.filter(state=Draft.State.ISSUED).count() == 1


def test_of_two_sheets_of_one_day_one_is_kept(committing: Tenant) -> None:
    today = timezone.localdate()
    on = work_calendar().on_or_before(today)
    with visiting(committing):
        row = taskforce.second(
            department_code="zrzy",
            name="王某（示例）",
            temporary=False,
            purpose="",
            from_on=on - timedelta(days=30),
            planned_until=on + timedelta(days=300),
            document=NUMBER,
            actor=officer(9),
        )
    marks = (("present", ""), ("trip", "赴京"))
    seen = queries.day_digest({})  # both open the sheet of a day without marks

    def take(n: int) -> object:
        return taskforce.take_day(
            on=on,
            marks={row.pk: marks[n]},
            seen=seen,
            today=today,
            at=timezone.now(),
            actor=officer(n),
        )

    told = at_once(committing, take)
    assert told[0] == ""
    assert "已有人登记" in told[1]
    with visiting(committing):
        assert Attendance.objects.count() == 1
