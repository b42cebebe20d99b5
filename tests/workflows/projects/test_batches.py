"""A move of the whole list loses no project and moves none twice, whoever dies or clicks again."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kernel.refusal import Refused
from kernel.trail import Actor
from tenants.models import Tenant
from workflows.projects import actions, batches, hooks, queries
from workflows.projects.lifecycle import State
from workflows.projects.models import Batch, Outcome, Project, Revision

CLERK = Actor(1, "某某（示例）", "机制办公室")
ON = date(2025, 10, 28)

pytestmark = pytest.mark.django_db

Made = Callable[..., Project]


def begun(move: str = "confirm") -> Batch:
    return batches.begin(move=move, year=2026, on=ON, actor=CLERK)


@pytest.fixture
def five(here: Tenant, commenting: Made) -> list[Project]:
    return [commenting(name=f"项目{n}（示例）") for n in range(5)]


def test_every_project_is_moved_once_with_its_own_line_of_history(
    five: list[Project], called: list[Any]
) -> None:
    batch = begun()
    batches.work_through(batch)

    assert {p.state for p in queries.listed(2026)} == {State.CONFIRMED}
    assert [event[:2] for event in called] == [("ON_CONFIRM", p.number) for p in five]
    assert (
        Revision.objects.filter(changes__contains=[{"field": "state", "new": "confirmed"}]).count()
        == 5
    )
    batch.refresh_from_db()
    assert batch.finished_at is not None
    assert queries.progress(batch) == queries.Progress(total=5, done=5, refused=0)


def test_a_second_click_gets_the_batch_that_runs(five: list[Project], called: list[Any]) -> None:
    assert begun() == begun()
    assert Batch.objects.count() == 1


def test_working_through_again_does_nothing(five: list[Project], called: list[Any]) -> None:
    batch = begun()
    batches.work_through(batch)
    versions = list(queries.listed(2026).values_list("version", flat=True))

    batches.work_through(batch)

    assert list(queries.listed(2026).values_list("version", flat=True)) == versions
    assert len(called) == 5


def test_a_worker_that_dies_leaves_the_rest_for_the_next(
    five: list[Project], called: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    real = actions.make_move

    def dying(**given: Any) -> Project:
        moved = real(**given)
        if given["number"] == five[2].number:
            raise Killed
        return moved

    batch = begun()
    monkeypatch.setattr(batches, "make_move", dying)
    with pytest.raises(Killed):
        batches.work_through(batch)
    assert queries.progress(batch).done == 2
    five[2].refresh_from_db()
    assert five[2].state == State.COMMENTING, "its half-done move is rolled back"

    monkeypatch.setattr(batches, "make_move", real)
    batches.work_through(batch)

    assert queries.progress(batch).done == 5
    assert {p.version for p in queries.listed(2026)} == {3}


def test_a_refusal_and_a_fault_do_not_stop_the_others(
    five: list[Project], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def picky(project: Project, *, on: date, actor: Actor) -> None:
        if project.number == five[1].number:
            raise Refused("没有适用的事项。")
        if project.number == five[3].number:
            raise ZeroDivisionError

    monkeypatch.setattr(hooks, "ON_CONFIRM", [picky])
    batch = begun()
    batches.work_through(batch)

    assert queries.progress(batch) == queries.Progress(total=5, done=3, refused=2)
    messages = batch.items.filter(outcome=Outcome.REFUSED).values_list("message", flat=True)
    assert list(messages) == [
        "没有适用的事项。",
        "系统差错，这个项目没有改动；请告知系统维护人员。",
    ]
    assert queries.tally(2026).of(State.COMMENTING) == 2
    assert "ZeroDivisionError" in caplog.text


def test_what_a_department_objects_to_waits_for_a_person(
    five: list[Project], called: list[Any]
) -> None:
    actions.comment(
        number=five[0].number, department_code="sthj", opinion="object", text="选址", actor=CLERK
    )
    batch = begun()
    batches.work_through(batch)

    five[0].refresh_from_db()
    assert five[0].state == State.COMMENTING
    assert queries.progress(batch).total == 4


def test_an_empty_list_begins_nothing(here: Tenant) -> None:
    with pytest.raises(Refused, match="没有可以办理这一步的项目"):
        begun()
    assert not Batch.objects.exists()
