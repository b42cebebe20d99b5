"""A notice moves exactly what a full recomputation moves, whoever dies on the way."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kernel.calendars.actions import file_notice
from kernel.calendars.models import HolidayNotice
from kernel.calendars.queries import work_calendar
from kernel.clock import Notice
from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.workflows.holidays.conftest import CLERK, TODAY
from workflows.holidays import actions, queries, tasks
from workflows.holidays import visiting as passing
from workflows.holidays.lifecycle import Phase, State
from workflows.holidays.models import Draft, MovedDate, Visit
from workflows.procedures.actions import rebuild_caches
from workflows.procedures.models import Procedure
from workflows.procedures.queries import book_of
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
STORED = {
    "statutory": "statutory_due_on",
    "promised": "promised_due_on",
    "expected": "expected_on",
    "red": "red_on",
}
Facts = dict[tuple[str, str, str], Any]


def stored() -> Facts:
    """What the current tenant's ledgers have stored: (project, procedure, kind) -> day."""
    facts: Facts = {
        (p.project.number, p.number, kind): getattr(p, field)
        for p in Procedure.objects.filter(decided_on=None).select_related("project")
        for kind, field in STORED.items()
    }
    for project in Project.objects.all():
        facts[project.number, "", "project"] = project.expected_on
        book = book_of(project)
        for number, clocks in book.clocks(work_calendar(), TODAY).items():
            facts[project.number, number, "notice"] = clocks.statutory.notice_due_on
    return facts


def found(tenant: Tenant, phase: Phase) -> dict[tuple[str, str, str], tuple[Any, Any]]:
    with visiting(tenant):
        return {
            (row.project_number, row.procedure_number, row.kind): (row.before_on, row.after_on)
            for row in MovedDate.objects.filter(owner=tenant.schema_name, phase=phase)
        }


def fully_recomputed(tenant: Tenant, notice: Notice) -> dict[tuple[str, str, str], tuple[Any, Any]]:
    """What moves when everything is computed without the notice, and then with it."""
    with visiting(tenant):
        rebuild_caches(TODAY)
        before = stored()
        file_notice(notice=notice, actor=CLERK)
        rebuild_caches(TODAY)
        after = stored()
    return {key: (before[key], after[key]) for key in before if before[key] != after[key]}


def test_the_preview_finds_exactly_what_a_full_recomputation_moves(
    projects: dict[str, list[str]],
    previewed: Callable[..., Draft],
    notice: Notice,
    zhungeer: Tenant,
    dalate: Tenant,
) -> None:
    previewed()
    seen = {tenant: found(tenant, Phase.PREVIEW) for tenant in (zhungeer, dalate)}

    moved = fully_recomputed(zhungeer, notice)
    assert seen[zhungeer] == moved
    assert {kind for _, _, kind in moved} >= {"statutory", "expected", "red", "notice", "project"}
    with visiting(dalate):
        HolidayNotice.objects.filter(year=2026).delete()
    assert seen[dalate] == fully_recomputed(dalate, notice)


def test_a_preview_changes_no_ledger(
    projects: dict[str, list[str]], previewed: Callable[..., Draft], zhungeer: Tenant
) -> None:
    with visiting(zhungeer):
        before = list(Procedure.objects.order_by("pk").values()), list(Project.objects.values())
        lines = TrailEntry.objects.count()
    previewed()
    with visiting(zhungeer):
        assert before == (
            list(Procedure.objects.order_by("pk").values()),
            list(Project.objects.values()),
        )
        assert TrailEntry.objects.count() == lines
    assert work_calendar().is_provisional(date(2026, 3, 1))


def test_applying_recomputes_every_tenant_and_keeps_what_moved(
    projects: dict[str, list[str]],
    applied: Callable[..., Draft],
    city: Tenant,
    zhungeer: Tenant,
    dalate: Tenant,
) -> None:
    draft = applied()
    assert draft.state == State.APPLIED
    assert draft.finished_at is not None
    for tenant in (zhungeer, dalate):
        assert found(tenant, Phase.APPLIED) == found(tenant, Phase.PREVIEW) != {}
        with visiting(tenant):
            assert rebuild_caches(TODAY) == 0, "everything is as the new calendar has it"
            line = TrailEntry.objects.filter(action="holidays.recompute").get()
            assert "由推定转为确定" in line.summary
    with visiting(city):
        passes = queries.passes(draft, city)
        assert passes.finished
        assert passes.moved == MovedDate.objects.filter(draft=draft, phase=Phase.APPLIED).count()


