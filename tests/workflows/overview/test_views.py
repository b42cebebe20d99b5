"""The city sees every tenant's season and nobody else does; figures come from the shared rows alone."""

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError

from tenants.models import Tenant
from tenants.rollup import ledgers
from tenants.rollup.models import ProcedureRow, ProjectRow
from tenants.rollup.writing import put
from workflows.overview import queries

In = Callable[[Tenant], AbstractContextManager[Tenant]]
ON = date(2026, 1, 14)
MARCH = date(2026, 3, 31)
PAGES = ["/overview/", "/overview/projects/", "/overview/procedures/", "/overview/reconciliation/"]


@pytest.fixture(autouse=True)
def _day() -> Any:
    with time_machine.travel("2026-01-14T09:20:00+08:00", tick=False):
        yield


@pytest.fixture
def office(city: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(city, member(city, "office"))


def project(number: str, **facts: Any) -> ProjectRow:
    return ProjectRow(
        **{
            "number": number, "version": 1, "name": f"项目{number}（示例）", "year": 2026,
            "investment_wan": 100_000, "state": "confirmed", "target_on": MARCH,
            "procedures_total": 2, "expected_on": MARCH,
        } | facts
    )  # fmt: skip


def procedure(number: str, of: str, **facts: Any) -> ProcedureRow:
    return ProcedureRow(
        **{
            "number": number, "version": 1, "project_number": of, "project_name": f"项目{of}（示例）",
            "year": 2026, "matter_code": "B03", "matter_name": "建设用地规划许可证",
            "department_code": "zrzy", "stage": 1, "state": "accepted", "ball": "department",
        } | facts
    )  # fmt: skip


@pytest.fixture
def season(city: Tenant, zhungeer: Tenant, dalate: Tenant, in_tenant: In) -> None:
    yesterday, tomorrow = ON - timedelta(days=1), ON + timedelta(days=1)
    with in_tenant(zhungeer), transaction.atomic():
        put([
            project("Z1"),
            project("Z2", expected_on=MARCH + timedelta(days=1)),
            project("Z3", done_on=ON, target_on=date(2026, 8, 31)),
            project("Z4", state="draft"),
            procedure("Z1-1", "Z1", red_on=yesterday, promised_due_on=yesterday),
            procedure("Z1-2", "Z1", decided_on=yesterday, red_on=yesterday, ball="nobody"),
            procedure("Z2-1", "Z2", yellow_on=ON, red_on=tomorrow, ball="owner"),
            procedure("Z3-1", "Z3", state="stopped"),
            procedure("Z4-1", "Z4", red_on=yesterday),
        ])  # fmt: skip
    with in_tenant(dalate), transaction.atomic():
        put(
            [
                project("D1"),
                procedure(
                    "D1-1", "D1", yellow_on=tomorrow, red_on=tomorrow, department_code="sthj"
                ),
            ]
        )


@pytest.mark.usefixtures("season")
class TestPicture:
    def test_figures_of_the_whole_city(self, city: Tenant, in_tenant: In) -> None:
        with in_tenant(city):
            picture = queries.season(2026, "", ON)
        assert picture.whole.count == 4
        assert picture.whole.hits == 3
        assert picture.hit_rate == 75
        assert picture.whole.investment_wan == 400_000
        assert {lamp: picture.under(lamp) for lamp in ("red", "yellow", "green", "done", "paused")} == {
            "red": 1, "yellow": 1, "green": 1, "done": 1, "paused": 1,
        }  # fmt: skip
        assert picture.late == 1
        assert [row.number for row in picture.urgent] == ["Z1-1", "Z2-1"]
        assert picture.balls == {"department": 3, "owner": 1}
        assert [(d["department_code"], d["open"], d["red"]) for d in picture.departments] == [
            ("zrzy", 3, 1), ("sthj", 1, 0),
        ]  # fmt: skip

    def test_each_tenant_has_its_line(self, city: Tenant, in_tenant: In) -> None:
        with in_tenant(city):
            lines = {line.tenant.slug: line for line in queries.season(2026, "", ON).lines}
        assert (lines["zhungeer"].hits, lines["zhungeer"].projects) == (2, 3)
        assert lines["zhungeer"].share.words == "少于5件，不评价"
        assert lines["city"].share.rate is None

    def test_the_halves_add_up_to_the_year(self, city: Tenant, in_tenant: In) -> None:
        with in_tenant(city):
            counts = [queries.season(2026, half, ON).whole.count for half in ("1", "2", "")]
        assert counts == [3, 1, 4]

    def test_another_day_is_another_picture(self, city: Tenant, in_tenant: In) -> None:
        with in_tenant(city):
            picture = queries.season(2026, "", ON + timedelta(days=1))
        assert picture.under("red") == 3

    def test_the_page_says_it_in_words(self, office: Client) -> None:
        html = office.get("/overview/").content.decode()
        for words in (
            "2026年全市总览",
            "75.0%",
            "3 / 4 个",
            "少于5件，不评价",
            "自然资源局",
            "已过",
        ):
            assert words in html, words
        assert "尚无数据：鄂尔多斯市" in html

    def test_each_number_of_a_procedure_table_opens_so_many_rows(self, office: Client) -> None:
        html = office.get("/overview/").content.decode()
        found = re.findall(r'<a href="(/overview/procedures/\?[^"]*)">([\d,]+)(?: 件)?</a>', html)
        assert len(found) >= 4
        for url, number in found:
            page = office.get(unescape(url)).context["page"]
            assert page.paginator.count == int(number.replace(",", "")), url

    def test_ledgers_narrow_and_sort(self, office: Client) -> None:
        def numbers(path: str, **query: str) -> list[str]:
            html = office.get(path, query).content.decode()
            return re.findall(r'<small class="sub(?: nowrap)?">([A-Z]\d(?:-\d)?)</small>', html)

        assert set(numbers("/overview/procedures/")) == {
            "Z1-1",
            "Z1-2",
            "Z2-1",
            "Z3-1",
            "Z4-1",
            "D1-1",
        }
        assert numbers("/overview/procedures/", owner="t_dalate") == ["D1-1"]
        assert numbers("/overview/procedures/", department_code="sthj") == ["D1-1"]
        assert set(numbers("/overview/procedures/", lamp="red")) == {"Z1-1", "Z4-1"}
        assert numbers("/overview/procedures/", late="1") == ["Z1-1"]
        assert numbers("/overview/procedures/", q="项目D1") == ["D1-1"]
        assert numbers("/overview/procedures/", q="用地", ball="owner") == ["Z2-1"]
        assert numbers("/overview/procedures/", sort="-project")[0] == "Z4-1"
        assert numbers("/overview/projects/", lamp="red", state="confirmed") == ["Z1", "Z2"]
        assert numbers("/overview/projects/", q="d1") == ["D1"]
        assert numbers("/overview/projects/", year="2026", sort="nonsense", owner="t_dalate") == [
            "D1"
        ]
        assert numbers("/overview/projects/", year="2031") != []

    @pytest.mark.parametrize(("path", "rows"), [("projects", 5), ("procedures", 6)])
    def test_exports_hold_what_is_seen(self, office: Client, path: str, rows: int) -> None:
        for query, count in (({}, rows), ({"owner": "t_dalate"}, 1)):
            answer = office.get(f"/overview/{path}/", query | {"export": "1"})
            sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
            assert sheet.max_row == 3 + count

    def test_a_project_is_shown_from_its_rows(self, office: Client) -> None:
        html = office.get("/overview/projects/zhungeer/Z1/").content.decode()
        assert "Z1-1" in html
        assert "Z2-1" not in html
        assert "截至" in html
        assert office.get("/overview/projects/dalate/Z1/").status_code == 404
        assert office.get("/overview/projects/nobody/Z1/").status_code == 404

    def test_every_row_says_when_it_was_written(self, office: Client) -> None:
        html = office.get("/overview/procedures/").content.decode()
        assert html.count("1月14日 09:20") >= 6


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_city_has_pages_too(office: Client, path: str) -> None:
    assert office.get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_only_the_city_has_an_overview(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client], path: str
) -> None:
    assert console(zhungeer, member(zhungeer, "office")).get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES[:3])
