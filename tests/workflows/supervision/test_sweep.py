"""The sweep chases each deadline by stages: on its day, once, quiet on rest days, never two at once.

Days are counted by hand from the 2026 notice: rest from 15 to 23 February, work on Saturday 14 and
Saturday 28 February.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from kernel.notices.models import Notice
from kernel.trail import Actor
from tenants.models import Tenant
from workflows.assignments.actions import (
    PartDraft,
    Source,
    answer_extension,
    ask_extension,
    draw_up,
    hand_over,
)
from workflows.assignments.lifecycle import SourceKind
from workflows.assignments.lifecycle import State as PartState
from workflows.assignments.models import Part
from workflows.issuing.models import Issued
from workflows.supervision.actions import chase, pause, reply, revise, sweep
from workflows.supervision.lifecycle import ChaseRefused, Stage, State
from workflows.supervision.models import Case, Step
from workflows.supervision.queries import rules
from workflows.supervision.rules import STANDARD, with_offsets

CLERK = Actor(1, "某某（示例）", "机制办公室")
GIVEN = date(2026, 1, 12)
DUE = date(2026, 2, 11)  # a Wednesday; three working days before it: 6 February

pytestmark = pytest.mark.django_db


def handed(due_on: date = DUE, codes: tuple[str, ...] = ("zrzy",), on: date = GIVEN) -> list[Part]:
    sheet = draw_up(
        source=Source(kind=SourceKind.LEADER, words="批示"),
        title="加快用地预审",
        matter="事由",
        demand="要求",
        due_on=due_on,
        parts=[
            PartDraft(department_code=code, leads=place == 0) for place, code in enumerate(codes)
        ],
        on=on,
        actor=CLERK,
    )
    hand_over(sheet_id=sheet.pk, on=on, actor=CLERK)
    return list(sheet.parts.order_by("pk"))


def swept(on: date) -> int:
    return sweep(on=on, at=timezone.now())


@pytest.fixture
def _banner(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> Iterator[None]:
    with in_tenant(zhungeer):
        yield


@pytest.mark.usefixtures("_banner")
class TestTheCalendar:
    @pytest.mark.parametrize(
        ("day", "stage"),
        [
            (date(2026, 2, 5), None),
            (date(2026, 2, 6), Stage.REMIND),
            (date(2026, 2, 11), Stage.REMIND),
            (date(2026, 2, 12), Stage.URGE),  # one working day after
            (date(2026, 2, 13), Stage.URGE),
            (date(2026, 2, 14), Stage.SUPERVISE),  # a Saturday worked: the third
            (date(2026, 2, 24), Stage.SUPERVISE),  # after the festival: the fourth
            (date(2026, 2, 25), Stage.REPORT),  # the fifth
        ],
    )
    def test_each_stage_begins_on_its_working_day(self, day: date, stage: Stage | None) -> None:
        handed()
        swept(day)
        assert [case.stage for case in Case.objects.all()] == ([stage] if stage else [])

    def test_from_day_to_day_each_stage_is_raised_once(self) -> None:
        handed()
        raised = {}
        day = date(2026, 2, 2)
        while day <= date(2026, 3, 2):
            for _ in range(3):  # several times a day
                if swept(day):
                    assert day not in raised
                    raised[day] = Step.objects.filter(kind=Step.Kind.STAGE).latest("pk").stage
            day += timedelta(days=1)
        assert raised == {
            date(2026, 2, 6): Stage.REMIND,
            date(2026, 2, 12): Stage.URGE,
            date(2026, 2, 14): Stage.SUPERVISE,
            date(2026, 2, 25): Stage.REPORT,
        }

    def test_a_rest_day_is_quiet_and_the_next_working_day_catches_up(self) -> None:
        handed(due_on=date(2026, 2, 14))  # the day before the festival
        assert swept(date(2026, 2, 14)) == 1  # reminded
        for day in range(15, 24):
            assert swept(date(2026, 2, day)) == 0
        assert swept(date(2026, 2, 24)) == 1
        assert Case.objects.get().stage == Stage.URGE

    def test_a_week_missed_raises_the_hardest_stage_alone(self) -> None:
        handed()
        assert swept(date(2026, 2, 25)) == 1
        case = Case.objects.get()
        assert case.stage == Stage.REPORT
        assert {step.stage: step.kind for step in case.steps.all()} == {
            Stage.REMIND: "skipped",
            Stage.URGE: "skipped",
            Stage.SUPERVISE: "skipped",
            Stage.REPORT: "stage",
        }
        told = Notice.objects.filter(room="supervision")
        assert all(notice.text.startswith("报告召集人") for notice in told)


@pytest.mark.usefixtures("_banner")
class TestTheCase:
    def test_what_is_done_is_closed_and_chased_no_more(self) -> None:
        (part,) = handed()
        swept(date(2026, 2, 6))
        Part.objects.filter(pk=part.pk).update(state=PartState.REPORTED, reported_on=DUE)
        assert swept(date(2026, 2, 12)) == 0
        case = Case.objects.get()
        assert (case.state, case.closed_why, case.closed_on) == (
            State.CLOSED,
            "已办结",
            date(2026, 2, 12),
        )
        assert swept(date(2026, 2, 25)) == 0

    def test_an_extended_deadline_is_chased_anew_and_the_old_one_closed(self) -> None:
        (part,) = handed()
        swept(date(2026, 2, 12))
        asked = ask_extension(
            part_id=part.pk,
            until_on=date(2026, 3, 31),
            reason="评审",
            on=DUE,
            actor=CLERK,
            reach={"zrzy"},
        )
        answer_extension(extension_id=asked.pk, granted=True, text="", on=DUE, actor=CLERK)
        assert swept(date(2026, 2, 13)) == 0
        old = Case.objects.get()
        assert (old.state, old.closed_why) == (State.CLOSED, "期限变更或停表")
        assert swept(date(2026, 4, 1)) == 1
        new = Case.objects.get(due_on=date(2026, 3, 31))
        assert new.stage == Stage.URGE

    def test_what_was_written_off_and_is_open_again_is_taken_up_again(self) -> None:
        (part,) = handed()
        swept(date(2026, 2, 12))
        Part.objects.filter(pk=part.pk).update(state=PartState.REPORTED, reported_on=DUE)
        swept(date(2026, 2, 13))
        Part.objects.filter(pk=part.pk).update(state=PartState.WORKING, reported_on=None)
        swept(date(2026, 2, 14))
        case = Case.objects.get()
        assert (case.state, case.stage, case.closed_on) == (State.CHASING, Stage.SUPERVISE, None)
        assert [s.stage for s in case.steps.filter(kind="stage")] == ["urge", "supervise"]

    def test_a_pause_holds_to_its_day_and_the_stage_is_then_caught_up(self) -> None:
        handed()
        swept(date(2026, 2, 12))
        case = Case.objects.get()
        facts: dict[str, Any] = {"case_id": case.pk, "at": timezone.now(), "actor": CLERK}
        with pytest.raises(ChaseRefused, match="暂缓至"):
            pause(version=1, until_on=GIVEN, text="等评审", on=date(2026, 2, 12), **facts)
        pause(version=1, until_on=date(2026, 2, 27), text="等评审", on=date(2026, 2, 12), **facts)
        with pytest.raises(ChaseRefused, match="已有变动"):
            pause(version=1, until_on=date(2026, 2, 27), text="等", on=date(2026, 2, 12), **facts)
        assert swept(date(2026, 2, 14)) == 0
        assert swept(date(2026, 2, 27)) == 0
        assert swept(date(2026, 2, 28)) == 1  # a Saturday worked
        assert Case.objects.get().stage == Stage.REPORT

    def test_by_hand_a_case_goes_harder_and_never_softer(self) -> None:
        handed()
        swept(date(2026, 2, 12))
        case = Case.objects.get()
        facts: dict[str, Any] = {
            "case_id": case.pk,
            "on": date(2026, 2, 12),
            "at": timezone.now(),
            "actor": CLERK,
            "text": "今天下班前报进展。",
        }
        with pytest.raises(ChaseRefused, match="不能退到“提醒”"):
            chase(version=1, stage="remind", **facts)
        chase(version=1, stage="supervise", **facts)
        assert swept(date(2026, 2, 14)) == 0  # supervised by hand already
        assert swept(date(2026, 2, 25)) == 1

    def test_a_department_answers_for_its_own_alone(self) -> None:
        handed()
        swept(date(2026, 2, 12))
        facts: dict[str, Any] = {
            "case_id": Case.objects.get().pk,
            "on": date(2026, 2, 12),
            "at": timezone.now(),
            "actor": CLERK,
        }
        with pytest.raises(ChaseRefused, match="不由您所在单位承办"):
            reply(text="在办", reach={"lcj"}, **facts)
        reply(text="在办", reach={"zrzy"}, **facts)
        roles = Notice.objects.filter(key__startswith="supervision:reply").values_list(
            "role", flat=True
        )
        assert sorted(roles) == ["office", "supervision"]


@pytest.mark.usefixtures("_banner")
class TestTheLetter:
    def test_a_department_gets_one_letter_with_a_row_for_each_deadline(self) -> None:
        handed(codes=("zrzy", "lcj"))
        handed(due_on=date(2026, 2, 11), codes=("zrzy",))
        swept(date(2026, 2, 12))
        letters = {
            tuple(letter.department_codes): letter
            for letter in Issued.objects.filter(kind="urging")
        }
        assert set(letters) == {("zrzy",), ("lcj",)}
        paper = letters[("zrzy",)].as_paper
        (table,) = [block for block in paper.body if hasattr(block, "rows")]
        chased = Case.objects.filter(department_code="zrzy").order_by("number")
        assert [row[0] for row in table.rows] == [case.number for case in chased]
        assert {row[4] for row in table.rows} == {"1天"}
        assert {step.letter for step in Step.objects.filter(stage="urge", case__in=chased)} == {
            letters[("zrzy",)]
        }

    def test_a_reminder_is_no_letter_and_tells_the_department_alone(self) -> None:
        handed()
        swept(date(2026, 2, 6))
        assert not Issued.objects.filter(kind="urging").exists()
        (notice,) = Notice.objects.filter(room="supervision")
        assert (notice.department_code, notice.role) == ("zrzy", "")

    def test_the_convener_is_told_when_the_rule_says_so(self) -> None:
        handed()
        swept(date(2026, 2, 25))
        told = Notice.objects.filter(room="supervision").exclude(role="")
        assert sorted(told.values_list("role", flat=True)) == ["leader", "office", "supervision"]


@pytest.mark.usefixtures("_banner")
class TestTheRule:
    def offer(self, seen: int = 1, effective_from: date = GIVEN, **offsets: int) -> Any:
        usual = {rule.stage.value: rule.offset for rule in STANDARD.stages}
        rule = with_offsets(STANDARD, usual | offsets)
        rule = type(rule)(0, effective_from, rule.stages)
        return revise(
            rule=rule, why="试行", document="", seen=seen, on=GIVEN, at=timezone.now(), actor=CLERK
        )

    def test_a_new_version_holds_from_its_day(self) -> None:
        self.offer(remind=-5, effective_from=date(2026, 2, 9))
        handed()
        assert swept(date(2026, 2, 4)) == 0  # five working days before, but under the old rule
        assert swept(date(2026, 2, 6)) == 1
        assert [rule.number for rule in rules()] == [1, 2]

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"seen": 2}, "请看过再修订"),
            ({"urge": 4}, "一级比一级晚"),
            ({}, "没有可修订的"),
            ({"urge": 2, "effective_from": GIVEN - timedelta(days=1)}, "不追改"),
            ({"urge": 2, "effective_from": GIVEN + timedelta(days=400)}, "一年之内"),
        ],
    )
    def test_a_version_that_makes_no_sense_is_refused(
        self, changed: dict[str, Any], sentence: str
    ) -> None:
        with pytest.raises(ChaseRefused, match=sentence):
            self.offer(**changed)
