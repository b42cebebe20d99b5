"""The list as others take it: snapshot, filters, a paper list that can be read again."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kernel.trail import Actor
from tenants.models import Tenant
from workflows.projects import importing, queries, sample
from workflows.projects.models import Project
from workflows.projects.paper import list_bytes

CLERK = Actor(1, "某某（示例）", "机制办公室")
ON = date(2025, 10, 28)

pytestmark = pytest.mark.django_db

Made = Callable[..., Project]


def test_a_snapshot_has_the_confirmed_projects_by_number_as_plain_values(
    here: Tenant, confirmed: Made, project: Made
) -> None:
    filed = confirmed()
    project(name="还是草拟（示例）")

    assert queries.snapshot(2026) == {
        "year": 2026,
        "counts": {"draft": 1, "commenting": 0, "confirmed": 1, "removed": 0},
        "investment_wan": "150000.00",
        "projects": [
            {
                "number": "ZGE-2026-001",
                "name": "煤基新材料项目（示例）",
                "project_code": "",
                "owner_name": "示例新材料有限公司",
                "credit_code": "",
                "region_code": "150622",
                "industry": "chemical",
                "kind": "filing",
                "investment_wan": "150000.00",
                "planned_start_on": "2026-04-15",
                "target_on": "2026-03-31",
                "admission_rule": "investment",
                "content": filed.content,
                "confirmed_on": "2025-10-28",
                "state": "confirmed",
                "features": ["land_supply", "eia_report"],
            }
        ],
    }


def test_the_exported_list_read_back_changes_nothing(here: Tenant, called: list[Any]) -> None:
    sample.load(sample.sample_rows("zhungeer", 2026, 12), year=2026, on=ON, actor=CLERK)
    content = list_bytes(queries.listed(2026), title="准格尔旗2026年度重点项目清单", as_of=ON)

    intake = importing.receive(file_name="导出.xlsx", source=content, year=None, actor=CLERK)
    comparison = queries.comparison(intake)

    assert comparison.errors == ()
    assert comparison.changes_nothing
    assert len(comparison.lines) == 12


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        ({}, [1, 2, 3]),
        ({"q": "光伏"}, [2]),
        ({"q": "示例 光伏"}, [2]),
        ({"half": "2"}, [3]),
        ({"industry": "energy"}, [2]),
        ({"kind": "government"}, [3]),
        ({"region_code": "150622", "half": "1"}, [1, 2]),
        ({"state": "confirmed"}, []),
        ({"plan": "infeasible"}, []),
    ],
)
def test_the_list_narrows_to_what_was_chosen(
    here: Tenant, project: Made, chosen: dict[str, str], numbers: list[int]
) -> None:
    project()
    project(name="光伏治沙（示例）", industry="energy")
    project(name="公路（示例）", kind="government", planned_start_on=date(2026, 8, 1))

    found = queries.narrowed(queries.listed(2026), chosen)
    assert [p.number for p in found] == [f"ZGE-2026-{n:03d}" for n in numbers]


def test_removed_projects_show_only_when_asked_for(here: Tenant, project: Made, move: Made) -> None:
    gone = move(project(), "remove")
    assert list(queries.narrowed(queries.listed(2026), {})) == []
    assert list(queries.narrowed(queries.listed(2026), {"state": "removed"})) == [gone]
    assert queries.tally(2026).investment_wan == Decimal(0)


class TestSample:
    def test_the_same_arguments_give_the_same_rows(self) -> None:
        assert sample.sample_rows("hangjin", 2026, 20) == sample.sample_rows("hangjin", 2026, 20)

    def test_every_name_says_that_it_is_invented(self) -> None:
        rows = sample.sample_rows("wushen", 2026, 30)
        assert all(row.name.endswith("（示例）") and "示例" in row.owner_name for row in rows)
        assert {row.planned_start_on.month <= 6 for row in rows} == {True, False}
        assert len({(row.name, row.owner_name) for row in rows}) == 30

    def test_loading_again_adds_nothing(self, here: Tenant, called: list[Any]) -> None:
        rows = sample.sample_rows("zhungeer", 2026, 8)
        assert len(sample.load(rows, year=2026, on=ON, actor=CLERK)) == 8
        assert sample.load(rows, year=2026, on=ON, actor=CLERK) == []
        assert len(called) == 8
        assert {p.confirmed_on for p in queries.listed(2026)} == {ON}
