"""The half-month's report: frozen, equal whenever it is made again, compared, reviewed by a second person."""

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Q
from django.utils import timezone
from openpyxl import load_workbook

from kernel.calendars.queries import work_calendar
from kernel.notices.models import Notice
from kernel.papers.docx import docx_bytes
from kernel.papers.pdf import pdf_bytes
from kernel.trail import Actor
from tenants.models import Tenant
from workflows import dispatch
from workflows.dispatch import actions, queries
from workflows.dispatch.comparing import Difference, words_of
from workflows.dispatch.lifecycle import MOVES, DispatchRefused, Period, State
from workflows.dispatch.models import Report
from workflows.dispatch.parts import plain
from workflows.issuing.models import Issued
from workflows.mechanism.models import Unit
from workflows.procedures.actions import comb_out
from workflows.procedures.models import Procedure
from workflows.projects import sample
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")
CHIEF = Actor(2, "巴某（示例）", "召集人")
ON = date(2026, 1, 16)
PERIOD = Period(date(2026, 1, 1), date(2026, 1, 15))


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def _season(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> Iterator[None]:
    """Three projects with their procedures; one decided in the half-month, two red, one stopped."""
    with in_tenant(zhungeer):
        Unit.objects.update(from_on=date(2025, 1, 1))
        rows = sample.sample_rows("zhungeer", 2026, 3)
        sample.load(rows, year=2026, on=date(2025, 11, 3), actor=CLERK)
        for project in Project.objects.order_by("number"):
            comb_out(project, on=date(2025, 11, 3), actor=CLERK)
        Procedure.objects.update(red_on=date(2026, 6, 1), yellow_on=date(2026, 5, 1))
        mine = list(Procedure.objects.order_by("number"))
        Procedure.objects.filter(pk=mine[0].pk).update(state="decided", decided_on=date(2026, 1, 8))
        Procedure.objects.filter(pk__in=[mine[1].pk, mine[2].pk]).update(red_on=date(2026, 1, 10))
        Procedure.objects.filter(pk=mine[3].pk).update(state="stopped")
        yield


def compiled(period: Period = PERIOD, on: date = ON, **told: Any) -> Report:
    return actions.compile_report(period=period, on=on, at=at(on), actor=CLERK, **told)


def issued(report: Report, on: date = ON) -> Report:
    report.refresh_from_db()
    actions.submit(pk=report.pk, version=report.version, at=at(on), actor=CLERK)
    report.refresh_from_db()
    return actions.issue(pk=report.pk, version=report.version, on=on, at=at(on), actor=CHIEF)


def difference_of(report: Report, key: str) -> Difference:
    return next(d for d in queries.differences(report) if d.figure["key"] == key)


# Periods --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 15)),
        (date(2026, 1, 15), date(2026, 1, 1), date(2026, 1, 15)),
        (date(2026, 1, 16), date(2026, 1, 16), date(2026, 1, 31)),
        (date(2026, 2, 28), date(2026, 2, 16), date(2026, 2, 28)),
        (date(2028, 2, 29), date(2028, 2, 16), date(2028, 2, 29)),
    ],
)
def test_a_day_lies_in_one_half_month(day: date, first: date, last: date) -> None:
    assert Period.of(day) == Period(first, last)


def test_the_year_changes_between_two_halves() -> None:
    assert PERIOD.before == Period(date(2025, 12, 16), date(2025, 12, 31))
    assert PERIOD.before.after == PERIOD


@pytest.mark.parametrize(
    ("day", "prepared"),
    [
        (date(2026, 1, 16), True),  # a Friday, the first working day after
        (date(2026, 1, 17), False),  # a Saturday
        (date(2026, 1, 19), True),  # a day was missed: caught up
        (date(2026, 2, 16), False),  # Spring Festival
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),  # the first working day after the first half of February
    ],
)
def test_a_report_is_prepared_on_the_first_working_day_and_never_twice(
    day: date, prepared: bool
) -> None:
    made = actions.prepare(on=day, at=at(day))
    assert (made is not None) is prepared
    if made:
        assert made.period == Period.of(day).before
        assert actions.prepare(on=day, at=at(day)) is None
        assert Notice.objects.filter(room="dispatch", role="office").count() == 1


# What it says ---------------------------------------------------------------------------------------