def test_no_date_is_firm_beyond_the_last_published_day(
    projects: dict[str, list[str]], applied: Callable[..., Draft], zhungeer: Tenant
) -> None:
    applied()
    with visiting(zhungeer):
        rows = list(MovedDate.objects.filter(phase=Phase.APPLIED))
        firm = Visit.objects.get(owner="t_zhungeer", phase=Phase.APPLIED).counts
    assert rows
    last_before, last_after = date(2025, 12, 31), date(2026, 12, 31)
    for row in rows:
        if row.before_on and row.before_on > last_before:
            assert row.before_provisional, row
        if row.after_on and row.after_on > last_after:
            assert row.after_provisional, row
    assert sum(n["firm"] for n in firm.values()) > 0


def test_a_pass_killed_half_way_goes_on_where_it_stopped(
    projects: dict[str, list[str]],
    previewed: Callable[..., Draft],
    city: Tenant,
    zhungeer: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Killed(BaseException):
        pass

    draft = previewed()
    wanted = found(zhungeer, Phase.PREVIEW)
    with visiting(city):
        actions.apply(draft_id=draft.pk, version=1, run=1, on=TODAY, actor=CLERK)
    real = passing.replan

    def dying(project: Project, *, on: date) -> int:
        changed = real(project, on=on)
        if project.number == "P-2026-002":
            raise Killed
        return changed

    monkeypatch.setattr(passing, "replan", dying)
    with visiting(zhungeer), pytest.raises(Killed):
        passing.work_through(draft.pk, on=TODAY)
    with visiting(zhungeer):
        visit = Visit.objects.get(phase=Phase.APPLIED, owner="t_zhungeer")
        assert (visit.projects_done, visit.projects_total, visit.finished_at) == (1, 3, None)
        half = {row.project_number for row in MovedDate.objects.filter(phase=Phase.APPLIED)}
        assert half == {"P-2026-001"}, "what the second had written is rolled back"

    monkeypatch.setattr(passing, "replan", real)
    assert tasks.resume.run() > 0
    assert tasks.resume.run() == 0
    assert found(zhungeer, Phase.APPLIED) == wanted
    with visiting(zhungeer):
        visit.refresh_from_db()
        assert (visit.projects_done, visit.finished_at is not None) == (3, True)
        assert rebuild_caches(TODAY) == 0


def test_a_message_delivered_twice_does_nothing_twice(
    projects: dict[str, list[str]], previewed: Callable[..., Draft], zhungeer: Tenant
) -> None:
    draft = previewed()
    with visiting(zhungeer):
        before = list(MovedDate.objects.order_by("pk").values()), list(Visit.objects.values())
        passing.work_through(draft.pk, on=TODAY)
        assert before == (
            list(MovedDate.objects.order_by("pk").values()),
            list(Visit.objects.values()),
        )


def test_a_new_preview_replaces_the_one_before(
    projects: dict[str, list[str]], previewed: Callable[..., Draft], city: Tenant, zhungeer: Tenant
) -> None:
    draft = previewed()
    before = found(zhungeer, Phase.PREVIEW)
    with visiting(city):
        actions.begin_preview(draft_id=draft.pk, version=1, on=TODAY, actor=CLERK)
    tasks.resume.run()
    assert found(zhungeer, Phase.PREVIEW) == before
    with visiting(zhungeer):
        assert Visit.objects.get(owner="t_zhungeer").run == 2


def test_a_project_that_cannot_be_computed_is_named_and_stops_nobody(
    projects: dict[str, list[str]],
    kept: Callable[..., Draft],
    city: Tenant,
    zhungeer: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    real = passing.book_of

    def broken(project: Project) -> Any:
        if project.number == "P-2026-002":
            raise ZeroDivisionError
        return real(project)

    monkeypatch.setattr(passing, "book_of", broken)
    draft = kept()
    with visiting(city):
        actions.begin_preview(draft_id=draft.pk, version=1, on=TODAY, actor=CLERK)
    tasks.resume.run()
    draft.refresh_from_db()
    with visiting(city):
        passes = queries.passes(draft, city)
    assert passes.finished
    assert passes.failed == [("准格尔旗", "P-2026-002")]
    assert {number for number, _, _ in found(zhungeer, Phase.PREVIEW)} == {
        "P-2026-001",
        "P-2026-003",
    }
    assert "ZeroDivisionError" in caplog.text


def test_a_notice_that_changes_nothing_moves_nothing(
    projects: dict[str, list[str]], applied: Callable[..., Draft], kept: Callable[..., Draft],
    city: Tenant, zhungeer: Tenant,
) -> None:  # fmt: skip
    applied()
    again = kept(number="国办发明电〔2025〕8号")
    with visiting(city):
        actions.begin_preview(draft_id=again.pk, version=1, on=TODAY, actor=CLERK)
    tasks.resume.run()
    with visiting(zhungeer):
        assert not MovedDate.objects.filter(draft=again).exists()
        assert Visit.objects.get(draft=again).counts == {}
