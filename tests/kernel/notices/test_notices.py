"""Notices reach whom they are for, once, are seen one by one, and are forgotten when old."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.notices.actions import forget, see
from kernel.notices.models import Notice, Seen
from kernel.notices.telling import Message, tell
from tenants.models import Tenant

pytestmark = pytest.mark.django_db


def say(key: str = "1", **audience: Any) -> None:
    message = Message(
        key=key, room="assignments", text=f"第{key}件事", url="/assignments/", **audience
    )
    tell([message], at=timezone.now())


def test_told_twice_with_one_key_it_is_there_once(
    zhungeer: Tenant, in_tenant: Callable[..., Any]
) -> None:
    with in_tenant(zhungeer):
        say(role="office")
        say(role="office")
        assert Notice.objects.count() == 1


def test_each_sees_what_is_meant_for_them_alone(
    zhungeer: Tenant,
    dalate: Tenant,
    in_tenant: Callable[..., Any],
    member: Callable[..., Any],
    console: Callable[..., Any],
) -> None:
    people = {
        "office": member(zhungeer, "office"),
        "zrzy": member(zhungeer, "department", "zrzy"),
        "slj": member(zhungeer, "department", "slj"),
        "leader": member(zhungeer, "leader"),
    }
    with in_tenant(zhungeer):
        say("全体")
        say("办公室", role="office")
        say("自然资源", department_code="zrzy")
        say("某一人", user_id=people["leader"].pk)
    seen = {
        name: {
            key
            for key in ("全体", "办公室", "自然资源", "某一人")
            if f"第{key}件事" in console(zhungeer, person).get("/notices/").content.decode()
        }
        for name, person in people.items()
    }
    assert seen == {
        "office": {"全体", "办公室"},
        "zrzy": {"全体", "自然资源"},
        "slj": {"全体"},
        "leader": {"全体", "某一人"},
    }
    neighbour = console(dalate, member(dalate, "office"))
    assert "件事" not in neighbour.get("/notices/").content.decode()


def test_opening_a_notice_sees_it_and_goes_where_it_leads(
    zhungeer: Tenant,
    in_tenant: Callable[..., Any],
    member: Callable[..., Any],
    console: Callable[..., Any],
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    land = console(zhungeer, member(zhungeer, "department", "zrzy"))
    with in_tenant(zhungeer):
        say(role="office")
        notice = Notice.objects.get()
    assert land.post(f"/notices/{notice.pk}/open/").status_code == 404
    assert "未知悉 1 条" in office.get("/notices/").content.decode()
    assert office.post(f"/notices/{notice.pk}/open/")["Location"] == "/assignments/"
    assert "未知悉 0 条" in office.get("/notices/").content.decode()
    assert office.get("/notices/?seen=no").content.decode().count("第1件事") == 0


def test_all_are_seen_at_once_and_nobody_elses(
    zhungeer: Tenant,
    in_tenant: Callable[..., Any],
    member: Callable[..., Any],
    console: Callable[..., Any],
) -> None:
    one, other = (console(zhungeer, member(zhungeer, "office")) for _ in range(2))
    with in_tenant(zhungeer):
        for n in range(3):
            say(str(n), role="office")
    assert "3 条通知已知悉" in one.post("/notices/see-all/", follow=True).content.decode()
    assert "未知悉 3 条" in other.get("/notices/").content.decode()


def test_a_notice_that_leads_out_of_the_house_is_not_followed(
    zhungeer: Tenant,
    in_tenant: Callable[..., Any],
    member: Callable[..., Any],
    console: Callable[..., Any],
) -> None:
    with in_tenant(zhungeer):
        tell(
            [Message(key="x", room="assignments", text="外", url="https://elsewhere.example/")],
            at=timezone.now(),
        )
        notice = Notice.objects.get()
    office = console(zhungeer, member(zhungeer, "office"))
    assert office.post(f"/notices/{notice.pk}/open/")["Location"] == "/notices/"


def test_what_is_old_and_seen_is_forgotten_and_nothing_else(
    zhungeer: Tenant, in_tenant: Callable[..., Any]
) -> None:
    with in_tenant(zhungeer):
        long_ago = timezone.now() - timedelta(days=400)
        for key in ("old-seen", "old-unseen", "new-seen"):
            say(key)
        Notice.objects.filter(key__startswith="old").update(at=long_ago)
        for notice in Notice.objects.exclude(key="old-unseen"):
            see([notice.pk], user_id=1, at=timezone.now())
        assert forget(at=timezone.now()) == 1
        assert set(Notice.objects.values_list("key", flat=True)) == {"old-unseen", "new-seen"}
        assert Seen.objects.count() == 1


def test_the_bar_of_every_page_counts_what_was_not_seen_up_to_a_hundred(
    zhungeer: Tenant,
    in_tenant: Callable[..., Any],
    member: Callable[..., Any],
    console: Callable[..., Any],
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    land = console(zhungeer, member(zhungeer, "department", "zrzy"))
    bar = "未知悉</span>{}</span></a>"
    assert "bar-count" not in office.get("/projects/").content.decode()
    with in_tenant(zhungeer):
        for n in range(3):
            say(str(n), role="office")
    assert bar.format(3) in office.get("/projects/").content.decode()
    assert "bar-count" not in land.get("/projects/").content.decode()
    with in_tenant(zhungeer):
        for n in range(3, 105):
            say(str(n), role="office")
    assert bar.format("99+") in office.get("/projects/").content.decode()


def test_the_count_costs_one_query_a_page(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    with CaptureQueriesContext(connection) as asked:
        office.get("/projects/")
    assert sum("notices_seen" in query["sql"] for query in asked.captured_queries) == 1


def test_a_notice_is_seen_without_leaving_the_list(
    zhungeer: Tenant,
    in_tenant: Callable[..., Any],
    member: Callable[..., Any],
    console: Callable[..., Any],
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    land = console(zhungeer, member(zhungeer, "department", "zrzy"))
    with in_tenant(zhungeer):
        say(role="office")
        notice = Notice.objects.get()
    path = f"/notices/{notice.pk}/see/"
    assert land.post(path).status_code == 404
    answer = office.post(path, {"back": "room=assignments"})
    assert answer["Location"] == "/notices/?room=assignments"
    assert "未知悉 0 条" in office.get("/notices/").content.decode()


def test_a_member_is_told_nothing_from_before_their_post_began(
    zhungeer: Tenant,
    in_tenant: Callable[..., Any],
    member: Callable[..., Any],
    console: Callable[..., Any],
) -> None:
    person = member(zhungeer, "office")
    today = timezone.localdate()
    person.memberships.update(from_on=today)
    midnight = timezone.make_aware(datetime.combine(today, time.min))
    with in_tenant(zhungeer):
        for key, at in (("之前", midnight - timedelta(minutes=1)), ("当天", midnight)):
            say(key, role="office")
            Notice.objects.filter(key=key).update(at=at)
    page = console(zhungeer, person).get("/notices/").content.decode()
    assert "第当天件事" in page
    assert "第之前件事" not in page
