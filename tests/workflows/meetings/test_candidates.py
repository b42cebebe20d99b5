"""What is offered for a meeting: what the last one left, once, and what departments object to."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from tests.workflows.meetings.conftest import CLERK, NOW, ON, minuted, prepared, step
from workflows.assignments.lifecycle import SheetState
from workflows.assignments.models import Sheet
from workflows.meetings.candidates import candidates, left_over, objections
from workflows.meetings.lifecycle import State
from workflows.meetings.models import Item, Meeting, Resolution
from workflows.projects import sample
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Comment, Opinion, Project

pytestmark = pytest.mark.django_db
LATER = ON + timedelta(days=20)


def discussed(
    days: int, key: str = "procedure:P-1", *, settled: bool = False, state: str = State.MINUTED
) -> Item:
    """An item at a meeting so many days after the first."""
    meeting = Meeting.objects.create(
        kind="consultation",
        title=f"第{days}天会商会",
        on=ON + timedelta(days=days),
        at=time(9),
        place="三楼",
        chair="副旗长",
        state=state,
        made_at=timezone.now(),
    )
    return Item.objects.create(
        meeting=meeting, order=1, title=f"第{days}天", key=key, settled=settled
    )


def offered() -> list[tuple[str, str]]:
    return [(each.key, each.title) for each in left_over(LATER)]


def test_what_a_later_meeting_settled_is_no_longer_left_over() -> None:
    discussed(0)
    discussed(9, settled=True)
    assert offered() == []
    discussed(12)  # and it came back
    assert offered() == [("procedure:P-1", "第12天")]


def test_what_resolutions_settled_that_are_done_is_no_longer_left_over() -> None:
    minuted()
    assert [key for key, _ in offered()] == ["procedure:X-1"]
    Resolution.objects.update(closed_on=ON, dropped_why="另行处理")
    assert [key for key, _ in offered()] == ["procedure:X-1"]
    Resolution.objects.update(dropped_why="")
    assert offered() == []


def test_a_sheet_that_was_closed_since_is_no_longer_left_over() -> None:
    minuted()
    sheet = Sheet.objects.get()
    Resolution.objects.update(closed_on=ON)
    discussed(0, f"sheet:{sheet.pk}")
    assert [key for key, _ in offered()] == [f"sheet:{sheet.pk}"]
    Sheet.objects.update(state=SheetState.CLOSED)
    assert offered() == []


def test_what_was_left_over_twice_is_offered_once() -> None:
    discussed(0)
    discussed(1)
    discussed(2, "procedure:P-2")
    assert offered() == [("procedure:P-2", "第2天"), ("procedure:P-1", "第1天")]


def test_what_is_being_minuted_waits_for_its_minutes() -> None:
    discussed(0)
    discussed(5, state=State.HELD)
    assert offered() == []


def test_an_item_of_the_offices_own_is_carried_over_under_one_name() -> None:
    meeting = prepared()
    step(meeting, "add_item", title="接网", why="久拖")
    own = meeting.items.get(title="接网")
    Item.objects.exclude(pk=own.pk).delete()
    Meeting.objects.update(state=State.MINUTED)
    key = f"item:{own.pk}"
    assert offered() == [(key, "接网")]
    (again,) = left_over(LATER)
    meeting = step(prepared(), "add_items", candidates=[again])
    assert meeting.items.filter(key=key).exists()
    discussed(5, key)
    assert offered() == [(key, "第5天")]
    discussed(6, key, settled=True)
    assert offered() == []


def test_an_objection_nobody_answered_is_offered_with_its_unit_and_words() -> None:
    rows = sample.sample_rows("zhungeer", 2027, 1)
    sample.load(rows, year=2027, on=date(2026, 10, 8), actor=CLERK)
    project = Project.objects.get()
    Project.objects.update(state=ProjectState.COMMENTING, round=1, consulted=["zrzy", "sthj"])

    def says(code: str, opinion: str, verdict: str = "") -> None:
        Comment.objects.create(
            project=project,
            department_code=code,
            round=1,
            opinion=opinion,
            text="占用基本农田",
            at=timezone.now(),
            by_name="某某（示例）",
            verdict=verdict,
            handled_why="已调整" if verdict else "",
            handled_at=NOW if verdict else None,
        )

    says("sthj", Opinion.OBJECT, "adopted")
    assert list(objections(ON)) == []
    says("zrzy", Opinion.OBJECT)
    (found,) = (each for each in candidates(ON) if each.project_id == project.pk)
    assert found.departments == ("zrzy",)
    assert "占用基本农田" in found.why
    says("zrzy", Opinion.AGREE)  # it changed its mind
    assert list(objections(ON)) == []