def test_every_figure_equals_the_rows_counted_apart() -> None:
    figures = queries.figures_of(compiled())
    assert figures["progress.projects"]["value"] == 3
    assert figures["progress.total"]["value"] == Procedure.objects.count()
    assert figures["progress.decided"]["value"] == 1
    red = Procedure.objects.filter(red_on__lte=ON, decided_on=None)
    assert {row[0] for row in figures["procedures.red"]["rows"]} == set(
        red.values_list("number", flat=True)
    )
    late = Procedure.objects.filter(~Q(state="decided"), statutory_due_on__lt=ON).count()
    assert figures["procedures.statutory"]["value"] == late
    assert figures["procedures.stopped"]["value"] == 1
    for figure in figures.values():
        assert figure["columns"]
        if figure["adds"] is None:
            assert figure["value"] == len(figure["rows"])
        else:
            assert figure["value"] == sum(int(row[2][figure["adds"]]) for row in figure["rows"])
    by_unit = {row[0]: row[2] for row in figures["progress.units"]["rows"]}
    by_project = {row[0]: row[2][1] for row in figures["progress.total"]["rows"]}
    for project in Project.objects.all():
        assert by_project[project.number] == str(project.procedures.count())
    for code in Procedure.objects.values_list("department_code", flat=True).distinct():
        mine = Procedure.objects.filter(department_code=code)
        assert by_unit[code][1:] == [
            str(n)
            for n in (
                mine.count(),
                mine.filter(state="decided").count(),
                mine.filter(state="stopped").count(),
                mine.filter(red_on__lte=ON, decided_on=None).count(),
                0,
                mine.filter(state="stopped").count(),
            )
        ]


def test_an_empty_tenant_gives_a_sensible_report(
    dalate: Tenant, in_tenant: Callable[..., Any]
) -> None:
    with in_tenant(dalate):
        report = compiled()
        words = [w for part in report.snapshot["parts"] for w in plain(part)]
        assert any("清单项目 0 个" in w for w in words)
        assert pdf_bytes(actions.paper_of(report, ON)).startswith(b"%PDF")


def test_what_changes_afterwards_does_not_change_the_report() -> None:
    report = compiled()
    before = queries.figures_of(report)["procedures.red"]["value"]
    Procedure.objects.update(red_on=date(2026, 1, 1))
    report.refresh_from_db()
    assert queries.figures_of(report)["procedures.red"]["value"] == before == 2


def test_made_again_from_its_snapshot_it_is_the_same_byte_for_byte() -> None:
    report = issued(compiled())
    assert report.issued
    paper = report.issued.as_paper
    files = [pdf_bytes(paper), docx_bytes(paper)]
    Procedure.objects.update(red_on=date(2026, 1, 1))
    again = Report.objects.get(pk=report.pk)
    fresh = actions.paper_of(again, ON)
    assert again.issued
    from dataclasses import replace  # noqa: PLC0415

    numbered = replace(fresh, number=again.issued.number)
    assert [pdf_bytes(numbered), docx_bytes(numbered)] == files


def test_a_tampered_row_is_found_and_the_report_not_issued() -> None:
    report = compiled()
    snapshot = report.snapshot
    snapshot["parts"][0]["figures"][0]["value"] = 99
    Report.objects.filter(pk=report.pk).update(snapshot=snapshot)
    report.refresh_from_db()
    assert not queries.holds(report)
    with pytest.raises(DispatchRefused, match="摘要值不一致"):
        issued(report)
    Report.objects.filter(pk=report.pk).update(state=State.REVIEW)
    report.refresh_from_db()
    with pytest.raises(DispatchRefused, match="摘要值不一致"):
        actions.issue(pk=report.pk, version=report.version, on=ON, at=at(ON), actor=CHIEF)


def test_the_difference_names_what_came_and_what_went() -> None:
    first = issued(compiled())
    one, two = Procedure.objects.filter(red_on=date(2026, 1, 10)).order_by("number")
    Procedure.objects.filter(pk=one.pk).update(state="decided", decided_on=date(2026, 1, 20))
    new = Procedure.objects.filter(red_on=date(2026, 6, 1), decided_on=None).latest("number")
    Procedure.objects.filter(pk=new.pk).update(red_on=date(2026, 1, 21))
    second = compiled(PERIOD.after, date(2026, 2, 2))
    assert second.snapshot["before"]["pk"] == first.pk
    red = difference_of(second, "procedures.red")
    assert [row[0] for row in red.came] == [new.number]
    assert [row[0] for row in red.went] == [one.number]
    assert (red.change, red.words, red.tone, red.stayed) == (0, "持平", "", 1)
    runs = {row[0]: row[3] for row in red.figure["rows"]}
    assert runs == {two.number: 2, new.number: 1}
    assert "红灯新增 1 项、消除 1 项、延续 1 项" in words_of(second.snapshot)
    third = compiled(PERIOD.after.after, date(2026, 2, 24))  # the second was never issued
    assert third.snapshot["before"]["pk"] == first.pk
    between = {d.figure["key"]: d for d in queries.differences_between(second, first)}
    assert between["procedures.red"].came == red.came


