"""Many meters cost as many questions as one, and say the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kernel.calendars.queries import work_calendar
from kernel.clock.meter import Party
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.workflows.meter.conftest import CLERK, TODAY
from workflows.meter.models import RuleVersion
from workflows.meter.queries import (
    SORTS,
    is_over,
    listed,
    many,
    meter_of,
    meters,
    named,
    ordered,
    years,
)
from workflows.meter.standard import TERMS
from workflows.procedures.actions import comb_out, make_move
from workflows.procedures.queries import book_of
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db


def test_a_list_says_of_each_project_what_its_own_page_says(
    season: Project, make_project: Callable[..., Project], rule: RuleVersion
) -> None:
    comb_out(make_project(2), on=date(2025, 11, 1), actor=CLERK)
    found = meters(TODAY, listed(2026))
    assert list(found) == ["ZGE-2026-001", "ZGE-2026-002"]
    alone = meter_of(book_of(season), on=TODAY, rule=rule, calendar=work_calendar())
    assert alone.meter
    assert found[season.number].meter == replace(alone.meter, spans=(), lines=())
    assert found["ZGE-2026-002"].meter is None


def test_many_projects_cost_as_many_questions_as_one(
    season: Project, make_project: Callable[..., Project], django_assert_num_queries: Any
) -> None:
    work_calendar()
    # Rule, projects, the notices' stamp, the ledgers' stamps; calendar, procedures, lines.
    with django_assert_num_queries(7):
        meters(TODAY, listed())
    for n in (2, 3):
        comb_out(make_project(n), on=date(2025, 11, 1), actor=CLERK)
    with django_assert_num_queries(7):
        assert len(meters(TODAY, listed())) == 3
    with django_assert_num_queries(4):  # nothing has changed since
        assert len(meters(TODAY, listed())) == 3


def test_a_move_a_changed_project_and_another_day_are_counted_anew(
    season: Project, rule: RuleVersion
) -> None:
    before = meters(TODAY, listed())[season.number].meter
    procedure = season.procedures.filter(state="planned").order_by("order").first()
    assert before
    assert procedure
    make_move(
        procedure_number=procedure.number,
        name="receive",
        on=date(2025, 12, 1),
        version=procedure.version,
        actor=CLERK,
    )
    for on in (TODAY, TODAY + timedelta(days=1)):
        alone = meter_of(book_of(season), on=on, rule=rule, calendar=work_calendar())
        assert alone.meter
        kept = meters(on, listed())[season.number].meter
        assert kept == replace(alone.meter, spans=(), lines=())
        assert kept != before


def test_two_rules_are_compared_on_one_reading(
    season: Project, rule: RuleVersion, django_assert_num_queries: Any
) -> None:
    everything = RuleVersion(version=2, **TERMS | {"counted": [p.value for p in Party]})
    with django_assert_num_queries(4):
        before, after = many(TODAY, listed(), rule, everything)
    old, new = before[season.number], after[season.number]
    assert (old.official_days, new.official_days) == (
        12,
        work_calendar().between(date(2026, 1, 5), TODAY),
    )
    assert old.elapsed_days == new.elapsed_days == 64


def test_the_neighbours_projects_are_not_counted(season: Project, dalate: Tenant) -> None:
    with visiting(dalate):
        assert meters(TODAY, listed()) == {}
        assert years() == []


def test_only_confirmed_projects_are_listed(
    project: Project, make_project: Callable[..., Project]
) -> None:
    make_project(2, state="draft", confirmed_on=None)
    make_project(3, year=2025, state="removed")
    assert [p.number for p in listed()] == [project.number]
    assert years() == [2026]
    assert list(named(listed(), "一体化")) == [project]
    assert list(named(listed(), "没有这个")) == []


def test_what_has_not_begun_stands_last_by_count_and_is_not_over(
    season: Project, make_project: Callable[..., Project]
) -> None:
    comb_out(make_project(2), on=date(2025, 11, 1), actor=CLERK)
    counts = list(meters(TODAY, listed()).values())
    for sort in SORTS:
        assert len(ordered(counts, sort)) == len(ordered(counts, f"-{sort}")) == 2
    assert [c.project.number[-3:] for c in ordered(counts, "-official")] == ["001", "002"]
    assert [c.project.number[-3:] for c in ordered(counts, "begin")] == ["001", "002"]
    assert [c for c in counts if is_over(c, "80") or is_over(c, "100")] == []
    assert all(is_over(c, "") for c in counts)
