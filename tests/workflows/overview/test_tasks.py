"""Tasks of every place: counted once, filtered, exported, compared fairly."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from tenants.models import Tenant
from tenants.rollup.models import TaskRow
from tenants.rollup.queries import task_rows
from tenants.rollup.writing import put
from workflows.overview.queries import kept_by_place

In = Callable[[Tenant], AbstractContextManager[Tenant]]
ON = date(2026, 1, 16)


def rows(count: int, *, start: int = 1, late: int = 0, overdue: int = 0) -> list[TaskRow]:
    """``count`` tasks: ``late`` done late, ``overdue`` not done, the others done in time."""
    return [
        TaskRow(
            number=str(n),
            version=1,
            sheet_number=f"准联审办交〔2026〕{n}号",
            title=f"出具第{n}件意见",
            source_kind="meeting" if n % 2 else "project",
            department_code="zrzy",
            leads=True,
            state="waiting" if n - start >= count - overdue else "written_off",
            handed_over_on=ON - timedelta(days=20),
            first_due_on=ON - timedelta(days=2),
            due_on=ON - timedelta(days=2),
            reported_on=None if n - start >= count - overdue else ON - timedelta(days=1),
            late=n - start < late,
        )
        for n in range(start, start + count)
    ]


@pytest.fixture
def office(
    city: Tenant, zhungeer: Tenant, dalate: Tenant, in_tenant: In,
    member: Callable[..., Any], console: Callable[..., Client],
) -> Client:  # fmt: skip
    """The city's office; one banner with twelve tasks, another with three."""
    for tenant, made in ((zhungeer, rows(12, late=2, overdue=1)), (dalate, rows(3))):
        with in_tenant(tenant), transaction.atomic():
            put(made)
    return console(city, member(city, "office"))


def seen(office: Client, query: str = "") -> str:
    with time_machine.travel("2026-01-16T10:00:00+08:00", tick=False):
        return str(office.get(f"/overview/tasks/{query}").content.decode())


def test_each_place_is_counted_and_a_small_one_is_not_judged(
    office: Client, city: Tenant, in_tenant: In
) -> None:
    with in_tenant(city):
        big, small = sorted(kept_by_place(task_rows(ON), city), key=lambda kept: -kept.given)
    assert (big.name, big.given, big.done, big.late, big.overdue) == ("准格尔旗", 12, 9, 2, 1)
    assert big.share.words == "75.0%"
    assert small.share.words == "少于5件，不评价"
    page = seen(office)
    assert "少于5件，不评价" in page
    for told in ("within=t_zhungeer", "within=t_zhungeer&amp;standing=overdue"):
        assert f'<a href="?{told}">' in page
    assert "准格尔旗及其下辖" in seen(office, f"?{big.asked}")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?standing=overdue", 1),
        ("?standing=open", 1),
        ("?standing=late", 2),
        ("?standing=done", 14),
        ("?owner=t_dalate", 3),
        ("?within=t_zhungeer", 12),
        ("?within=t_zhungeer&standing=late", 2),
        ("?q=第7件", 1),
        ("?source_kind=meeting&owner=t_zhungeer", 6),
        ("?year=2025", 15),
        ("?department_code=slj", 0),
    ],
)
def test_the_filters_show_what_they_say(office: Client, query: str, count: int) -> None:
    page = seen(office, query)
    if count:
        assert f"共 {count} 项" in page or page.count("准联审办交") == count
    else:
        assert "没有符合条件的行" in page


def test_it_is_exported_and_the_banners_do_not_have_the_page(
    office: Client, zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    assert office.get("/overview/tasks/?export=1").content.startswith(b"PK")
    assert console(zhungeer, member(zhungeer, "office")).get("/overview/tasks/").status_code == 403