def test_a_row_stands_for_as_many_reports_on_end_as_had_it() -> None:
    issued(compiled())
    issued(compiled(PERIOD.after, date(2026, 2, 2)), date(2026, 2, 2))
    third = compiled(PERIOD.after.after, date(2026, 2, 24))
    rows = queries.figures_of(third)["procedures.red"]["rows"]
    assert {row[3] for row in rows} == {3}


def test_a_later_correction_of_the_earlier_report_changes_no_difference() -> None:
    """What was compared is frozen with the report, not looked up again."""
    issued(compiled())
    second = issued(compiled(PERIOD.after, date(2026, 2, 2)), date(2026, 2, 2))
    before = [docx_bytes(actions.paper_of(second, ON)), queries.differences(second)]
    Procedure.objects.filter(red_on=date(2026, 1, 10)).update(red_on=date(2026, 6, 1))
    issued(compiled(on=date(2026, 2, 3), corrects_why="漏计一个项目"), date(2026, 2, 3))
    second.refresh_from_db()
    assert [docx_bytes(actions.paper_of(second, ON)), queries.differences(second)] == before


def test_with_a_report_that_was_tampered_with_nothing_is_compared() -> None:
    first = issued(compiled())
    first.snapshot["parts"][0]["figures"][0]["value"] = 99
    first.save(update_fields=["snapshot"])
    second = compiled(PERIOD.after, date(2026, 2, 2))
    assert second.snapshot["before"] is None
    assert difference_of(second, "procedures.red").words == "上期没有"
    assert "摘要值不一致，本期没有与其对照" in "".join(actions.paper_of(second, ON).lines())


def test_the_trend_shows_twelve_reports_in_force_and_reads_no_list(
    django_assert_num_queries: Any,
) -> None:
    period, day = PERIOD, ON
    for _ in range(14):
        last = issued(compiled(period, day), day)
        period = period.after
        day = period.last + timedelta(days=1)
    with django_assert_num_queries(1):
        points = queries.trend(last, ["procedures.red", "progress.decided"])
    assert len(points) == 12
    assert points[-1][0] == last.period
    for shown, values in points:
        figures = queries.figures_of(Report.objects.get(first=shown.first))
        assert values == {key: figures[key]["value"] for key in values}


def test_the_trend_tells_the_figures_of_the_reports_before_oldest_first() -> None:
    first = issued(compiled())
    second = compiled(PERIOD.after, date(2026, 2, 2))
    keys = ["procedures.red", "progress.decided", "no.such"]
    red, decided = (queries.figures_of(first)[key]["value"] for key in keys[:2])
    assert (red, decided) == (2, 1)
    then = dict(zip(keys, (red, decided), strict=False))
    now = {key: queries.figures_of(second)[key]["value"] for key in keys[:2]}
    assert queries.trend(second, keys) == [(PERIOD, then), (PERIOD.after, now)]
    assert queries.trend(first, keys) == [(PERIOD, then)]


# Its life -------------------------------------------------------------------------------------------


def test_a_period_is_compiled_once_and_not_before_it_begins() -> None:
    compiled()
    with pytest.raises(DispatchRefused, match="已经编制"):
        compiled()
    with pytest.raises(DispatchRefused, match="还没有开始"):
        compiled(PERIOD.after.after)


def test_who_compiled_does_not_issue_what_another_submitted() -> None:
    report = compiled()
    other = Actor(3, "丙某（示例）", "机制办公室")
    actions.submit(pk=report.pk, version=report.version, at=at(ON), actor=other)
    report.refresh_from_db()
    for writer in (CLERK, other):
        with pytest.raises(DispatchRefused, match="须由另一人审核签发"):
            actions.issue(pk=report.pk, version=report.version, on=ON, at=at(ON), actor=writer)


def test_who_submits_does_not_issue() -> None:
    report = compiled()
    actions.submit(pk=report.pk, version=report.version, at=at(ON), actor=CLERK)
    report.refresh_from_db()
    with pytest.raises(DispatchRefused, match="须由另一人审核签发"):
        actions.issue(pk=report.pk, version=report.version, on=ON, at=at(ON), actor=CLERK)


def test_a_report_taken_before_its_period_is_over_is_not_submitted() -> None:
    early, last = date(2026, 1, 12), PERIOD.last
    report = compiled(on=early)
    with pytest.raises(DispatchRefused, match="到2026年1月15日才满"):
        actions.submit(pk=report.pk, version=report.version, at=at(ON), actor=CLERK)
    again = actions.recompile(
        pk=report.pk, version=report.version, on=last, at=at(last), actor=CLERK
    )
    assert issued(again).state == State.ISSUED


