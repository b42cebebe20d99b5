"""The catalogue's pages: filters, both directions of dependencies, and who may vouch."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.catalogue.models import MatterVersion
from workflows.catalogue.queries import chosen, lines
from workflows.promises.models import Promise

pytestmark = pytest.mark.django_db
Console = Callable[..., Client]
ON = date(2026, 3, 2)
FACTS = {
    "fact": "limit",
    "source": "行政许可法第四十二条",
    "read_on": "2026-03-01",
    "seen": "1",
}


@pytest.fixture
def office(city: Tenant, member: Any, console: Console) -> Client:
    return console(city, member(city))


def codes(**filters: str) -> list[str]:
    return [line.fact.code for line in chosen(lines(ON), **filters)]


def test_the_whole_catalogue_is_on_one_page(office: Client) -> None:
    page = office.get("/catalogue/").content.decode()
    assert "共 46 项" in page
    assert "未核实" in page


def test_matters_are_found_by_name_code_basis_and_pinyin() -> None:
    assert "A08" in codes(q="选址")
    assert codes(q="a08") == ["A08"]
    assert "A08" in codes(q="xuanzhi")
    assert "B01" in codes(q="环境影响评价法")
    assert codes(q="没有这样的事项") == []


@pytest.mark.parametrize(
    "filters",
    [
        {"stage": "3"},
        {"department": "zrzy"},
        {"group": "B"},
        {"group": "-"},
        {"deficiency": "N"},
        {"verified": "no"},
        {"basis": "none"},
    ],
)
def test_each_filter_narrows_the_list(filters: dict[str, str]) -> None:
    assert 0 < len(codes(**filters)) < 46


def test_a_matter_shows_both_directions_and_the_missing_basis(office: Client) -> None:
    page = office.get("/catalogue/A11/").content.decode()
    assert "无法律依据" in page
    assert "等它办结的事项" in page
    assert office.get("/catalogue/Z99/").status_code == 404


def test_the_list_of_edges_without_a_basis_has_them_all_and_leaves_as_a_file(
    office: Client,
) -> None:
    expected = sum(line.without_basis for line in lines(ON))
    assert f"{expected} 条" in office.get("/catalogue/no-basis/").content.decode()
    assert office.get("/catalogue/no-basis/?as=xlsx").content[:2] == b"PK"


def test_the_export_is_a_workbook(office: Client) -> None:
    assert office.get("/catalogue/export/?stage=1").content[:2] == b"PK"


def test_a_department_vouches_for_its_own_matter_in_the_citys_console(
    city: Tenant, member: Any, console: Console
) -> None:
    browser = console(city, member(city, "department", "zrzy"))
    assert browser.post("/catalogue/A08/confirm/", FACTS).status_code == 302
    page = browser.get("/catalogue/A08/").content.decode()
    assert "部门已核实" in page
    assert "行政许可法第四十二条" in page


def test_another_department_is_told_why_not(city: Tenant, member: Any, console: Console) -> None:
    browser = console(city, member(city, "department", "slj"))
    assert "核实并发布" not in browser.get("/catalogue/A08/").content.decode()
    answer = browser.post("/catalogue/A08/confirm/", FACTS)
    assert answer.status_code == 422
    assert MatterVersion.objects.filter(matter_code="A08").count() == 1


def test_a_banner_reads_and_does_not_vouch(zhungeer: Tenant, member: Any, console: Console) -> None:
    browser = console(zhungeer, member(zhungeer))
    assert browser.get("/catalogue/A08/").status_code == 200
    assert browser.post("/catalogue/A08/confirm/", FACTS).status_code == 403


def test_the_neighbours_promise_is_not_shown(
    zhungeer: Tenant, dalate: Tenant, member: Any, console: Console
) -> None:
    with visiting(zhungeer):
        Promise.objects.create(matter_code="A08", promised_days=3, window="准旗七号窗口")
    for path in ("/catalogue/", "/catalogue/A08/"):
        assert "准旗七号窗口" not in console(dalate, member(dalate)).get(path).content.decode()
    assert "准旗七号窗口" in (
        console(zhungeer, member(zhungeer)).get("/catalogue/A08/").content.decode()
    )


def test_the_list_costs_the_same_whatever_is_promised(
    office: Client, city: Tenant, django_assert_max_num_queries: Any
) -> None:
    with visiting(city):
        for line in lines(ON):
            Promise.objects.create(matter_code=line.fact.code, promised_days=1)
    office.get("/catalogue/")
    for path in ("/catalogue/", "/catalogue/A08/"):
        with django_assert_max_num_queries(18):
            office.get(path)
