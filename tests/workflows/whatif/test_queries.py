"""Projects as they stand: the same as their own pages say, never older than their rows."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.procedures.actions import comb_out
from workflows.procedures.live import live_of
from workflows.procedures.models import ClockEntry, Edge, Procedure
from workflows.projects.models import Project
from workflows.whatif import queries

pytestmark = pytest.mark.django_db
ON = date(2026, 1, 14)
CLERK = Actor(7, "某经办（示例）", "机制办公室")


def stand(number: str = "ZGE-2026-001", on: date = ON) -> queries.Stand:
    return queries.project(number, on).projects[0]


def test_a_project_stands_as_its_own_page_says(
    project: Project, make_project: Callable[..., Project]
) -> None:
    make_project(2)
    for found in queries.year_list(2026, ON).projects:
        live = live_of(Project.objects.get(number=found.number), ON)
        assert found.plan == live.plan
        assert stand(found.number) == found
        assert found.names == {p.matter_code: p.short_name for p in live.book.procedures}


def test_what_is_remembered_costs_two_questions_and_what_is_not_seven(
    project: Project, make_project: Callable[..., Project], django_assert_num_queries: Any
) -> None:
    stand()
    with django_assert_num_queries(2):
        stand()
    with django_assert_num_queries(2):
        queries.year_list(2026, ON)
    for n in (2, 3, 4):
        make_project(n)
    with django_assert_num_queries(7):
        assert len(queries.year_list(2026, ON).projects) == 4
    with django_assert_num_queries(2):
        queries.year_list(2026, ON)


@pytest.mark.parametrize(
    "write",
    [
        lambda p: Project.objects.filter(pk=p.pk).update(target_on=date(2026, 3, 2)),
        lambda p: Project.objects.filter(pk=p.pk).update(confirmed_on=date(2025, 12, 1)),
        lambda p: Edge.objects.filter(after__project=p, strength="hard").update(strength="soft"),
        lambda p: Edge.objects.filter(after__project=p).first().delete(),
        lambda p: Procedure.objects.filter(project=p, matter_code="B04").update(short_name="新名"),
        lambda p: ClockEntry.objects.create(
            procedure=Procedure.objects.get(project=p, matter_code="B01"),
            kind="decide",
            on=ON,
            recorded_at="2026-01-14T09:00:00+08:00",
            by_name="某某（示例）",
        ),
    ],
)
def test_whoever_writes_to_its_rows_is_seen_at_once(
    project: Project, write: Callable[[Project], Any]
) -> None:
    before = stand()
    assert stand() is before
    write(project)
    after = stand()
    assert after != before
    assert after.plan == live_of(Project.objects.get(pk=project.pk), ON).plan


def test_another_day_is_another_standing(project: Project) -> None:
    assert stand().graph.begin_on == ON
    assert stand(on=ON + timedelta(days=1)).graph.begin_on == ON + timedelta(days=1)


def test_only_confirmed_projects_of_the_year_stand_there(
    project: Project, make_project: Callable[..., Project]
) -> None:
    make_project(2, combed=False, state="draft")
    make_project(3, year=2027, planned_start_on=date(2027, 4, 20))
    assert [s.number for s in queries.year_list(2026, ON).projects] == ["ZGE-2026-001"]
    assert queries.project("ZGE-2026-002", ON).projects == ()
    assert queries.years() == [2027, 2026]


def test_the_neighbour_has_standing_of_its_own(project: Project, dalate: Tenant) -> None:
    stand()
    with visiting(dalate):
        assert queries.project(project.number, ON).projects == ()
        assert queries.year_list(2026, ON).projects == ()
        same = Project.objects.create(
            **{
                f.attname: getattr(project, f.attname)
                for f in Project._meta.concrete_fields
                if f.attname != "id"
            }
            | {"target_on": date(2026, 8, 31)}
        )
        comb_out(same, on=ON, actor=CLERK)
        assert stand().graph.target_on == date(2026, 8, 31)
    assert stand().graph.target_on == date(2026, 3, 31)