def told(event: str) -> tuple[set[str], set[str]]:
    """Departments and roles that were told of an event."""
    notices = Notice.objects.filter(room="dispatch", key__contains=f":{event}:")
    return {n.department_code for n in notices} - {""}, {n.role for n in notices} - {""}


def test_issued_it_reaches_the_conveners_and_copied_every_member_unit_once() -> None:
    report = issued(compiled())
    assert report.issued
    assert report.issued.number == "准格尔联审办调〔2026〕1号"
    assert told("issued") == (set(), {"leader"})
    assert told("copied") == (set(), set())
    with pytest.raises(DispatchRefused, match="现为“已签发”"):
        actions.issue(pk=report.pk, version=report.version, on=ON, at=at(ON), actor=CHIEF)
    assert Issued.objects.filter(kind="dispatch").count() == 1
    asked = {"pk": report.pk, "version": report.version, "on": ON, "at": at(ON), "actor": CLERK}
    copied = actions.copy(**asked)
    units = set(Unit.objects.filter(until_on=None).values_list("department_code", flat=True))
    assert told("copied") == (units, {"supervision"})
    assert (copied.state, copied.copied_on) == (State.COPIED, ON)
    assert set(copied.issued.department_codes) == units
    with pytest.raises(DispatchRefused, match="已有人办理"):
        actions.copy(**asked)
    with pytest.raises(DispatchRefused, match="现为“已抄送”"):
        actions.copy(**(asked | {"version": copied.version}))


def test_a_draft_is_not_copied() -> None:
    report = compiled()
    with pytest.raises(DispatchRefused, match="现为“已编制”，不能“抄送”"):
        actions.copy(pk=report.pk, version=1, on=ON, at=at(ON), actor=CLERK)


def test_a_copied_report_is_superseded_by_its_correction() -> None:
    first = issued(compiled())
    actions.copy(pk=first.pk, version=first.version, on=ON, at=at(ON), actor=CLERK)
    second = issued(compiled(corrects_why="漏计一个项目"))
    first.refresh_from_db()
    assert (first.state, second.state) == (State.SUPERSEDED, State.ISSUED)


@pytest.mark.parametrize("why", ["", "   ", "改" * 301])
def test_a_report_is_sent_back_for_a_reason_of_some_length(why: str) -> None:
    report = compiled()
    actions.submit(pk=report.pk, version=1, at=at(ON), actor=CLERK)
    with pytest.raises(DispatchRefused):
        actions.send_back(pk=report.pk, version=2, why=why, actor=CHIEF)
    back = actions.send_back(pk=report.pk, version=2, why="核对红灯", actor=CHIEF)
    assert (back.state, back.sent_back_why) == (State.DRAFT, "核对红灯")
    again = actions.submit(pk=report.pk, version=3, at=at(ON), actor=CLERK)
    assert again.sent_back_why == ""


def test_the_offices_words_go_in_and_the_figures_stay() -> None:
    report = compiled()
    words = "用地指标不足。\n电网接入未定。"
    actions.write(pk=report.pk, version=1, problems=words, steps="召开专题会。", actor=CLERK)
    with pytest.raises(DispatchRefused, match="已有人办理"):
        actions.write(pk=report.pk, version=1, problems="", steps="", actor=CLERK)
    lines = list(issued(report).issued.as_paper.lines())
    assert (
        lines.index("用地指标不足。") < lines.index("电网接入未定。") < lines.index("召开专题会。")
    )
    with pytest.raises(DispatchRefused):
        report.refresh_from_db()
        actions.write(pk=report.pk, version=report.version, problems="", steps="", actor=CLERK)


def test_a_correction_supersedes_and_both_stay() -> None:
    first = issued(compiled())
    with pytest.raises(DispatchRefused, match="更正须写明理由"):
        compiled()
    second = issued(compiled(corrects_why="漏计一个项目"))
    first.refresh_from_db()
    assert (first.state, second.state, second.edition) == (State.SUPERSEDED, State.ISSUED, 2)
    assert first.issued != second.issued
    assert "更正1" in second.title


def test_every_state_is_reached_and_every_other_step_refused() -> None:
    reached = {State.DRAFT}
    for _ in State:
        reached |= {move.target for move in MOVES if move.sources & reached}
    assert reached == set(State)
    for state in State:
        for move in MOVES:
            if state in move.sources:
                assert MOVES.take(state, move.name) == move
            else:
                with pytest.raises(DispatchRefused, match=f"现为“{state.label}”"):
                    MOVES.take(state, move.name)


