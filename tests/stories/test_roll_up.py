"""The city's figures, held against plain Python over the ledgers of two banners."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from kernel.shares import Share
from kernel.trail import SYSTEM
from kernel.web.lamps import lamp_on
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.overview.breaking_down import breakdown
from workflows.overview.grouping import BANDS, DIMENSIONS
from workflows.overview.queries import procedures_narrowed
from workflows.overview.wall import trend, wall
from workflows.procedures.actions import comb_out
from workflows.procedures.lifecycle import PAUSED
from workflows.procedures.models import Procedure
from workflows.procedures.sample import play_all
from workflows.projects import sample
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
TODAY = date(2026, 2, 27)
CODE = "2511-150600-04-01-880001"


@pytest.fixture
def ledgers(city: Tenant, zhungeer: Tenant, dalate: Tenant) -> list[tuple[Tenant, Procedure]]:
    """A season in two banners; they hold one project together, and put down its investment differently."""
    found = []
    with time_machine.travel("2026-02-27T09:20:00+08:00", tick=False):
        for tenant, count in ((zhungeer, 5), (dalate, 4)):
            with visiting(tenant):
                sample.load(
                    sample.sample_rows(tenant.slug, 2026, count),
                    year=2026, on=date(2025, 11, 3), actor=SYSTEM,
                )  # fmt: skip
                projects = list(Project.objects.order_by("pk"))
                first = projects[0]
                first.project_code, first.version = CODE, first.version + 1
                first.save()
                comb_out(first, on=date(2025, 11, 3), actor=SYSTEM)
                play_all(projects, today=TODAY)
                found += [
                    (tenant, p) for p in Procedure.objects.select_related("project").order_by("pk")
                ]
    return found


def lamp(procedure: Procedure) -> str:
    return lamp_on(
        TODAY, yellow_on=procedure.yellow_on, red_on=procedure.red_on,
        decided_on=procedure.decided_on, paused=procedure.state in PAUSED,
    )  # fmt: skip


def limit(procedure: Procedure) -> date | None:
    days = [day for day in (procedure.promised_due_on, procedure.statutory_due_on) if day]
    return min(days) if days else None


def late(procedure: Procedure) -> bool:
    days = (procedure.promised_due_on, procedure.statutory_due_on)
    return procedure.decided_on is None and any(day and day < TODAY for day in days)


def kept(procedure: Procedure) -> bool | None:
    due_on = limit(procedure)
    if procedure.decided_on and due_on:
        return procedure.decided_on <= due_on
    return False if late(procedure) else None


def group(by: str, tenant: Tenant, procedure: Procedure) -> Any:
    project = procedure.project
    match by:
        case "place":
            return tenant.schema_name
        case "band":
            return [band.key for band in BANDS if project.investment_wan >= band.least][-1]
        case "industry":
            return project.industry or "-"
    return str(getattr(procedure, by))


def hit(project: Project) -> bool:
    if project.done_on:
        return project.done_on <= project.target_on
    return bool(project.expected_on and project.expected_on <= project.target_on >= TODAY)


def key_of(line: Any, by: str) -> str:
    return str(line.asked["within" if by == "place" else by])


def test_each_figure_of_the_breakdown_is_what_the_ledgers_say(
    ledgers: list[tuple[Tenant, Procedure]], city: Tenant
) -> None:
    for dimension in DIMENSIONS:
        compare(dimension.key, ledgers, city)


def compare(by: str, ledgers: list[tuple[Tenant, Procedure]], city: Tenant) -> None:
    with visiting(city):
        found = breakdown(by, {"year": 2026}, {}, city, TODAY)
    groups: dict[str, list[Procedure]] = {}
    projects: dict[str, dict[str, list[Project]]] = {}
    for tenant, procedure in ledgers:
        key = group(by, tenant, procedure)
        groups.setdefault(key, []).append(procedure)
        code = procedure.project.project_code or procedure.project.number
        held = projects.setdefault(key, {}).setdefault(code, [])
        if procedure.project not in held:
            held.append(procedure.project)
    assert {key_of(line, by) for line in found.lines} == set(groups)
    for line in [*found.lines, found.whole]:
        whole = line is found.whole
        mine = [p for _, p in ledgers] if whole else groups[key_of(line, by)]
        figures = line.procedures
        assert figures.total == len(mine)
        assert figures.lamps == Counter(lamp(p) for p in mine)
        assert figures.late == sum(late(p) for p in mine)
        judged = [kept(p) for p in mine if kept(p) is not None]
        assert figures.share == Share(sum(map(bool, judged)), len(judged))
        times = [
            (p.decided_on - p.accepted_on).days for p in mine if p.decided_on and p.accepted_on
        ]
        assert figures.timed == len(times)
        assert figures.median == (pytest.approx(median(times)) if times else None)
        if line.projects is None or whole:
            continue
        held = projects[key_of(line, by)]
        assert line.projects.count == len(held)
        assert line.projects.hits == sum(all(map(hit, each)) for each in held.values())
        assert line.projects.investment_wan == sum(
            max(p.investment_wan for p in each) for each in held.values()
        )


def test_a_project_that_two_banners_hold_counts_once_in_the_city_and_once_in_each(
    ledgers: list[tuple[Tenant, Procedure]], city: Tenant, office: Client
) -> None:
    with visiting(city):
        found = breakdown("place", {"year": 2026}, {}, city, TODAY)
    counts = [line.projects.count for line in found.lines if line.projects]
    assert counts == [4, 5]
    whole = found.whole.projects
    assert whole
    assert (whole.count, whole.rows, whole.shared, whole.unequal) == (8, 9, 1, 1)
    page = office.get("/overview/").content.decode()
    assert "含跨地区项目 1 个，只计一次" in page
    assert "1 个跨地区项目各地数字不一，取大者" in page
    rows = office.get("/overview/projects/?year=2026").content.decode()
    assert rows.count("跨地区</span>") == rows.count("别处数字不同") == 2
    alone = office.get("/overview/projects/?year=2026&shared=1").context["page"]
    assert alone.paginator.count == 2


@pytest.fixture
def office(city: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Any:
    with time_machine.travel("2026-02-27T09:20:00+08:00", tick=False):
        yield console(city, member(city, "office"))


def test_each_figure_leads_to_exactly_its_rows(
    ledgers: list[tuple[Tenant, Procedure]], office: Client
) -> None:
    def rows(url: str) -> int:
        return int(office.get(url).context["page"].paginator.count)

    lines = []
    for dimension in DIMENSIONS:
        address = f"/overview/breakdown/?by={dimension.key}&year=2026"
        found = office.get(address).context["found"]
        lines += [*found.lines[:2], found.whole]
    for line in lines:
        figures = line.procedures
        expected = {
            "all": figures.total, "red": figures.lamps.get("red", 0), "done": figures.done,
            "yellow": figures.lamps.get("yellow", 0), "late": figures.late, "kept": figures.kept,
            "judged": figures.judged,
        }  # fmt: skip
        assert {name: rows(url) for name, url in line.urls.items()} == expected
        if line.projects:
            assert rows(line.projects_url) == line.projects.rows


def test_the_wall_says_what_the_ledgers_say(
    ledgers: list[tuple[Tenant, Procedure]], city: Tenant
) -> None:
    procedures = [p for _, p in ledgers]
    with visiting(city):
        found = wall(city, 2026, TODAY)
        rows = procedures_narrowed({"confirmed": "1", "year": 2026}, TODAY)
        points = trend(rows, TODAY)
    assert found.procedures.lamps == Counter(map(lamp, procedures))
    assert {tile.tenant.slug: tile.procedures.total for tile in found.tiles} == Counter(
        tenant.slug for tenant, _ in ledgers
    )
    urgent = sorted(
        (p for p in procedures if lamp(p) in ("red", "yellow")), key=lambda p: p.red_on or date.max
    )
    assert {row.number for row in found.urgent} <= {p.number for p in urgent}
    assert [row.red_on for row in found.urgent] == [p.red_on for p in urgent[:10]]
    assert points == [
        (
            day,
            sum(bool(p.decided_on and p.decided_on <= day) for p in procedures),
            sum(bool(p.planned_due_on and p.planned_due_on <= day) for p in procedures),
        )
        for day, _, _ in points
    ]
    assert [day for day, _, _ in points][-3:] == [date(2026, 1, 31), date(2026, 2, 15), TODAY]


def test_a_link_names_what_it_asks_for(ledgers: list[Any], office: Client) -> None:
    found = office.get("/overview/breakdown/?by=band&year=2026&half=1").context["found"]
    line = found.lines[0]
    asked = parse_qs(urlsplit(line.urls["kept"]).query)
    assert asked == {
        "year": ["2026"], "half": ["1"], "confirmed": ["1"], "band": [line.asked["band"]],
        "kept": ["yes"],
    }  # fmt: skip
    page = office.get(line.urls["kept"]).content.decode()
    for words in ("已确认入列的项目", "上半年开工", f"投资{line.label}", "按期办结"):
        assert words in page
