"""A city of more places than a page holds: the figures stay whole, the places come page by page."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.models import Kind, Tenant
from tenants.rollup.ledgers import ledgers
from tenants.rollup.models import Reconciliation
from workflows.overview import queries

In = Callable[[Tenant], AbstractContextManager[Tenant]]
MORE = 70


@pytest.fixture(autouse=True)
def _day() -> Any:
    with time_machine.travel("2026-01-14T09:20:00+08:00", tick=False):
        yield


@pytest.fixture
def crowd(zhungeer: Tenant) -> list[Tenant]:
    """Parks that are open in the list of tenants; nothing here enters their schemas."""
    return Tenant.objects.bulk_create(
        Tenant(
            schema_name=f"t_park_{n}", slug=f"park-{n}", kind=Kind.PARK, parent=zhungeer,
            name=f"第{n}园区", code=f"15062299{n:03d}", prefix=f"YQ{n}", pinyin=f"{n}",
            ready=True, order=10 + n, opened_at=timezone.now(),
        )
        for n in range(MORE)
    )  # fmt: skip


@pytest.fixture
def office(city: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(city, member(city, "office"))


def test_the_picture_has_all_places_a_page_at_a_time(
    crowd: list[Tenant], city: Tenant, in_tenant: In
) -> None:
    with in_tenant(city):
        first, last = (queries.season(2026, "", date(2026, 1, 14), page) for page in (1, 3))
    assert len(first.lines) == queries.PLACES_A_PAGE
    assert first.lines.paginator.count == MORE + 3
    assert list(last.lines)[-1].tenant == crowd[-1]
    assert first.whole == last.whole


@pytest.mark.parametrize(
    "path",
    [
        "/overview/",
        "/overview/projects/",
        "/overview/procedures/",
        "/overview/tasks/",
        "/overview/reconciliation/",
        "/filings/",
        "/filings/calendar/",
    ],
)
def test_no_page_of_the_city_lists_every_place(
    crowd: list[Tenant], office: Client, path: str
) -> None:
    html = office.get(path).content.decode()
    assert sum(f"第{n}园区" in html for n in range(MORE)) <= 50


def test_a_ledger_is_asked_for_by_name(crowd: list[Tenant], office: Client) -> None:
    asked = office.get("/overview/projects/", {"owner": "园区"}).content.decode()
    assert "名称含“园区”的单位不止一个，请写全称" in asked
    asked = office.get("/overview/projects/", {"owner": "t_park_7"}).content.decode()
    assert 'value="第7园区"' in asked


def test_the_register_asks_for_the_sender_by_name(crowd: list[Tenant], office: Client) -> None:
    asked = office.get("/filings/", {"sender": "第7园区"}).content.decode()
    assert "没有符合条件的报备" in asked
    asked = office.get("/filings/", {"sender": "无此地"}).content.decode()
    assert "没有名称含“无此地”的单位" in asked


def test_what_does_not_add_up_comes_first(
    crowd: list[Tenant], city: Tenant, office: Client, in_tenant: In
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = t_city, public")
        Reconciliation.objects.all().delete()
    with in_tenant(city):
        Reconciliation.objects.bulk_create(
            Reconciliation(
                owner="t_city", owner_name=city.name, ledger=ledger, at=timezone.now(),
                expected=1, found=1, visible_to=["t_city"],
                missing=["P-1"] if ledger == "办件" else [],
            )
            for ledger in (one.name for one in ledgers())
        )  # fmt: skip
    Tenant.objects.filter(pk=city.pk).update(order=900)
    html = office.get("/overview/reconciliation/").content.decode()
    assert "1 本台账对不上" in html
    assert html.index("汇总缺少：P-1") < html.index("还没有对过账")


def test_the_calendar_finds_a_place_and_who_is_late(crowd: list[Tenant], office: Client) -> None:
    Tenant.objects.filter(pk=crowd[-1].pk).update(opened_at="2025-06-01T00:00:00+08:00")
    html = office.get("/filings/calendar/").content.decode()
    assert "第0园区" in html
    assert f"第{MORE - 1}园区" not in html
    found = office.get("/filings/calendar/", {"q": f"第{MORE - 1}"}).content.decode()
    assert f"第{MORE - 1}园区" in found
    assert "第0园区" not in found
    late = office.get("/filings/calendar/", {"late": "1"}).content.decode()
    assert f"第{MORE - 1}园区" in late
    assert "第0园区" not in late
    none = office.get("/filings/calendar/", {"q": "无此地"}).content.decode()
    assert "没有符合条件的单位" in none


def test_a_page_of_places_costs_as_many_queries_as_there_are_kinds_of_figures(
    crowd: list[Tenant], office: Client
) -> None:
    counts = []
    for path in ("/overview/?places=1", "/overview/?places=3"):
        office.get(path)
        with CaptureQueriesContext(connection) as asked:
            office.get(path)
        counts.append(len(asked))
    assert counts[0] == counts[1]