def test_the_drawing_in_the_readme_is_current() -> None:
    readme = Path(dispatch.__file__).with_name("README.md").read_text("utf-8")
    assert f"```mermaid\n{MOVES.diagram()}\n```" in readme


# Pages ----------------------------------------------------------------------------------------------


def test_a_department_sees_what_is_issued_and_confirms_it(
    zhungeer: Tenant, dalate: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    report = compiled()
    path = f"/dispatch/{report.pk}/"
    office = console(zhungeer, member(zhungeer, "office"))
    leader = console(zhungeer, member(zhungeer, "leader"))
    land = console(zhungeer, member(zhungeer, "department", "zrzy"))
    neighbour = console(dalate, member(dalate, "office"))
    assert land.get(path).status_code == 404
    assert land.get(f"{path}figures/procedures.red/").status_code == 404
    page = office.get(path).content.decode()
    assert "摘要值一致" in page
    assert "红灯 2 项" in page
    office.post(f"{path}write/", {"version": 1, "problems": "接网未定。", "steps": ""})
    office.post(f"{path}step/submit/", {"version": 2})
    assert office.post(f"{path}review/issue/", {"version": 3}, follow=True).status_code == 200
    report.refresh_from_db()
    assert report.state == State.REVIEW  # by the same hand it is not issued
    assert leader.post(f"{path}review/issue/", {"version": 3}).status_code == 302
    assert "接网未定。" in land.get(path).content.decode()
    land.post(f"{path}read/")
    land.post(f"{path}read/")
    assert "1 人" in leader.get(path).content.decode()
    assert neighbour.get(path).status_code == 404
    rows = office.get(f"{path}figures/procedures.red/?export=1").content
    assert load_workbook(io.BytesIO(rows)).active.max_row >= 5
    figure = office.get(f"{path}figures/procedures.red/").content.decode()
    assert Procedure.objects.filter(red_on=date(2026, 1, 10)).first().name in figure
    assert office.get(f"{path}figures/nothing/").status_code == 404


def test_the_list_offers_the_periods_that_are_missing(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    period = Period.of(timezone.localdate())
    page = office.get("/dispatch/").content.decode()
    assert f"编制{period.before.words}" in page
    office.post("/dispatch/compile/", {"period": period.before.first.isoformat()})
    assert Report.objects.get().first == period.before.first
    assert f"编制{period.before.words}" not in office.get("/dispatch/").content.decode()


def test_a_period_not_issued_within_its_days_is_late() -> None:
    """Three working days after 15 January 2026: the 16th, the 19th, the 20th."""
    assert queries.late_period(date(2026, 1, 20), work_calendar()) is None
    assert queries.late_period(date(2026, 1, 21), work_calendar()) == PERIOD
    issued(compiled())
    assert queries.late_period(date(2026, 1, 21), work_calendar()) is None


def test_a_period_that_was_missed_is_still_offered_and_late() -> None:
    """Nobody compiled the second half of January; on 17 February it is asked for before the last one."""
    issued(compiled())
    missed, last, on = PERIOD.after, PERIOD.after.after, date(2026, 2, 17)
    assert queries.offered(on) == [missed, last, last.after]
    assert queries.late_period(on, work_calendar()) == missed
    issued(compiled(missed, date(2026, 2, 24)), date(2026, 2, 24))
    assert queries.late_period(on, work_calendar()) is None


def test_a_period_nobody_offered_is_not_compiled(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    for period in ("", "2019-01-01", "昨天"):
        answer = office.post("/dispatch/compile/", {"period": period}, follow=True)
        assert "请从列表中选一个还没有报告的时段" in answer.content.decode()
    assert not Report.objects.exists()


def test_reasons_too_long_or_with_a_nul_are_refused_and_change_nothing(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    leader = console(zhungeer, member(zhungeer, "leader"))
    report = compiled()
    actions.submit(pk=report.pk, version=1, at=at(ON), actor=CLERK)
    path = f"/dispatch/{report.pk}/"
    for told in (
        {"version": 2, "text": "长" * 301},
        {"version": 2, "text": "退\0回"},
        {"text": "数字不对"},
    ):
        leader.post(f"{path}review/send_back/", told)
        assert Report.objects.get().state == State.REVIEW
    leader.post(f"{path}review/issue/", {"version": 2})
    for why in ("长" * 301, "更\0正", ""):
        office.post(f"{path}step/correct/", {"why": why})
        assert Report.objects.get().state == State.ISSUED
