"""Procedures come out of the catalogue once, in order, planned back from the target."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction

from kernel.calendars.queries import work_calendar
from kernel.trail import Actor
from tenants.models import Tenant
from tenants.rollup.models import ProcedureRow, ProjectRow
from tenants.rollup.queries import project_rows
from tenants.rollup.reconcile import reconcile
from workflows.procedures import actions
from workflows.procedures.actions import (
    CombingRefused,
    close,
    comb_out,
    rebuild_caches,
    replan,
    take_up,
)
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import ClockEntry, Edge, Procedure
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
CLERK = Actor(7, "某经办（示例）", "机制办公室")
CONFIRMED_ON = date(2025, 11, 1)


def dates(project: Project) -> dict[str, tuple[date | None, date | None]]:
    rows = Procedure.objects.filter(project=project).order_by("order")
    return {p.matter_code: (p.planned_start_on, p.planned_due_on) for p in rows}


def test_predecessors_come_first_and_all_ends_by_the_target(project: Project) -> None:
    rows = {p.matter_code: p for p in Procedure.objects.filter(project=project)}
    edges = list(Edge.objects.filter(after__project=project, strength="hard"))
    assert len(rows) == 12
    assert edges
    for edge in edges:
        assert edge.before.order < edge.after.order
        assert edge.before.planned_due_on <= edge.after.planned_start_on
    assert max(p.planned_due_on for p in rows.values()) == date(2026, 3, 31)
    assert project.feasible
    # A05 10 + A02 20 + A10 20 + A11 21 + C02 20 working days, C02's public notice of 7 calendar
    # days, then C06 7 calendar days.
    assert project.expected_on == date(2026, 3, 30)
    assert rows["C06"].slack_days == 1
    assert rows["C06"].critical


def test_there_are_102_working_days_from_confirmation_to_target(project: Project) -> None:
    assert work_calendar().count(CONFIRMED_ON, project.target_on) == 102


def test_numbers_follow_the_project_and_terms_are_copied(project: Project) -> None:
    first = Procedure.objects.get(project=project, order=1)
    assert first.number == "ZGE-2026-001-01"
    assert first.terms["basis"]
    assert first.why
    assert first.state == "planned"
    assert first.ball == "owner"


def test_combing_out_again_changes_nothing(project: Project) -> None:
    before = list(Procedure.objects.order_by("pk").values())
    edges = list(Edge.objects.order_by("pk").values_list("pk", flat=True))
    comb_out(project, on=CONFIRMED_ON, actor=CLERK)
    assert list(Procedure.objects.order_by("pk").values()) == before
    assert list(Edge.objects.order_by("pk").values_list("pk", flat=True)) == edges


def test_a_changed_project_drops_what_it_no_longer_needs_and_keeps_what_has_begun(
    project: Project, move: Callable[..., Procedure]
) -> None:
    move("B04", "receive", date(2025, 11, 10))
    project.land_ha, project.earthwork_m3 = 3, 2_000
    project.features = [*project.features, "minerals"]
    project.version += 1
    project.save()
    comb_out(project, on=date(2025, 11, 12), actor=CLERK)
    codes = set(Procedure.objects.values_list("matter_code", flat=True))
    assert {"B04", "B05"} <= codes  # the report was handed in; the form is what is needed now
    project.features = ["eia_form"]
    project.version += 1
    project.save()
    comb_out(project, on=date(2025, 11, 13), actor=CLERK)
    codes = set(Procedure.objects.values_list("matter_code", flat=True))
    assert "B01" not in codes
    assert "B02" in codes
    assert set(ProcedureRow.objects.values_list("matter_code", flat=True)) == codes
    assert all(r.agrees for r in reconcile())


def test_a_feature_the_catalogue_does_not_know_is_refused_by_name(
    here: Tenant, make_project: Callable[..., Project]
) -> None:
    project = make_project(features=["space_port"])
    with pytest.raises(CombingRefused, match="space_port"):
        comb_out(project, on=CONFIRMED_ON, actor=CLERK)
    assert not Procedure.objects.exists()


def test_a_target_too_near_names_the_chain_that_alone_runs_past_it(
    here: Tenant, make_project: Callable[..., Project]
) -> None:
    project = make_project(confirmed_on=date(2026, 1, 5))
    comb_out(project, on=date(2026, 1, 5), actor=CLERK)
    project.refresh_from_db()
    calendar = work_calendar()
    available = calendar.between(date(2026, 1, 5), project.target_on)
    need = sum(link["working_days"] for link in project.conflict)
    assert not project.feasible
    assert project.short_by_days > 0
    assert need > available
    for link in project.conflict:  # minimal: without any one of them the rest is in time
        assert need - link["working_days"] <= available
    assert {"number", "name", "days", "unit", "working_days"} <= project.conflict[0].keys()
    # An accepted plan never begins before the project did.
    assert min(p.planned_start_on for p in Procedure.objects.all()) >= date(2026, 1, 5)


def test_the_accepted_plan_stays_until_it_is_made_again(project: Project) -> None:
    accepted = dates(project)
    replan(project, on=date(2026, 2, 2))
    assert dates(project) == accepted
    project.refresh_from_db()
    assert project.expected_on > project.target_on
    assert not project.feasible
    replan(project, on=date(2026, 2, 2), actor=CLERK, rebaseline=True)
    assert dates(project) != accepted


def test_the_city_sees_the_project_and_the_reconciliation_agrees(project: Project) -> None:
    row = ProjectRow.objects.get(number=project.number)
    assert (row.procedures_total, row.procedures_done) == (12, 0)
    assert ProcedureRow.objects.filter(project_number=project.number).count() == 12
    assert all(outcome.agrees for outcome in reconcile())


def test_closing_takes_it_out_of_the_picture_and_keeps_the_ledger(project: Project) -> None:
    close(project, on=date(2025, 12, 1), actor=CLERK)
    assert not ProjectRow.objects.exists()
    assert not ProcedureRow.objects.exists()
    assert Procedure.objects.count() == 12


def test_rebuilding_twice_changes_nothing_the_second_time(project: Project) -> None:
    assert rebuild_caches(date(2025, 12, 1)) > 0
    assert rebuild_caches(date(2025, 12, 1)) == 0
    assert all(outcome.agrees for outcome in reconcile())


def test_caches_spoilt_by_hand_are_rebuilt_from_the_ledger(
    project: Project, move: Callable[..., Procedure]
) -> None:
    move("C03", "receive", date(2026, 1, 26))
    move("C03", "accept", date(2026, 1, 28))
    on = date(2026, 2, 2)
    rebuild_caches(on)
    right = Procedure.objects.filter(matter_code="C03").values().get()
    Procedure.objects.filter(matter_code="C03").update(
        state="planned", statutory_due_on=None, red_on=date(2000, 1, 1), accepted_on=None
    )
    assert rebuild_caches(on) == 1
    assert Procedure.objects.filter(matter_code="C03").values().get() == right | {
        "revision": right["revision"] + 1
    }


def test_the_project_row_rolls_back_with_its_cause(
    here: Tenant, make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project()

    def fail(**facts: Any) -> None:
        raise RuntimeError("the trail is full")

    monkeypatch.setattr(actions, "record", fail)
    with pytest.raises(RuntimeError):
        comb_out(project, on=CONFIRMED_ON, actor=CLERK)
    assert not Procedure.objects.exists()
    assert not ProjectRow.objects.exists()


def test_the_database_refuses_to_change_or_delete_a_clock_line(
    project: Project, move: Callable[..., Procedure]
) -> None:
    move("C03", "receive", date(2026, 1, 26))
    for spoil in (
        lambda: ClockEntry.objects.update(on=date(2026, 1, 1)),
        lambda: ClockEntry.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            spoil()
    assert ClockEntry.objects.get().on == date(2026, 1, 26)


def test_a_confirmation_entered_late_plans_from_its_day_and_expects_from_today(
    here: Tenant, make_project: Callable[..., Project]
) -> None:
    made = make_project()
    with time_machine.travel("2026-05-06 10:00+08:00", tick=False):
        take_up(made, on=date(2025, 11, 1), actor=CLERK)
    made.refresh_from_db()
    procedures = Procedure.objects.filter(project=made)
    assert max(p.planned_due_on for p in procedures) == date(2026, 3, 31)
    assert min(p.expected_on for p in procedures) >= date(2026, 5, 6)
    assert not made.feasible
    row = project_rows(date(2026, 5, 6)).get(number=made.number)
    assert (row.hit, row.lamp) == (False, "red")


def test_what_was_expected_in_time_is_no_hit_once_the_target_has_passed(project: Project) -> None:
    assert project_rows(date(2026, 3, 31)).get(number=project.number).hit
    assert not project_rows(date(2026, 4, 1)).get(number=project.number).hit


def test_a_project_that_left_the_list_is_not_planned_into_the_citys_picture(
    project: Project,
) -> None:
    """The page was opened, or the sweep began, before it was removed."""
    Project.objects.filter(pk=project.pk).update(state="removed")
    close(project, on=CONFIRMED_ON, actor=CLERK)
    with pytest.raises(MoveRefused, match="不再重排计划"):
        replan(project, on=date(2026, 2, 2), actor=CLERK, rebaseline=True, why="试")
    assert replan(project, on=date(2026, 2, 2)) == 0
    assert not ProcedureRow.objects.filter(project_number=project.number).exists()
