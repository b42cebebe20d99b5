"""The hundred days in the consolidated picture: right on every day without a write, whoever asks."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from kernel.calendars.models import HolidayNotice
from kernel.calendars.queries import work_calendar
from kernel.clock.meter import Party
from kernel.trail import SYSTEM
from tenants.gateway import visiting
from tenants.models import Tenant
from tenants.rollup.days import days_rows, over
from tenants.rollup.models import DaysRow, Reconciliation
from tenants.rollup.reconcile import reconcile, repair
from tests.workflows.meter.test_actions import take
from workflows.meter.picture import all_rows
from workflows.meter.queries import many, rule_in_force
from workflows.procedures.actions import comb_out, rebuild_caches, replan
from workflows.procedures.sample import play_all
from workflows.projects import hooks
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)
DAYS = (
    date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 8), date(2026, 1, 23), date(2026, 2, 17),
    TODAY, date(2026, 6, 30), date(2026, 12, 31),
)  # fmt: skip


def shown(on: date) -> dict[str, tuple[Any, ...]]:
    """What the picture says on ``on`` of each project that has begun."""
    return {
        row.number: (
            row.begin_on, row.days_done_on, row.official_days,
            *(row.days.get(name, 0) for name in ("elapsed", *(party.value for party in Party))),
        )
        for row in days_rows(on, work_calendar())
    }  # fmt: skip


def counted(on: date, known: list[Project]) -> dict[str, tuple[Any, ...]]:
    """What the meter itself says."""
    return {
        number: (
            count.meter.begin_on, count.done_on, count.official_days, count.elapsed_days,
            *(count.meter.days[party] for party in Party),
        )
        for number, count in many(on, known, rule_in_force(on))[0].items()
        if count.meter
    }  # fmt: skip


def outcome() -> Reconciliation:
    reconcile()
    return Reconciliation.objects.get(ledger="百日")


@pytest.mark.parametrize("on", DAYS)
def test_a_running_projects_figures_are_right_on_every_day_without_a_write(
    season: Project, on: date
) -> None:
    assert shown(on) == counted(on, [season])
    assert sum(shown(TODAY)[season.number][4:]) == shown(TODAY)[season.number][3] > 0


def test_so_are_those_of_a_year_of_projects(
    here: Tenant, make_project: Callable[..., Project]
) -> None:
    projects = [make_project(n, confirmed_on=date(2025, 11, 1 + n)) for n in range(1, 7)]
    for project in projects:
        comb_out(project, on=date(2025, 11, 10), actor=SYSTEM)
    play_all(projects, today=TODAY)
    for on in (TODAY, date(2026, 4, 5), date(2026, 10, 8)):
        assert shown(on) == counted(on, projects)
        assert shown(on)
    assert outcome().agrees


def test_another_rule_holds_from_its_day_without_a_write_on_it(season: Project) -> None:
    before_at = DaysRow.objects.get().written_at
    starts_on = TODAY + timedelta(days=30)
    take(effective_on=starts_on, unit="calendar", counted=["government", "owner"])
    assert DaysRow.objects.get().written_at > before_at
    before, after = starts_on - timedelta(days=1), starts_on + timedelta(days=20)
    for on in (before, starts_on, after):
        assert shown(on) == counted(on, [season])
    assert outcome().agrees


@pytest.mark.parametrize("again", [rebuild_caches, None])
def test_another_calendar_counts_other_days_and_moves_runs(
    season: Project, again: Callable[[date], object] | None
) -> None:
    before = shown(TODAY)[season.number]
    notice = HolidayNotice.objects.create(
        year=2026, number="示例〔2026〕9号", title="示例调整通知", source="示例"
    )
    notice.rests.create(name="示例", from_on=date(2026, 1, 13), until_on=date(2026, 1, 14))
    notice.save()
    assert shown(TODAY)[season.number] != before  # before anybody writes
    if again:
        again(TODAY)
    else:
        replan(season, on=TODAY)
    assert shown(TODAY) == counted(TODAY, [season])
    assert DaysRow.objects.get().written_at > notice.updated_at
    assert outcome().agrees


def test_those_above_see_it_and_the_neighbour_does_not(
    season: Project, city: Tenant, dalate: Tenant
) -> None:
    for tenant, count in ((city, 1), (dalate, 0)):
        with visiting(tenant):
            assert DaysRow.objects.count() == count


def test_a_project_off_the_list_leaves_the_picture(season: Project) -> None:
    Project.objects.filter(pk=season.pk).update(state="removed")
    hooks.run(hooks.ON_REMOVE, season, on=TODAY, actor=SYSTEM)
    assert not DaysRow.objects.exists()
    assert outcome().agrees


def test_a_missing_a_stray_and_a_changed_row_are_named_and_put_right(
    season: Project, make_project: Callable[..., Project]
) -> None:
    comb_out(make_project(2), on=date(2025, 11, 1), actor=SYSTEM)
    first, second = DaysRow.objects.order_by("number")
    DaysRow.objects.filter(pk=second.pk).update(counts=[])
    first.pk, first.number = None, "ZGE-2026-999"
    first.save()
    DaysRow.objects.filter(number=season.number).delete()
    found = outcome()
    assert (found.missing, found.orphans, found.different) == (
        [season.number], ["ZGE-2026-999"], [second.number],
    )  # fmt: skip
    assert repair() == 3
    assert outcome().agrees


def test_near_and_over_the_allowance_are_told_apart(season: Project) -> None:
    calendar = work_calendar()
    row = all_rows()[0]

    def found(beyond: str, allowance: int) -> int:
        counts = [{**count, "allowance": allowance} for count in row.counts]
        DaysRow.objects.update(counts=counts)
        return over(days_rows(TODAY, calendar), beyond).count()

    used = shown(TODAY)[season.number][2]
    assert found("over", used) == 0
    assert found("over", used - 1) == 1
    assert found("near", used) == found("near", used + 20) == 1
    assert found("near", used + 21) == found("near", used - 1) == 0
