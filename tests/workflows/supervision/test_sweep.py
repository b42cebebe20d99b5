"""The sweep chases each deadline by stages: on its day, once, quiet on rest days, never two at once.

Days are counted by hand from the 2026 notice: rest from 15 to 23 February, work on Saturday 14 and
Saturday 28 February.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
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
from workflows.supervision import duties
from workflows.supervision.actions import chase, pause, reply, revise, sweep
from workflows.supervision.duties import Duty
from workflows.supervision.lifecycle import ChaseRefused, Stage, State
from workflows.supervision.models import Case, Step
from workflows.supervision.queries import rules
from workflows.supervision.rules import STANDARD, ChaseRule, with_offsets

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
            DUE,  # when it was reported, not when that was noticed
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

    def test_what_is_dropped_undone_is_neither_done_nor_moved(self) -> None:
        (part,) = handed()
        swept(date(2026, 2, 12))
        Part.objects.filter(pk=part.pk).update(state=PartState.CANCELLED)
        swept(date(2026, 2, 13))
        assert Case.objects.get().closed_why == "不再办理"

    def test_done_on_the_last_day_and_noticed_after_the_festival_it_was_kept(self) -> None:
        (part,) = handed(due_on=date(2026, 2, 14))
        swept(date(2026, 2, 14))
        Part.objects.filter(pk=part.pk).update(
            state=PartState.REPORTED, reported_on=date(2026, 2, 14)
        )
        assert swept(date(2026, 2, 24)) == 0
        case = Case.objects.get()
        assert (case.closed_on, case.late_days) == (date(2026, 2, 14), 0)

    def test_on_a_rest_day_what_is_done_is_closed_and_nothing_is_raised(self) -> None:
        (part, _) = handed(codes=("zrzy", "lcj"))
        swept(date(2026, 2, 14))
        Part.objects.filter(pk=part.pk).update(state=PartState.REPORTED, reported_on=DUE)
        before = Step.objects.count()
        assert swept(date(2026, 2, 20)) == 0
        assert Step.objects.count() == before
        states = dict(Case.objects.values_list("department_code", "state"))
        assert states == {"zrzy": State.CLOSED, "lcj": State.CHASING}

    def test_what_was_closed_years_ago_is_taken_up_again_and_stops_nobody(self) -> None:
        (part,) = handed(due_on=date(2024, 9, 4), on=date(2024, 8, 5))
        swept(date(2024, 9, 12))
        Part.objects.filter(pk=part.pk).update(
            state=PartState.REPORTED, reported_on=date(2024, 9, 12)
        )
        swept(date(2024, 9, 13))
        Part.objects.filter(pk=part.pk).update(state=PartState.WORKING, reported_on=None)
        swept(date(2026, 2, 12))
        assert Case.objects.get().state == State.CHASING

    def test_what_a_duty_is_called_and_who_answers_for_it_stay_current(self) -> None:
        (part,) = handed()
        swept(date(2026, 2, 6))
        Part.objects.filter(pk=part.pk).update(department_code="lcj")
        part.sheet.title = "加快林地审核"
        part.sheet.save(update_fields=["title"])
        swept(date(2026, 2, 9))
        case = Case.objects.get()
        assert (case.title, case.department_code) == ("加快林地审核", "lcj")
        assert swept(date(2026, 2, 12)) == 1
        assert Issued.objects.get(kind="urging").department_codes == ["lcj"]

    def test_by_hand_all_are_told_whom_the_rule_tells_and_a_letter_goes_out_if_asked(self) -> None:
        handed()
        swept(date(2026, 2, 6))
        case = Case.objects.get()
        facts: dict[str, Any] = {
            "case_id": case.pk,
            "at": timezone.now(),
            "actor": CLERK,
            "text": "请今天报情况。",
            "letter": True,
        }
        with pytest.raises(ChaseRefused, match="期限 2026-02-11 还没有过"):
            chase(version=1, stage="report", on=DUE, **facts)
        chase(version=1, stage="report", on=date(2026, 2, 12), **facts)
        told = Notice.objects.filter(key__startswith="supervision:step")
        assert sorted(told.values_list("role", "department_code")) == [
            ("", "zrzy"),
            ("leader", ""),
            ("office", ""),
            ("supervision", ""),
        ]
        (table,) = [
            b for b in Issued.objects.get(kind="urging").as_paper.body if hasattr(b, "rows")
        ]
        assert [row[1] for row in table.rows] == [case.title]

    def test_the_office_gives_no_answer_for_a_department(self) -> None:
        handed()
        swept(date(2026, 2, 12))
        with pytest.raises(ChaseRefused, match="请由承办单位回复"):
            reply(
                case_id=Case.objects.get().pk, text="在办", reach=None, on=date(2026, 2, 12),
                at=timezone.now(), actor=CLERK,
            )  # fmt: skip

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

    def test_a_letter_before_the_deadline_is_refused(self) -> None:
        reminded = tuple(
            replace(stage, letter=stage.stage == Stage.REMIND) for stage in STANDARD.stages
        )
        rule = ChaseRule(0, GIVEN, reminded)
        with pytest.raises(ChaseRefused, match="“提醒”还在期限以内，不发催办函"):
            revise(
                rule=rule, why="试行", document="", seen=1, on=GIVEN, at=timezone.now(), actor=CLERK
            )

    def test_one_kind_of_duty_has_days_of_its_own_and_gives_them_up_again(self) -> None:
        later = tuple(replace(stage, offset=stage.offset + 1) for stage in STANDARD.stages)
        facts: dict[str, Any] = {"document": "", "on": GIVEN, "at": timezone.now(), "actor": CLERK}
        first = replace(STANDARD, effective_from=GIVEN).with_own("assignments", later)
        revise(rule=first, why="交办任务宽一天", seen=1, **facts)
        handed()
        assert swept(date(2026, 2, 6)) == 0
        assert swept(date(2026, 2, 9)) == 1  # two working days before
        (_, second) = rules()
        assert second.for_source("procedures").stages == STANDARD.stages
        assert second.for_source("assignments").stages == later
        revise(rule=second.with_own("assignments", None), why="改回", seen=2, **facts)
        assert rules()[-1].own == {}
        assert swept(date(2026, 2, 12)) == 1  # the letter goes out on the first day after


def test_a_rule_put_down_before_sources_had_their_own_is_still_read() -> None:
    rows = STANDARD.write()["stages"]
    assert ChaseRule.read(2, GIVEN, rows) == replace(STANDARD, number=2, effective_from=GIVEN)


@pytest.mark.usefixtures("_banner")
class TestTheCost:
    @pytest.fixture
    def many(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
        """``many(n)``: a single source with ``n`` overdue duties."""

        def declare(n: int) -> None:
            found = [
                Duty(
                    source="x", key=str(i), number=f"示例{i}", title="某事", url="/",
                    department_code="zrzy", due_on=date(2026, 2, 11),
                )
                for i in range(n)
            ]  # fmt: skip
            source = duties.Source("x", "示例", lambda last: found, set)
            monkeypatch.setattr(duties, "_sources", {"x": source})

        return declare

    def queries(self, on: date) -> int:
        with CaptureQueriesContext(connection) as asked:
            swept(on)
        return len(asked)

    def test_many_duties_cost_as_many_queries_as_few(self, many: Callable[[int], None]) -> None:
        many(3)
        swept(date(2026, 2, 12))
        few = (self.queries(date(2026, 2, 12)), self.queries(date(2026, 2, 14)))
        Case.objects.all().delete()
        many(400)
        swept(date(2026, 2, 12))
        assert (self.queries(date(2026, 2, 12)), self.queries(date(2026, 2, 14))) == few
