"""The trail's page: what it shows, hides from the neighbour, exports and proves."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.db.utils import ProgrammingError
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kernel.trail import Actor, record, record_refusal
from kernel.trail.models import TrailEntry
from kernel.trail.queries import events, of, room_of, since
from kernel.trail.writing import digest_of, first_broken_line
from tenants.models import Tenant

In = Callable[[Tenant], AbstractContextManager[Tenant]]
OFFICER = Actor(1, "娜仁（示例）", "机制办公室")


def write(count: int, subject: str = "ZGE-2026-017") -> None:
    for n in range(count):
        record(
            actor=OFFICER, action="projects.confirm", subject=subject, summary=f"确认第{n}个项目"
        )


@pytest.fixture
def office(zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(zhungeer, member(zhungeer, "office"))


def page(office: Client, **query: str) -> str:
    return office.get("/trail/", query).content.decode()


def test_a_line_shows_who_what_and_when(zhungeer: Tenant, office: Client, in_tenant: In) -> None:
    with in_tenant(zhungeer):
        write(1)
    html = page(office)
    assert "确认第0个项目" in html
    assert "娜仁（示例）" in html
    assert "ZGE-2026-017" in html
    assert "项目清单" in html


def test_the_neighbours_lines_are_not_there(dalate: Tenant, office: Client, in_tenant: In) -> None:
    with in_tenant(dalate):
        write(1, subject="DLT-2026-001")
    assert "DLT-2026-001" not in page(office)


def test_the_list_narrows(zhungeer: Tenant, office: Client, in_tenant: In) -> None:
    with in_tenant(zhungeer):
        write(1)
        record_refusal(
            actor=Actor(2, "王某"), action="filings.send", subject="F-1", summary="缺召集人"
        )
    assert "缺召集人" in page(office, outcome="refused")
    assert "确认第0个项目" not in page(office, outcome="refused")
    assert "缺召集人" not in page(office, room="projects")
    assert "缺召集人" in page(office, person="王")
    assert "缺召集人" not in page(office, subject="ZGE")
    assert "缺召集人" not in page(office, until_on="2020-01-01")
    assert "没有符合条件的记录" in page(office, from_on="2999-01-01")
    assert "缺召集人" in page(office, from_on="not a day")


@pytest.mark.parametrize("count", [1, 3, 60])
def test_the_page_asks_the_same_number_of_questions(
    zhungeer: Tenant, office: Client, in_tenant: In, count: int
) -> None:
    with in_tenant(zhungeer):
        write(count)
    page(office)
    with CaptureQueriesContext(connection) as asked:
        page(office)
    listing = [q for q in asked if "trail_trailentry" in q["sql"]]
    assert len(listing) == 2


def test_the_export_holds_exactly_what_is_seen(
    zhungeer: Tenant, office: Client, in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        write(3)
        write(1, subject="other")
    answer = office.get("/trail/", {"subject": "ZGE", "export": "1"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    texts = [row[6].value for row in sheet.iter_rows(min_row=4)]
    assert texts == ["确认第2个项目", "确认第1个项目", "确认第0个项目"]


def test_the_chain_is_proved_on_demand(zhungeer: Tenant, office: Client, in_tenant: In) -> None:
    with in_tenant(zhungeer):
        write(3)
        count = TrailEntry.objects.count()
    assert f"链条完整：共核验 {count} 行" in page(office, verify="1")


def test_a_line_that_does_not_fit_the_chain_is_named(
    zhungeer: Tenant, office: Client, in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        write(2)
        last = TrailEntry.objects.order_by("-number").first()
        assert last
        forged = TrailEntry(
            number=last.number + 1, at=last.at, actor_name="某", action="x", subject="x", summary="x",
            outcome="done", previous_digest="0" * 64,
        )  # fmt: skip
        forged.digest = digest_of(forged)
        forged.save(force_insert=True)
        assert first_broken_line() == forged.number
    assert f"链条在第 {forged.number} 行断开" in page(office, verify="1")


@pytest.mark.parametrize(
    "statement", ["UPDATE trail_trailentry SET summary = 'x'", "DELETE FROM trail_trailentry"]
)
def test_the_database_lets_nobody_change_a_line(
    zhungeer: Tenant, in_tenant: In, statement: str
) -> None:
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with in_tenant(zhungeer), connection.cursor() as cursor, refused:
        cursor.execute(statement)


def test_other_pages_draw_a_subjects_history(zhungeer: Tenant, in_tenant: In) -> None:
    with in_tenant(zhungeer):
        write(2)
        record_refusal(
            actor=OFFICER, action="projects.confirm", subject="ZGE-2026-017", summary="缺投资额"
        )
        record(actor=OFFICER, action="accounts.sign_in", subject="x", summary="登录")
        drawn = events(of("ZGE-2026-017"))
        first = TrailEntry.objects.get(summary="确认第0个项目")
        assert [line.summary for line in since(first.at)] == ["确认第1个项目"]
    assert [(e.what, e.tone) for e in drawn] == [
        ("缺投资额", "red"), ("确认第1个项目", ""), ("确认第0个项目", ""),
    ]  # fmt: skip
    assert drawn[0].who == "娜仁（示例）（机制办公室）"


def test_every_permission_and_room_has_words() -> None:
    assert room_of("filings.send") == "报备"
    assert room_of("members.view") == "人员"
    assert room_of("nonsense") == "其他"
