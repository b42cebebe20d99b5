"""Resolutions in the consolidated picture: from the minutes on, as their sheets go, held against the ledger."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tenants.models import Tenant
from tenants.rollup.models import Reconciliation, ResolutionRow
from tenants.rollup.queries import resolution_rows
from tenants.rollup.reconcile import reconcile, repair
from tests.workflows.meetings.conftest import CLERK, ON, held, minuted, recorded, resolved
from workflows.assignments.actions import cancel_sheet
from workflows.assignments.models import Sheet
from workflows.meetings import actions
from workflows.meetings.holding import close_for, reopen_for
from workflows.meetings.models import Resolution

pytestmark = pytest.mark.django_db
LATER = date(2026, 2, 9)


def row() -> ResolutionRow:
    return ResolutionRow.objects.get()


def outcome() -> Reconciliation:
    reconcile()
    return Reconciliation.objects.get(ledger="议定事项")


def test_it_appears_with_the_minutes_and_not_before() -> None:
    resolved(recorded(held()))
    assert not ResolutionRow.objects.exists()
    assert outcome().agrees


def test_it_says_what_was_resolved_and_who_leads() -> None:
    meeting = minuted()
    sheet = Sheet.objects.get()
    assert (row().demand, row().meeting, row().held_on, row().department_code, row().supports) == (
        "五日内出具用地预审意见", meeting.title, ON, "zrzy", 1,
    )  # fmt: skip
    assert (row().sheet_number, row().state, row().due_on) == (
        sheet.number, "open", date(2026, 2, 6),
    )  # fmt: skip
    assert outcome().agrees


def test_it_follows_its_sheet() -> None:
    minuted()
    sheet = Sheet.objects.get()
    close_for(sheet, on=LATER, actor=CLERK)
    assert (row().state, row().closed_on) == ("closed", LATER)
    reopen_for(sheet, on=LATER, actor=CLERK)
    assert (row().state, row().closed_on) == ("open", None)
    assert outcome().agrees


def test_one_whose_sheet_was_cancelled_says_so_until_it_is_dropped() -> None:
    meeting = minuted()
    sheet = Sheet.objects.get()
    cancel_sheet(sheet_id=sheet.pk, text="改由他处办理", on=ON, actor=CLERK)
    assert row().state == "unsheeted"
    actions.drop_resolution(
        meeting_id=meeting.pk, resolution_id=Resolution.objects.get().pk, why="不再需要",
        today=ON, actor=CLERK,
    )  # fmt: skip
    assert row().state == "dropped"
    assert outcome().agrees


@pytest.mark.parametrize(
    ("closed_on", "state", "on", "standing"),
    [
        (None, "open", date(2026, 2, 6), "open"),
        (None, "open", date(2026, 2, 7), "overdue"),
        (date(2026, 2, 6), "closed", date(2026, 2, 9), "done"),
        (date(2026, 2, 7), "closed", date(2026, 2, 9), "late"),
        (date(2026, 2, 7), "closed", date(2026, 2, 6), "open"),
        (date(2026, 2, 7), "dropped", date(2026, 2, 9), "cancelled"),
    ],
)
def test_how_it_stands_on_a_day(
    closed_on: date | None, state: str, on: date, standing: str
) -> None:
    minuted()
    ResolutionRow.objects.update(closed_on=closed_on, state=state)
    found: Any = resolution_rows(on).get()
    assert found.standing == standing


def test_those_above_see_it_and_the_neighbour_does_not(
    city: Tenant, dalate: Tenant, in_tenant: Callable[..., Any]
) -> None:
    minuted()
    for tenant, count in ((city, 1), (dalate, 0)):
        with in_tenant(tenant):
            assert ResolutionRow.objects.count() == count


def test_an_orphan_a_double_and_a_stale_row_are_named_and_put_right() -> None:
    minuted()
    found = row()
    number = found.number
    ResolutionRow.objects.update(due_on=found.due_on + timedelta(days=1), version=0)
    found.pk, found.number = None, "999999"  # the same once more, under another key
    found.save()
    seen = outcome()
    assert (seen.missing, seen.orphans, seen.different) == ([], ["999999"], [number])
    assert repair() == 2
    assert outcome().agrees
