"""Tasks in the consolidated picture: written with their cause, seen by those above, held against the ledger."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from tenants.models import Tenant
from tenants.rollup.models import Reconciliation, TaskRow
from tenants.rollup.reconcile import reconcile, repair
from tests.workflows.assignments.conftest import CLERK, TODAY, draft
from workflows.assignments.actions import answer_extension, ask_extension, hand_over
from workflows.assignments.models import Part

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_the_banner(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> Iterator[None]:
    with in_tenant(zhungeer):
        yield


def handed_parts() -> list[Part]:
    sheet = draft()
    assert not TaskRow.objects.exists()  # a draft is the office's alone
    hand_over(sheet_id=sheet.pk, on=TODAY, actor=CLERK)
    return list(sheet.parts.select_related("sheet").order_by("-leads", "pk"))


def row_of(part: Part) -> TaskRow:
    return TaskRow.objects.get(number=str(part.pk))


def task_outcome() -> Reconciliation:
    reconcile()
    return Reconciliation.objects.get(ledger="任务")


def test_each_part_is_a_row_that_follows_what_is_done(take: Callable[..., Part]) -> None:
    part = handed_parts()[0]
    row = row_of(part)
    assert (row.sheet_number, row.state, row.leads) == (
        part.sheet.number or row.sheet_number,
        "waiting",
        True,
    )
    take(part, "sign")
    take(part, "report", on=part.due_on + timedelta(days=1))
    row = row_of(part)
    assert (row.state, row.reported_on, row.late) == (
        "reported",
        part.due_on + timedelta(days=1),
        True,
    )
    assert task_outcome().agrees


def test_an_extension_moves_its_day() -> None:
    part = handed_parts()[0]
    asked = ask_extension(
        part_id=part.pk,
        until_on=part.due_on + timedelta(days=7),
        reason="等评审",
        on=TODAY,
        actor=CLERK,
        reach=None,
    )
    answer_extension(extension_id=asked.pk, granted=True, text="", on=TODAY, actor=CLERK)
    row = row_of(part)
    assert (row.first_due_on, row.due_on) == (part.due_on, part.due_on + timedelta(days=7))
    assert task_outcome().agrees


def test_those_above_see_it_and_the_neighbour_does_not(
    city: Tenant, dalate: Tenant, in_tenant: Callable[..., Any]
) -> None:
    parts = handed_parts()
    for tenant, count in ((city, len(parts)), (dalate, 0)):
        with in_tenant(tenant):
            assert TaskRow.objects.count() == count


def test_a_missing_a_stray_and_a_changed_row_are_named_and_put_right() -> None:
    first, second, *_ = handed_parts()
    row = row_of(first)
    TaskRow.objects.filter(number=str(second.pk)).update(title="改过的")
    row.pk, row.number = None, "999999"
    row.save()
    TaskRow.objects.filter(number=str(first.pk)).delete()
    outcome = task_outcome()
    assert (outcome.missing, outcome.orphans, outcome.different) == (
        [str(first.pk)],
        ["999999"],
        [str(second.pk)],
    )
    assert repair() == 3
    outcome.refresh_from_db()
    assert outcome.agrees
    assert repair() == 0


def test_sheets_from_before_the_roll_up_get_their_rows(take: Callable[..., Part]) -> None:
    first = handed_parts()[0]
    take(first, "sign")
    take(first, "report", on=first.due_on + timedelta(days=1))
    TaskRow.objects.all().delete()
    rows = import_module("workflows.assignments.migrations.0003_tasks_in_the_picture").ROWS
    with connection.cursor() as cursor:
        cursor.execute(rows)
        cursor.execute(rows)  # again: nothing twice
    assert task_outcome().agrees
    assert row_of(first).late
