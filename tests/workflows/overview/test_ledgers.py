"""A ledger is one declaration: its page, its filters, its order and its workbook follow; so do the days of every place."""

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import transaction
from django.test import Client

from kernel.calendars.queries import work_calendar
from tenants.models import Tenant
from tenants.rollup.days import days_rows
from tenants.rollup.ledgers import Ledger, paged
from tenants.rollup.models import DaysRow, ResolutionRow
from tenants.rollup.writing import put

In = Callable[[Tenant], AbstractContextManager[Tenant]]
ON = date(2026, 1, 16)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day() -> Any:
    with time_machine.travel("2026-01-16T10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def office(city: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(city, member(city, "office"))


def resolution(number: int, **facts: Any) -> ResolutionRow:
    return ResolutionRow(
        **{
            "number": str(number), "version": 1, "demand": f"第{number}项要求", "meeting": "一月会商会",
            "meeting_kind": "consultation", "held_on": ON - timedelta(days=9), "department_code": "zrzy",
            "sheet_number": f"交〔2026〕{number}号", "state": "open", "due_on": ON + timedelta(days=number),
        } | facts
    )  # fmt: skip


def days(number: str, **count: Any) -> DaysRow:
    whole = {
        "from": None, "unit": "calendar", "allowance": 100, "counted": ["government"],
        "begin": "2026-01-01", "done": None,
        "runs": [["government", "2026-01-01", "2026-01-11"], ["owner", "2026-01-11", None]],
    }  # fmt: skip
    return DaysRow(
        number=number, version=1, project_name=f"项目{number}", year=2026, counts=[whole | count]
    )


@pytest.fixture
def filled(zhungeer: Tenant, dalate: Tenant, in_tenant: In) -> None:
    with in_tenant(zhungeer), transaction.atomic():
        put([
            resolution(1), resolution(2, due_on=ON - timedelta(days=1)),
            resolution(3, state="closed", closed_on=ON - timedelta(days=3)),
            resolution(4, department_code="slj", meeting_kind="coordination"),
            days("Z1"), days("Z2", allowance=9), days("Z3", allowance=20),
        ])  # fmt: skip
    with in_tenant(dalate), transaction.atomic():
        put([resolution(5, state="dropped", closed_on=ON, held_on=date(2025, 12, 1))])


def demands(page: str) -> set[str]:
    return set(re.findall(r"第(\d)项要求", page))


@pytest.mark.usefixtures("filled")
class TestResolutions:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", "12345"),
            ("?owner=t_dalate", "5"),
            ("?standing=overdue", "2"),
            ("?standing=open", "124"),
            ("?standing=cancelled", "5"),
            ("?department_code=slj", "4"),
            ("?meeting_kind=coordination", "4"),
            ("?state=closed", "3"),
            ("?year=2025", "5"),
            ("?q=第3项", "3"),
            ("?q=没有这样的", ""),
        ],
    )
    def test_each_filter_shows_what_it_says(self, office: Client, query: str, found: str) -> None:
        page = office.get(f"/overview/resolutions/{query}").content.decode()
        assert demands(page) == set(found)
        assert bool(found) is ("没有符合条件的行" not in page)

    def test_every_head_sorts(self, office: Client) -> None:
        page = office.get("/overview/resolutions/?sort=-due_on").content.decode()
        assert re.findall(r"第(\d)项要求", page)[0] == "5"
        for column in paged()["resolutions"].page.columns:  # type: ignore[union-attr]
            assert office.get(f"/overview/resolutions/?sort={column.field}").status_code == 200

    def test_the_workbook_has_all_columns_of_what_is_seen(self, office: Client) -> None:
        answer = office.get("/overview/resolutions/?export=1&owner=t_zhungeer")
        sheet: Any = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        assert sheet.max_row == 3 + 4
        heads = [cell.value for cell in sheet[3]]
        assert {"会议", "类别", "配合单位数", "办理", "截至"} <= set(heads)

    def test_places_are_compared_with_counts(self, office: Client) -> None:
        kept = office.get("/overview/resolutions/").context["kept"]
        assert [(k.name, k.given, k.done, k.overdue, k.open) for k in kept] == [
            ("准格尔旗", 4, 1, 1, 2)
        ]
        assert kept[0].share.words == "少于5件，不评价"


@pytest.mark.parametrize("ledger", paged().values(), ids=lambda ledger: ledger.name)
def test_every_declared_ledger_has_a_page_without_rows_and_is_the_citys_alone(
    ledger: Ledger, office: Client, zhungeer: Tenant, member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:  # fmt: skip
    assert ledger.page
    path = f"/overview/{ledger.page.slug}/"
    page = office.get(path).content.decode()
    assert f"全市{ledger.name}" in page
    assert ledger.page.empty in page
    assert office.get(f"{path}?export=1").content.startswith(b"PK")
    assert console(zhungeer, member(zhungeer)).get(path).status_code == 403


def test_a_ledger_nobody_declared_is_not_found(office: Client) -> None:
    assert office.get("/overview/nothing/").status_code == 404


@pytest.mark.usefixtures("filled")
class TestDays:
    def test_each_project_has_its_days_as_of_today(self, office: Client) -> None:
        rows = {row.number: row for row, _, _ in office.get("/overview/days/").context["rows"]}
        assert set(rows) == {"Z1", "Z2", "Z3"}
        one = rows["Z1"]
        assert (one.official_days, one.days) == (
            10, {"elapsed": 15, "government": 10, "owner": 5},
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ("beyond=over", {"Z2"}),
            ("beyond=near", {"Z3"}),
            ("q=项目Z1", {"Z1"}),
            ("year=2025", None),
        ],
    )
    def test_filters(self, office: Client, query: str, numbers: set[str] | None) -> None:
        rows = office.get(f"/overview/days/?{query}").context["rows"]
        found = {row.number for row, _, _ in rows}
        # A year that nothing has is dropped and said beside its field.
        assert found == (numbers or {"Z1", "Z2", "Z3"})

    def test_the_workbook_and_the_walls(
        self, office: Client, zhungeer: Tenant, member: Callable[..., Any],
        console: Callable[..., Client],
    ) -> None:  # fmt: skip
        answer = office.get("/overview/days/?export=1")
        sheet: Any = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        assert sheet.max_row == 3 + 3
        assert console(zhungeer, member(zhungeer)).get("/overview/days/").status_code == 403

    def test_tomorrow_is_another_figure_without_a_write(self, city: Tenant, in_tenant: In) -> None:
        with in_tenant(city):
            row: Any = days_rows(ON + timedelta(days=2), work_calendar()).get(number="Z1")
        assert (row.official_days, row.days["elapsed"]) == (10, 17)


def test_an_empty_city_has_a_page_of_days_too(office: Client) -> None:
    assert "还没有项目开始计时" in office.get("/overview/days/").content.decode()
