"""Steps, edits and comments: guarded, kept in history, told to other rooms."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from kernel.notices.models import Notice
from kernel.refusal import Refused
from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.models import Tenant
from workflows.projects import actions, hooks, queries
from workflows.projects.lifecycle import MoveRefused, State
from workflows.projects.models import Comment, Project, Revision
from workflows.projects.workbook import ProjectFacts

CLERK = Actor(1, "某某（示例）", "机制办公室")
ON = date(2025, 10, 28)

pytestmark = pytest.mark.django_db

Made = Callable[..., Project]


def edited(project: Project, facts: ProjectFacts, **more: Any) -> Project:
    given = {"version": project.version, "reason": "初步设计调整", "on": ON, "actor": CLERK}
    return actions.edit(number=project.number, facts=facts, **given | more)


def commented(project: Project, opinion: str, text: str = "", department: str = "sthj") -> Comment:
    return actions.comment(
        number=project.number, department_code=department, opinion=opinion, text=text, actor=CLERK
    )


def handled(comment: Comment, verdict: str, why: str) -> Comment:
    return actions.handle(
        comment_id=comment.pk,
        verdict=verdict,
        why=why,
        seen_at=None,
        at=timezone.now(),
        actor=CLERK,
    )


class TestRegister:
    def test_numbers_follow_one_another(self, here: Tenant, project: Made) -> None:
        assert project().number == "ZGE-2026-001"
        assert project(name="另一个项目（示例）").number == "ZGE-2026-002"

    def test_the_rule_that_admits_it_is_recorded(self, here: Tenant, project: Made) -> None:
        small = project(investment_wan=Decimal("8000.00"), admission_claim="investment_attraction")
        assert small.admission_rule == "investment_attraction"
        assert small.admission_reason == "列为重点招商引资项目"

    def test_what_no_rule_admits_stays_out(self, here: Tenant, project: Made) -> None:
        with pytest.raises(actions.NotEligible, match="不到100,000万元"):
            project(investment_wan=Decimal("99999.99"))
        assert not Project.objects.exists()

    def test_the_tenants_own_threshold_counts(
        self, here: Tenant, project: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(here, "threshold_wan", Decimal(20_000))
        assert project(investment_wan=Decimal("20000.00")).admission_rule == "investment"

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({}, "已有同名且同一单位的项目"),
            ({"name": "换个名字（示例）"}, "项目代码在同一年度的另一个项目上"),
        ],
    )
    def test_a_second_of_the_same_is_refused_in_words(
        self, here: Tenant, project: Made, changed: dict[str, str], sentence: str
    ) -> None:
        project(project_code="2601-150622-04-01-123456")
        with pytest.raises(Refused, match=sentence):
            project(**{"project_code": "2601-150622-04-01-123456"} | changed)
        assert Project.objects.count() == 1


class TestEdit:
    def test_every_fact_that_changed_is_kept_with_both_values(
        self, here: Tenant, project: Made, facts: Callable[..., ProjectFacts], called: list[Any]
    ) -> None:
        first = project()
        second = edited(
            first, facts(investment_wan=Decimal("180000.00"), planned_start_on=date(2026, 8, 1))
        )
        assert second.version == 2
        (revision,) = second.revisions.all()
        assert (revision.reason, revision.by_name) == ("初步设计调整", "某某（示例）")
        assert {c["field"]: (c["old"], c["new"]) for c in revision.changes} == {
            "investment_wan": ("150000.00", "180000.00"),
            "planned_start_on": ("2026-04-15", "2026-08-01"),
            "target_on": ("2026-03-31", "2026-08-31"),
        }
        assert called == []

    def test_a_stale_page_writes_nothing(
        self, here: Tenant, project: Made, facts: Callable[..., ProjectFacts]
    ) -> None:
        seen = project()
        edited(seen, facts(note="先改的"))
        with pytest.raises(actions.Stale, match="现为第2版，您看到的是第1版"):
            edited(seen, facts(note="后改的"), version=1)
        assert Project.objects.get().note == "先改的"

    def test_the_same_facts_are_no_change(
        self, here: Tenant, project: Made, facts: Callable[..., ProjectFacts]
    ) -> None:
        with pytest.raises(actions.NothingToChange):
            edited(project(), facts())
        assert not Revision.objects.exists()

    def test_a_confirmed_project_is_planned_again(
        self,
        here: Tenant,
        confirmed: Made,
        facts: Callable[..., ProjectFacts],
        called: list[Any],
    ) -> None:
        there = confirmed()
        called.clear()
        edited(there, facts(planned_start_on=date(2026, 8, 1)))
        assert called == [("ON_CHANGE", there.number, ON)]

    def test_it_must_stay_eligible(
        self, here: Tenant, project: Made, facts: Callable[..., ProjectFacts]
    ) -> None:
        with pytest.raises(actions.NotEligible):
            edited(project(), facts(investment_wan=Decimal("500.00")))

    def test_a_removed_project_is_restored_first(
        self, here: Tenant, project: Made, move: Made, facts: Callable[..., ProjectFacts]
    ) -> None:
        gone = move(project(), "remove")
        with pytest.raises(Refused, match="请先恢复为草拟"):
            edited(gone, facts(note="x"))


class TestMoves:
    def test_confirming_keeps_the_day_and_tells_other_rooms(
        self, here: Tenant, project: Made, move: Made, called: list[Any]
    ) -> None:
        there = move(project(), "send_for_comment", "confirm")
        assert (there.state, there.confirmed_on) == (State.CONFIRMED, ON)
        assert called == [("ON_CONFIRM", "ZGE-2026-001", ON)]
        actions_done = TrailEntry.objects.order_by("number").values_list("action", flat=True)
        assert list(actions_done)[-2:] == ["projects.send_for_comment", "projects.confirm"]

    def test_a_draft_can_not_be_confirmed(self, here: Tenant, project: Made, move: Made) -> None:
        with pytest.raises(MoveRefused, match="现为“草拟”，不能“确认入列”"):
            move(project(), "confirm")

    def test_a_confirmation_before_the_consultation_is_refused(
        self, here: Tenant, commenting: Made, move: Made
    ) -> None:
        with pytest.raises(Refused, match="早于送征求意见的2025年10月28日"):
            move(commenting(), "confirm", on=date(2025, 10, 27))

    def test_an_unhandled_objection_keeps_a_project_off_the_list_whatever_reason_is_given(
        self, here: Tenant, commenting: Made, move: Made, called: list[Any]
    ) -> None:
        there = commenting()
        objection = commented(there, "object", "选址不当")
        with pytest.raises(Refused, match=r"生态环境局对.*不同意，意见还没有处理"):
            move(there, "confirm", reason="已协调调整选址")
        assert queries.objected(queries.listed(2026)) == {there.pk}
        handled(objection, "rejected", "选址已避开保护区，附核查意见")
        assert queries.objected(queries.listed(2026)) == set()
        assert move(there, "confirm", reason="").state == State.CONFIRMED

    def test_a_department_that_changes_its_mind_no_longer_objects(
        self, here: Tenant, commenting: Made, move: Made, called: list[Any]
    ) -> None:
        there = commenting()
        commented(there, "object", "选址不当")
        commented(there, "agree")
        assert move(there, "confirm", reason="").state == State.CONFIRMED

    @pytest.mark.parametrize("name", ["take_back", "remove"])
    def test_some_steps_ask_for_a_reason(
        self, here: Tenant, commenting: Made, move: Made, name: str
    ) -> None:
        with pytest.raises(Refused, match="要写明理由"):
            move(commenting(), name, reason="")

    def test_removing_a_confirmed_project_tells_other_rooms_and_it_can_come_back(
        self, here: Tenant, confirmed: Made, move: Made, called: list[Any]
    ) -> None:
        gone = move(confirmed(), "remove", reason="业主停建")
        assert called[-1] == ("ON_REMOVE", gone.number, ON)
        back = move(gone, "restore")
        assert (back.state, back.confirmed_on, back.consulted) == (State.DRAFT, None, [])

    def test_a_removal_before_the_confirmation_is_refused(
        self, here: Tenant, confirmed: Made, move: Made
    ) -> None:
        with pytest.raises(Refused, match="早于确认日期"):
            move(confirmed(), "remove", on=date(2025, 10, 1))

    def test_the_step_of_a_stale_page_is_refused(
        self, here: Tenant, project: Made, facts: Callable[..., ProjectFacts]
    ) -> None:
        there = project()
        edited(there, facts(note="改过"))
        with pytest.raises(actions.Stale):
            actions.make_move(
                number=there.number, name="send_for_comment", version=1, on=ON, actor=CLERK
            )

    def test_a_hook_that_refuses_undoes_the_step(
        self, here: Tenant, commenting: Made, move: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refusing(project: Project, *, on: date, actor: Actor) -> None:
            raise Refused("事项目录里没有适用的事项。")

        monkeypatch.setattr(hooks, "ON_CONFIRM", [refusing])
        there = commenting()
        with pytest.raises(Refused, match="没有适用的事项"):
            move(there, "confirm")
        there.refresh_from_db()
        assert (there.state, there.version) == (State.COMMENTING, 2)

    def test_the_history_tells_the_states(self, here: Tenant, commenting: Made) -> None:
        (revision,) = commenting().revisions.all()
        assert revision.changes == [
            {"field": "state", "old": "draft", "new": "commenting"},
            {"field": "sent_on", "old": None, "new": "2025-10-28"},
        ]


class TestComments:
    def test_the_industry_decides_who_is_asked(self, here: Tenant, commenting: Made) -> None:
        assert commenting(industry="chemical").consulted == ["gxj", "yjj", "zrzy", "sthj"]

    def test_who_was_asked_and_has_not_answered_is_waited_for(
        self, here: Tenant, commenting: Made
    ) -> None:
        there = commenting()
        assert list(queries.waiting_for("sthj")) == [there]
        assert list(queries.waiting_for("jtj")) == []
        assert list(queries.waiting_for("")) == []
        commented(there, "agree")
        assert list(queries.waiting_for("sthj")) == []
        assert queries.standing_of(there).outstanding == ("gxj", "yjj", "zrzy")

    def test_a_new_round_asks_again(self, here: Tenant, commenting: Made, move: Made) -> None:
        there = commenting()
        commented(there, "object", "选址不当")
        there = move(there, "take_back", "send_for_comment")
        assert list(queries.waiting_for("sthj")) == [there]
        assert queries.standing_of(there).objections == ()

    def test_how_an_opinion_was_handled_is_kept_and_told_to_its_department(
        self, here: Tenant, commenting: Made
    ) -> None:
        comment = handled(commented(commenting(), "advise", "核对用地"), "partly", "已核对两处")
        assert (comment.verdict, comment.handled_by) == ("partly", CLERK.name)
        told = Notice.objects.get()
        assert (told.department_code, told.room) == ("sthj", "projects")
        assert "部分采纳。已核对两处" in told.text

    @pytest.mark.parametrize(
        ("opinion", "why", "words"),
        [("agree", "不必", "不需要处理"), ("object", "", "要写明“采纳”的理由")],
    )
    def test_there_is_nothing_to_handle_in_consent_and_nothing_without_a_reason(
        self, here: Tenant, commenting: Made, opinion: str, why: str, words: str
    ) -> None:
        with pytest.raises(Refused, match=words):
            handled(commented(commenting(), opinion, "选址不当"), "adopted", why)

    def test_two_officers_handle_an_opinion_and_the_second_is_told(
        self, here: Tenant, commenting: Made
    ) -> None:
        comment = commented(commenting(), "object", "选址不当")
        handled(comment, "adopted", "改选址")
        with pytest.raises(actions.Stale, match=r"已由.*处理"):
            handled(comment, "rejected", "不改")

    def test_only_the_last_word_of_this_round_is_handled(
        self, here: Tenant, commenting: Made, move: Made
    ) -> None:
        there = commenting()
        first = commented(there, "object", "选址不当")
        second = commented(there, "object", "仍不当")
        with pytest.raises(Refused, match="不是最近一次意见"):
            handled(first, "adopted", "改")
        move(there, "take_back", "send_for_comment")
        with pytest.raises(Refused, match="不是最近一次意见"):
            handled(second, "adopted", "改")

    def test_a_removed_project_keeps_its_opinions_as_they_are(
        self, here: Tenant, commenting: Made, move: Made
    ) -> None:
        there = commenting()
        comment = commented(there, "object", "选址不当")
        move(there, "remove")
        with pytest.raises(Refused, match=r"已移出.*只作记录"):
            handled(comment, "adopted", "改")

    def test_silence_after_the_deadline_is_late_and_not_consent(
        self, here: Tenant, commenting: Made
    ) -> None:
        there = commenting()
        there.reply_by = date(2025, 11, 11)
        there.save(update_fields=["reply_by"])
        commented(there, "agree")
        standing = queries.standing_of(there)
        assert standing.silent(date(2025, 11, 11)) == ()
        assert standing.silent(date(2025, 11, 12)) == ("gxj", "yjj", "zrzy")
        assert standing.answered == 1

    def test_a_draft_takes_no_comment(self, here: Tenant, project: Made) -> None:
        with pytest.raises(Refused, match="不在征求意见"):
            commented(project(), "agree")

    def test_an_objection_says_why(self, here: Tenant, commenting: Made) -> None:
        with pytest.raises(Refused, match="要写明意见内容"):
            commented(commenting(), "object")

    def test_a_member_without_a_department_speaks_for_none(
        self, here: Tenant, commenting: Made
    ) -> None:
        with pytest.raises(Refused, match="没有登记所属单位"):
            commented(commenting(), "agree", department="")


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"state": "lost"}, "project_state"),
        ({"kind": "gift"}, "project_kind"),
        ({"investment_wan": 0}, "project_investment_positive"),
        ({"state": "confirmed", "confirmed_on": None}, "project_confirmed_on_a_day"),
    ],
)
def test_the_database_itself_refuses(
    here: Tenant, project: Made, changed: dict[str, Any], constraint: str
) -> None:
    number = project().number
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Project.objects.filter(number=number).update(**changed)
