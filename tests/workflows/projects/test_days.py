"""Days that people mistype: a year is refused where it is written, and what is taken can be planned."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kernel.refusal import Refused
from kernel.trail import Actor
from tenants.models import Tenant
from workflows.projects import actions
from workflows.projects.intake.cells import START_YEARS, BadCell, read_day
from workflows.projects.lifecycle import State
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db

Made = Callable[..., Project]


@pytest.fixture
def office(here: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(here, member(here, "office"))


def by_hand(day: str) -> dict[str, Any]:
    return {
        "year": 2026, "name": "手工登记（示例）", "owner_name": "示例公司", "region_code": "150622",
        "kind": "filing", "industry": "energy", "investment_wan": "900000", "planned_start_on": day,
    }  # fmt: skip


@pytest.mark.parametrize("day", ["0001-01-01", "2009-12-31", "2051-01-01", "9999-12-31"])
def test_a_start_no_calendar_reaches_is_refused_by_hand(
    here: Tenant, office: Client, day: str
) -> None:
    answer = office.post(reverse("projects:new"), by_hand(day))

    assert answer.status_code == 422
    assert "不合常理，应在2010年至2050年之间" in answer.content.decode()
    assert not Project.objects.exists()


def test_a_day_the_calendar_does_not_have_is_refused(here: Tenant, office: Client) -> None:
    assert office.post(reverse("projects:new"), by_hand("2026-02-30")).status_code == 422


@pytest.mark.parametrize("cell", ["2009年4月15日", 66_000, "2051-01-01", date(2099, 4, 15)])
def test_it_is_refused_in_a_workbook(cell: Any) -> None:
    with pytest.raises(BadCell, match="不合常理"):
        read_day(cell, year=2026)


@pytest.mark.parametrize("year", [START_YEARS[0], 2015, 2029, 2035, START_YEARS[-1]])
def test_every_start_that_is_taken_can_be_confirmed_planned_and_shown(
    here: Tenant, office: Client, commenting: Made, move: Callable[..., Project], year: int
) -> None:
    # 2029-03-31, the target of that year's first half, is a Saturday.
    number = move(commenting(planned_start_on=date(year, 4, 2)), "confirm").number

    for address in (
        reverse("projects:project", args=[number]),
        reverse("projects:index") + "?year=2026",
        reverse("procedures:list"),
        reverse("desk:home"),
    ):
        assert office.get(address).status_code == 200, address


def test_a_step_dated_long_before_the_year_is_a_slip_of_the_pen(
    here: Tenant, project: Made
) -> None:
    number = project().number

    with pytest.raises(Refused, match="2020年12月31日比项目年度早了五年以上"):
        actions.make_move(
            number=number,
            name="send_for_comment",
            version=1,
            on=date(2020, 12, 31),
            actor=Actor(1, "某某（示例）"),
        )

    assert Project.objects.get(number=number).state == State.DRAFT
