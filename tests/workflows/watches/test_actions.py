"""Noticing may come late, twice or never, and changes no date; taking note is the unit's own."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.planning import DERIVED
from workflows.projects.models import Project
from workflows.watches.actions import AlertRefused, notice, take_note
from workflows.watches.models import Alert

pytestmark = pytest.mark.django_db
CLERK = Actor(7, "某经办（示例）", "审批部门")
LATE = date(2026, 3, 20)
C03_DUE = date(2026, 3, 3)


@pytest.fixture(autouse=True)
def _spring() -> Any:
    with time_machine.travel("2026-03-20 09:00+08:00", tick=False):
        yield


@pytest.fixture
def running(move: Callable[..., Procedure]) -> Procedure:
    """Accepted on 28 January; due on 3 March."""
    move("C03", "receive", date(2026, 1, 26))
    return move("C03", "accept", date(2026, 1, 28))


def sweep(on: date = LATE) -> tuple[int, int]:
    return notice(on=on, at=timezone.now() + (on - LATE))


def of_c03(**facts: Any) -> dict[tuple[str, date], Alert]:
    found = Alert.objects.filter(procedure__matter_code="C03", **facts)
    return {(alert.kind, alert.deadline_on): alert for alert in found}


def facts_of_everything() -> list[Any]:
    names = [*DERIVED, "revision", "terms"]
    return [
        *Procedure.objects.order_by("pk").values_list(*names),
        *Project.objects.order_by("pk").values(),
        *ClockEntry.objects.order_by("pk").values(),
    ]


def test_a_sweep_changes_no_date_of_any_procedure(running: Procedure) -> None:
    before = facts_of_everything()
    for on in (date(2026, 2, 27), LATE, date(2026, 5, 1), date(2027, 1, 4)):
        sweep(on)
        assert facts_of_everything() == before


def test_run_late_it_finds_what_it_missed_with_the_right_deadline(running: Procedure) -> None:
    sweep()
    alert = of_c03()["passed", C03_DUE]
    assert "法定期限" in alert.words
    assert alert.department_code == running.department_code
    assert alert.number == running.number
    assert timezone.localdate(alert.noticed_at) == LATE


def test_run_twice_it_writes_nothing_twice(running: Procedure) -> None:
    noticed, closed = sweep()
    assert (noticed, closed) == (Alert.objects.count(), 0)
    assert noticed > 0
    trail = TrailEntry.objects.count()
    assert sweep() == (0, 0)
    assert TrailEntry.objects.count() == trail
    assert Alert.objects.count() == noticed


def test_never_run_the_first_one_gives_the_same_as_many(running: Procedure) -> None:
    for n in range(25, 29):
        sweep(date(2026, 2, n))
    sweep()
    often = set(of_c03(closed_on__isnull=True))
    Alert.objects.all().delete()
    sweep()
    assert set(of_c03(closed_on__isnull=True)) == often


def test_a_deadline_that_passes_is_closed_and_noticed_as_passed(running: Procedure) -> None:
    sweep(date(2026, 2, 27))
    assert ("due_soon", C03_DUE) in of_c03(closed_on__isnull=True)
    sweep(date(2026, 3, 4))
    found = of_c03()
    assert found["due_soon", C03_DUE].closed_on == date(2026, 3, 4)
    assert found["due_soon", C03_DUE].closed_why == "期限已过，另列逾期提醒"
    assert found["passed", C03_DUE].closed_on is None


def test_a_deadline_that_was_met_is_closed_and_stays(running: Procedure) -> None:
    sweep()
    ClockEntry.objects.create(
        procedure=running, kind="decide", on=date(2026, 3, 18), recorded_at=timezone.now(),
        document="准审〔2026〕2号", by_name="某经办（示例）",
    )  # fmt: skip
    sweep()
    alert = of_c03()["passed", C03_DUE]
    assert (alert.closed_on, alert.closed_why) == (LATE, "已办结")


def test_a_deadline_that_moved_is_closed_and_the_new_one_is_noticed(
    running: Procedure, move: Callable[..., Procedure]
) -> None:
    sweep(date(2026, 2, 27))
    move("C03", "stop", date(2026, 2, 27), reason="testing")
    sweep(date(2026, 2, 28))
    assert of_c03()["due_soon", C03_DUE].closed_why == "期限有变"
    move("C03", "resume", date(2026, 3, 18), reason="testing")
    sweep()
    assert ("due_soon", date(2026, 3, 23)) in of_c03(closed_on__isnull=True)


def test_a_deadline_that_comes_back_is_open_again_for_somebody_to_see(
    running: Procedure, move: Callable[..., Procedure]
) -> None:
    sweep(date(2026, 2, 27))
    alert = of_c03()["due_soon", C03_DUE]
    take_note(keys=[alert.pk], reach=None, actor=CLERK, at=timezone.now())
    move("C03", "stop", date(2026, 2, 27), reason="testing")
    sweep(date(2026, 2, 28))
    stop = ClockEntry.objects.get(kind="stop")
    ClockEntry.objects.create(
        procedure=running, kind="void", on=stop.on, corrects=stop,
        recorded_at=timezone.now(), by_name="某经办（示例）",
    )  # fmt: skip
    noticed, _ = sweep(date(2026, 3, 2))
    alert.refresh_from_db()
    assert noticed >= 1
    assert (alert.closed_on, alert.seen_at, alert.seen_by) == (None, None, "")


def test_alerts_of_a_project_that_left_the_list_are_closed(running: Procedure) -> None:
    sweep()
    Project.objects.update(state="removed")
    _, closed = sweep()
    assert closed == Alert.objects.count()
    assert set(Alert.objects.values_list("closed_why", flat=True)) == {"办件已不在台账"}


def test_an_alert_outlives_a_procedure_nobody_began(project: Project) -> None:
    sweep()
    idle = Procedure.objects.filter(alerts__isnull=False).first()
    assert idle
    number = idle.number
    Procedure.objects.filter(pk=idle.pk).delete()
    sweep()
    assert {a.closed_why for a in Alert.objects.filter(number=number)} == {"办件已不在台账"}


def test_a_sweep_of_nothing_leaves_no_trace(here: Tenant) -> None:
    trail = TrailEntry.objects.count()
    assert sweep() == (0, 0)
    assert TrailEntry.objects.count() == trail


def test_taking_note_names_who_and_when_and_is_in_the_trail(running: Procedure) -> None:
    sweep()
    alert = of_c03()["passed", C03_DUE]
    at = timezone.now()
    reach = {running.department_code}
    assert take_note(keys=[alert.pk], reach=reach, actor=CLERK, at=at) == 1
    assert take_note(keys=[alert.pk], reach=reach, actor=CLERK, at=at) == 0
    alert.refresh_from_db()
    assert (alert.seen_by, alert.seen_at) == (CLERK.name, at)
    last = TrailEntry.objects.order_by("-number").first()
    assert last
    assert (last.action, last.subject) == ("watches.take_note", running.number)
    sweep()
    alert.refresh_from_db()
    assert alert.seen_by == CLERK.name


def test_another_units_alerts_are_not_theirs_to_note(running: Procedure) -> None:
    sweep()
    alert = of_c03()["passed", C03_DUE]
    with pytest.raises(AlertRefused, match=running.number):
        take_note(keys=[alert.pk], reach={"sthj"}, actor=CLERK, at=timezone.now())
    with pytest.raises(AlertRefused, match="没有勾选"):
        take_note(keys=[], reach=None, actor=CLERK, at=timezone.now())
    alert.refresh_from_db()
    assert alert.seen_at is None


def test_the_neighbour_has_no_alert_of_it(running: Procedure, dalate: Tenant) -> None:
    sweep()
    with visiting(dalate):
        assert Alert.objects.count() == 0
        assert sweep() == (0, 0)