def test_pages_ask_the_same_number_of_questions_whatever_their_size(
    city: Tenant, zhungeer: Tenant, office: Client, in_tenant: In, path: str
) -> None:
    def asked() -> int:
        office.get(path)
        with CaptureQueriesContext(connection) as found:
            assert office.get(path).status_code == 200
        assert not [q for q in found if "t_zhungeer." in q["sql"]]
        return len(found)

    counts = []
    for size in (1, 3, 60):
        with in_tenant(zhungeer), transaction.atomic():
            put([project(f"P{n}") for n in range(size)])
            put([procedure(f"P{n}-1", f"P{n}", red_on=ON) for n in range(size)])
        counts.append(asked())
    assert counts[0] == counts[1]
    assert counts[2] <= counts[0] + 1  # a second page asks for its numbers


def test_the_season_offered_first(city: Tenant, zhungeer: Tenant, in_tenant: In) -> None:
    with in_tenant(zhungeer), transaction.atomic():
        put([project("A"), project("B", year=2027)])
    with in_tenant(city):
        assert queries.season_year(date(2026, 9, 30)) == 2026
        assert queries.season_year(date(2026, 10, 1)) == 2027
        assert queries.season_year(date(2030, 1, 1)) == 2027


def test_an_injected_orphan_turns_the_reconciliation_red(
    city: Tenant, zhungeer: Tenant, office: Client, in_tenant: In, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = {ledger.name: replace(ledger, rows=list) for ledger in ledgers.ledgers()}
    monkeypatch.setattr(ledgers, "_ledgers", declared)
    run = office.post("/overview/reconciliation/run/", follow=True).content.decode()
    assert "对账已经开始" in run
    assert f"{3 * len(declared)} 本台账全部对上" in run
    with in_tenant(zhungeer), transaction.atomic():
        put([project("ORPHAN-7")])
    html = office.post("/overview/reconciliation/run/", follow=True).content.decode()
    assert "1 本台账对不上" in html
    assert "台账没有：ORPHAN-7" in html


def test_a_queue_that_cannot_be_reached_is_said_and_begins_nothing(
    city: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def down(**_: Any) -> None:
        raise OperationalError("no queue")

    monkeypatch.setattr("workflows.overview.views.season.reconcile_all.apply_async", down)
    answer = console(city, member(city)).post("/overview/reconciliation/run/", follow=True)
    assert "后台队列暂时连不上，没有开始" in answer.content.decode()
