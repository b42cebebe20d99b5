"""A cycle through its year: planned, moved, asked, reminded, issued."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from kernel.notices.models import Notice
from kernel.refusal import Refused
from kernel.trail.models import TrailEntry
from tenants.models import Tenant
from tests.workflows.annual.conftest import CLERK, YEAR, at, issue, move, now, said, step
from workflows.annual import actions, queries
from workflows.annual.lifecycle import MoveRefused, Stage, State
from workflows.annual.models import Change, Cycle, ListVersion
from workflows.issuing.models import Issued
from workflows.projects import actions as projects
from workflows.projects.facts import stated_by
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
Made = Callable[..., Project]


def keys(part: str) -> list[str]:
    return list(Notice.objects.filter(key__contains=part).values_list("key", flat=True))


def planned_again(**changed: Any) -> Cycle:
    cycle = Cycle.objects.get(year=YEAR)
    days = queries.planned(cycle) | changed.pop("days", {})
    given = {"lead_days": cycle.lead_days, "why": "国庆后集中办理", "version": cycle.version}
    return actions.plan(year=YEAR, days=days, actor=CLERK, **given | changed)


class TestOpen:
    def test_a_year_is_opened_once(self, cycle: Cycle) -> None:
        on = date(2026, 8, 3)
        with pytest.raises(Refused, match="2027年度的编制已经建立"):
            actions.open_cycle(year=YEAR, on=on, at=at(on), actor=CLERK)

    @pytest.mark.parametrize("year", [2025, 2028, 9999])
    def test_only_this_years_and_the_next_are_drawn_up(self, here: Tenant, year: int) -> None:
        on = date(2026, 8, 3)
        with pytest.raises(Refused, match="只能编制2026、2027年度清单"):
            actions.open_cycle(year=year, on=on, at=at(on), actor=CLERK)


class TestPlan:
    def test_the_calendar_is_moved_for_a_reason_and_the_trail_has_both(self, cycle: Cycle) -> None:
        planned_again(days={Stage.COLLECT: date(2026, 8, 20)})
        assert now(date(2026, 8, 20)).points[0].due_on == date(2026, 8, 20)
        line = TrailEntry.objects.get(action="annual.plan")
        assert line.detail["before"]["collect"] == "2026-08-31"
        assert line.detail["after"]["collect"] == "2026-08-20"
        with pytest.raises(Refused, match="要写明理由"):
            planned_again(days={Stage.COLLECT: date(2026, 8, 21)}, why="")
        with pytest.raises(Refused, match="与现有的相同"):
            planned_again()

    def test_a_stale_page_writes_nothing(self, cycle: Cycle) -> None:
        planned_again(days={Stage.COLLECT: date(2026, 8, 20)})
        with pytest.raises(actions.Stale, match="已被改动"):
            planned_again(days={Stage.COLLECT: date(2026, 8, 21)}, version=cycle.version)

    def test_rounds_run_by_the_new_reply_day(self, cycle: Cycle, project: Made) -> None:
        early = step(project(1), "send_for_comment", date(2026, 10, 10))
        late = step(project(2), "send_for_comment", date(2026, 10, 21))
        assert (early.reply_by, late.reply_by) == (date(2026, 10, 23), date(2026, 11, 4))
        planned_again(days={Stage.REPLY: date(2026, 10, 25)})  # a Sunday: still the Friday before
        early.refresh_from_db()
        assert early.reply_by == date(2026, 10, 23)
        planned_again(days={Stage.REPLY: date(2026, 10, 27)})
        early.refresh_from_db()
        late.refresh_from_db()
        assert (early.reply_by, late.reply_by) == (date(2026, 10, 27), date(2026, 11, 4))

    def test_a_settled_list_keeps_its_calendar(self, settled: list[Project]) -> None:
        with pytest.raises(Refused, match="已审定，日程不再调整"):
            planned_again(days={Stage.COLLECT: date(2026, 8, 20)})


class TestMoves:
    def test_starting_tells_the_departments_by_when(self, cycle: Cycle) -> None:
        move("start", date(2026, 9, 1))
        told = Notice.objects.get()
        assert (told.role, told.department_code) == ("department", "")
        assert "2026年9月28日以前" in told.text

    def test_declarations_are_not_closed_over_an_empty_list(self, cycle: Cycle) -> None:
        move("start", date(2026, 9, 1))
        with pytest.raises(Refused, match="还没有一个项目"):
            move("close_collecting", date(2026, 9, 28))

    def test_what_follows_is_not_dated_before_what_it_follows(
        self, cycle: Cycle, project: Made
    ) -> None:
        with pytest.raises(Refused, match="不在2027年度清单的编制期内"):
            move("start", date(2024, 9, 1))
        move("start", date(2026, 9, 1))
        project()
        with pytest.raises(Refused, match="早于启动征集的2026年9月1日"):
            move("close_collecting", date(2026, 8, 31))

    def test_collecting_again_needs_a_reason_and_opens_the_day_again(
        self, cycle: Cycle, project: Made
    ) -> None:
        move("start", date(2026, 9, 1))
        project()
        move("close_collecting", date(2026, 9, 28))
        with pytest.raises(Refused, match="要写明理由"):
            move("reopen", date(2026, 9, 29))
        assert move("reopen", date(2026, 9, 29), "补报两个园区项目").declared_on is None

    def test_settling_is_not_a_button_but_a_version(self, cycle: Cycle, project: Made) -> None:
        move("start", date(2026, 9, 1))
        project()
        move("close_collecting", date(2026, 9, 28))
        with pytest.raises(Refused, match="印发清单版本时办理"):
            move("settle", date(2026, 10, 28))

    def test_a_list_is_archived_when_its_year_is_over(self, settled: list[Project]) -> None:
        with pytest.raises(Refused, match="不能归档"):
            move("archive", date(2027, 12, 30))
        assert move("archive", date(2027, 12, 31)).state == State.ARCHIVED
        with pytest.raises(MoveRefused):
            issue(date(2027, 12, 31))


class TestWholeCycle:
    def test_it_runs_through_october_and_is_told_of_each_day_once(
        self, cycle: Cycle, project: Made
    ) -> None:
        """Every day from August to November the sweep comes twice; people act on some of them."""
        told: dict[date, list[str]] = {}
        there: list[Project] = []
        day = date(2026, 8, 24)
        while day <= date(2026, 11, 5):
            match (day.month, day.day):
                case (9, 2):
                    move("start", day)
                case (9, 24):
                    there = [project(1), project(2)]
                case (9, 30):
                    move("close_collecting", day)
                case (10, 9):
                    there = [step(one, "send_for_comment", day) for one in there]
                case (10, 14):
                    for one in there:
                        for code in one.consulted:
                            if (one, code) != (there[1], "sthj"):
                                said(one, code, "agree", day)
                case (10, 28):
                    said(there[1], "sthj", "object", day, "临近水源地")
            before = set(Notice.objects.values_list("key", flat=True))
            made = actions.remind(on=day, at=at(day, 8))
            assert actions.remind(on=day, at=at(day, 14)) == 0
            new = sorted(set(Notice.objects.values_list("key", flat=True)) - before)
            assert made == len(new)
            if new:
                told[day] = new
            day += timedelta(days=1)

        assert told == {
            # Three working days before 31 August, and the day after it: it was started on 2 September.
            date(2026, 8, 26): ["annual:2027:collect:2026-08-31:soon"],
            date(2026, 9, 1): ["annual:2027:collect:2026-08-31:late"],
            # 28 September is a Monday; 20 September, a Sunday, is worked, the 25th to 27th are free.
            date(2026, 9, 22): [
                "annual:2027:declare:2026-09-28:soon",
                "annual:2027:declare:2026-09-28:soon:departments",
            ],
            date(2026, 9, 29): [
                "annual:2027:declare:2026-09-28:late",
                "annual:2027:declare:2026-09-28:late:departments",
            ],
            # The 1st to 7th are free and the 10th, a Saturday, is worked: three working days before.
            date(2026, 9, 30): ["annual:2027:send:2026-10-10:soon"],
            # Sent on the 9th, a day before the calendar: nothing of the sending is late.
            date(2026, 10, 20): [
                "annual:2027:reply:2026-10-23:soon",
            ],
            # The 24th and 25th are a weekend.
            date(2026, 10, 26): ["annual:2027:reply:2026-10-23:late"],
            date(2026, 10, 27): ["annual:2027:confirm:2026-10-30:soon"],
            date(2026, 11, 2): ["annual:2027:confirm:2026-10-30:late"],
        }

    def test_an_unhandled_objection_holds_up_its_project_and_not_the_list(
        self, cycle: Cycle, project: Made
    ) -> None:
        move("start", date(2026, 9, 1))
        one, two = project(1), project(2)
        move("close_collecting", date(2026, 9, 28))
        one, two = (step(p, "send_for_comment", date(2026, 10, 9)) for p in (one, two))
        objection = said(two, "sthj", "object", date(2026, 10, 12), "临近水源地")
        step(one, "confirm", date(2026, 10, 26))
        with pytest.raises(Refused, match="不同意，意见还没有处理"):
            step(two, "confirm", date(2026, 10, 26))
        assert now(date(2026, 10, 26)).counts.unhandled == 1
        assert issue(date(2026, 10, 26)).count == 1
        projects.handle(
            comment_id=objection.pk,
            verdict="adopted",
            why="已改选址",
            seen_at=None,
            at=at(date(2026, 10, 27)),
            actor=CLERK,
        )
        step(two, "confirm", date(2026, 10, 27))
        assert issue(date(2026, 10, 28)).count == 2

    def test_the_days_are_kept_as_the_first_version_found_them(
        self, settled: list[Project], project: Made
    ) -> None:
        def days() -> list[date | None]:
            return [point.done_on for point in now(date(2027, 3, 1)).points]

        found = [
            date(2026, 9, 1),
            date(2026, 9, 28),
            date(2026, 10, 9),
            None,  # nobody answered, and nobody is taken to have agreed
            date(2026, 10, 28),
        ]
        assert days() == found
        assert now(date(2027, 3, 1)).counts.silent == 12
        new = step(project(4), "send_for_comment", date(2027, 2, 10))
        said(new, "sthj", "agree", date(2027, 2, 12))
        assert days() == found


class TestUrge:
    def test_departments_are_told_once_a_day(self, cycle: Cycle, project: Made) -> None:
        there = step(project(), "send_for_comment", date(2026, 10, 9))
        said(there, "zrzy", "agree", date(2026, 10, 12))

        def urge(on: date, codes: list[str] | None = None) -> list[str]:
            return actions.urge(year=YEAR, codes=codes, on=on, at=at(on), actor=CLERK)

        assert urge(date(2026, 10, 13), ["sthj"]) == ["sthj"]
        assert sorted(urge(date(2026, 10, 13))) == ["gxj", "yjj"]
        with pytest.raises(Refused, match="今天已经提醒过"):
            urge(date(2026, 10, 13))
        assert sorted(urge(date(2026, 10, 14))) == ["gxj", "sthj", "yjj"]
        with pytest.raises(Refused, match="没有等着回复的单位"):
            urge(date(2026, 10, 15), ["zrzy"])
        assert len(keys(":urge:")) == 6


class TestVersions:
    def test_the_first_version_settles_the_cycle_and_issues_a_paper(
        self, settled: list[Project]
    ) -> None:
        version = ListVersion.objects.get()
        paper = Issued.objects.get()
        assert (version.number, version.count, version.issued) == (1, 3, paper)
        assert Cycle.objects.get(year=YEAR).state == State.SETTLED
        assert (paper.kind, paper.room, paper.key) == ("list", "annual", "2027:1")
        assert paper.url == "/annual/2027/versions/1/"
        assert {"fgw", "zrzy", "sthj"} <= set(paper.department_codes)
        lines = list(paper.as_paper.lines())
        assert all(project.name in lines for project in settled)
        assert set(Change.objects.values_list("kind", "taken_into")) == {("admitted", 1)}

    def test_admission_change_and_removal_wait_for_the_next_version(
        self, settled: list[Project], project: Made
    ) -> None:
        one, two, _ = settled
        facts = stated_by(one)
        changed = {"planned_start_on": date(2027, 5, 6)}
        projects.edit(
            number=one.number,
            facts=type(facts)(**{**vars_of(facts), **changed}),
            version=one.version,
            reason="设计调整",
            on=date(2027, 2, 1),
            actor=CLERK,
        )
        step(two, "remove", date(2027, 2, 2), "项目停建")
        four = step(project(4), "send_for_comment", date(2027, 2, 3))
        step(four, "confirm", date(2027, 3, 1))

        waiting = {(c.kind, c.project.number, c.reason) for c in queries.pending(YEAR)}
        assert waiting == {
            ("changed", one.number, "设计调整"),
            ("removed", two.number, "项目停建"),
            ("admitted", four.number, four.admission_reason),
        }
        draft = queries.next_version(Cycle.objects.get(year=YEAR))
        assert draft.since is not None
        assert [e["number"] for e in draft.since.added] == [four.number]
        assert [e["number"] for e in draft.since.removed] == [two.number]
        assert [
            (c.after["number"], [d.label for d in c.differences]) for c in draft.since.changed
        ] == [(one.number, ["计划开工"])]
        version = issue(date(2027, 3, 1), note="一季度调整")
        assert (version.number, version.count) == (2, 3)
        assert not queries.pending(YEAR).exists()
        text = "\n".join(version.issued.as_paper.lines())
        assert "新入列1个，移出1个，变更1个" in text
        assert "一季度调整" in text

    def test_the_digest_of_a_version_stays_and_tells_a_change(
        self, settled: list[Project], project: Made
    ) -> None:
        first = ListVersion.objects.get()
        step(settled[0], "remove", date(2027, 2, 2), "停建")
        second = issue(date(2027, 2, 3))
        first = ListVersion.objects.get(pk=first.pk)
        assert queries.is_whole(first)
        assert first.digest != second.digest
        first.content["projects"][0]["investment_wan"] = "1.00"
        assert not queries.is_whole(first)

    def test_the_table_of_versions_takes_no_update(self, settled: list[Project]) -> None:
        for sql in ("UPDATE annual_listversion SET count = 0", "DELETE FROM annual_listversion"):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(sql)

    def test_what_the_clerk_did_not_see_is_not_issued(
        self, settled: list[Project], project: Made
    ) -> None:
        seen = queries.next_version(Cycle.objects.get(year=YEAR)).digest
        with pytest.raises(Refused, match="与第1版相同"):
            issue(date(2026, 11, 2))
        step(settled[0], "remove", date(2026, 11, 2), "停建")
        with pytest.raises(actions.Stale, match="有变动，没有印发"):
            issue(date(2026, 11, 3), digest=seen)
        assert ListVersion.objects.count() == Issued.objects.count() == 1

    def test_a_version_is_not_dated_before_what_it_holds(self, settled: list[Project]) -> None:
        step(settled[0], "remove", date(2026, 11, 2), "停建")
        with pytest.raises(Refused, match="早于第1版的2026年10月28日"):
            issue(date(2026, 10, 27))

    def test_a_first_version_is_not_dated_before_a_confirmation(
        self, cycle: Cycle, project: Made
    ) -> None:
        move("start", date(2026, 9, 1))
        there = project()
        move("close_collecting", date(2026, 9, 28))
        with pytest.raises(Refused, match="没有已确认的项目"):
            issue(date(2026, 10, 28))
        step(step(there, "send_for_comment", date(2026, 10, 9)), "confirm", date(2026, 10, 28))
        with pytest.raises(Refused, match=f"早于{there.number}确认入列的2026年10月28日"):
            issue(date(2026, 10, 27))

    def test_before_declarations_are_closed_nothing_is_issued(self, cycle: Cycle) -> None:
        with pytest.raises(MoveRefused, match="现为“待启动”，不能“审定确认”"):
            issue(date(2026, 10, 28))


def vars_of(facts: Any) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in facts.__dataclass_fields__}
