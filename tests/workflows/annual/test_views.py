"""The pages: what they say, who sees what, and that they cost the same with 500 projects."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kernel.notices.models import Notice
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.workflows.annual.conftest import CLERK, YEAR, at, issue, move, said, step
from workflows.annual import actions, queries, sample
from workflows.annual.models import Change, Cycle, ListVersion
from workflows.projects.lifecycle import State
from workflows.projects.models import Project
from workflows.projects.sample import load, sample_rows

pytestmark = pytest.mark.django_db
Made = Callable[..., Project]
VIEWED = ("", "replies/", "comments/", "changes/", "compare/", "export/")


@pytest.fixture
def office(zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(zhungeer, member(zhungeer, "office"))


@pytest.fixture
def sthj(zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    """Somebody of the environment bureau."""
    return console(zhungeer, member(zhungeer, "department", "sthj"))


def page(browser: Client, path: str = "") -> str:
    answer = browser.get(f"/annual/{YEAR}/{path}")
    assert answer.status_code == 200, path
    return answer.content.decode()


def cells(browser: Client, path: str) -> list[str]:
    answer = browser.get(f"/annual/{YEAR}/{path}")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    return [str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None]


def test_an_empty_tenant_opens_a_year_and_finds_every_page_empty(
    zhungeer: Tenant, office: Client
) -> None:
    with time_machine.travel("2026-08-03 09:00+08:00", tick=False):
        assert "还没有建立年度编制" in office.get("/annual/").content.decode()
        assert office.get(f"/annual/{YEAR}/").status_code == 404
        office.post("/annual/open/", {"year": YEAR})
        assert "还没有印发清单" in page(office)
        assert "还没有送出征求意见的项目" in page(office, "replies/")
        assert "还没有部门意见" in page(office, "comments/")
        assert "没有变动" in page(office, "changes/")
        assert "还没有可以比较的版本" in page(office, "compare/")
        assert page(office).count("10月23日") >= 1
        assert office.get(f"/annual/{YEAR}/issue/").status_code == 302
        assert office.get(f"/annual/{YEAR}/versions/1/").status_code == 404


def test_the_year_is_walked_through_by_its_buttons(
    here: Tenant, cycle: Cycle, project: Made, office: Client
) -> None:
    def press(path: str, **given: Any) -> str:
        version = Cycle.objects.get(year=YEAR).version
        answer = office.post(f"/annual/{YEAR}/{path}", {"version": version, **given}, follow=True)
        assert answer.status_code == 200, path
        return answer.content.decode()

    with time_machine.travel("2026-09-01 09:00+08:00", tick=False):
        assert "现为“征集申报”" in press("move/start/", on="2026-09-01")
    there = project()
    with time_machine.travel("2026-09-28 09:00+08:00", tick=False):
        assert "现为“征求意见”" in press("move/close_collecting/", on="2026-09-28")
    there = step(there, "send_for_comment", date(2026, 10, 9))
    step(there, "confirm", date(2026, 10, 28))
    with time_machine.travel("2026-10-28 09:00+08:00", tick=False):
        body = page(office, "issue/")
        assert there.name in body
        digest = queries.next_version(Cycle.objects.get(year=YEAR)).digest
        body = press("issue/", on="2026-10-28", note="", digest=digest)
        assert "第1版已印发" in body
        assert "摘要值相符" in body
        assert "/issuing/" in body
        assert "与上一版相同" in page(office, "issue/")
        assert there.number in cells(office, "versions/1/?export=1")
        assert "动态更新" in page(office)


def test_a_day_in_the_future_and_a_missing_day_are_refused_beside_their_field(
    cycle: Cycle, office: Client
) -> None:
    with time_machine.travel("2026-09-01 09:00+08:00", tick=False):
        for given in ("2026-09-02", "", "昨天", "0000-00-00"):
            answer = office.post(f"/annual/{YEAR}/move/start/", {"on": given, "version": 1})
            assert answer.status_code == 422
            assert answer.context["form"].errors.keys() == {"on"}
            assert ("日期在今天以后" in answer.content.decode()) == (given == "2026-09-02")
    assert Cycle.objects.get(year=YEAR).state == "planned"


def test_a_calendar_beyond_october_is_refused_on_its_form(cycle: Cycle, office: Client) -> None:
    with time_machine.travel("2026-09-01 09:00+08:00", tick=False):
        days = {stage.value: day.isoformat() for stage, day in queries.planned(cycle).items()}
        given = {**days, "lead_days": 3, "version": 1, "why": "材料未齐"}
        address = f"/annual/{YEAR}/calendar/"
        answer = office.post(address, {**given, "confirm": "2026-11-02"})
        assert answer.status_code == 422
        assert "应在2026年10月31日以前审定" in answer.content.decode()
        assert office.post(address, {**given, "reply": "2026-10-26"}).status_code == 302
        assert "材料未齐" in page(office)


def test_a_day_on_a_weekend_is_shown_as_the_working_day_before(
    cycle: Cycle, office: Client
) -> None:
    cycle.milestones.filter(stage="confirm").update(planned_on=date(2026, 10, 31))
    with time_machine.travel("2026-09-01 09:00+08:00", tick=False):
        body = page(office)
    assert "10月30日" in body
    assert "原定10月31日休息，提前到前一个工作日" in body


def test_silence_past_the_deadline_is_late_in_the_matrix_and_not_consent(
    cycle: Cycle, project: Made, office: Client
) -> None:
    there = step(project(), "send_for_comment", date(2026, 10, 9))
    said(there, "zrzy", "agree", date(2026, 10, 12))
    with time_machine.travel("2026-10-23 09:00+08:00", tick=False):
        assert "逾期未回复</span>" not in page(office, "replies/")
    with time_machine.travel("2026-10-24 09:00+08:00", tick=False):
        body = page(office, "replies/")
        assert body.count("逾期未回复</span>") == 3
        assert body.count("同意</span>") == 1
        assert cells(office, "replies/?export=1").count("逾期未回复") == 3
        assert "没有符合条件的项目" in page(office, "replies/?standing=object")


def test_the_button_reminds_and_says_when_it_has_already(
    cycle: Cycle, project: Made, office: Client
) -> None:
    step(project(), "send_for_comment", date(2026, 10, 9))
    with time_machine.travel("2026-10-13 09:00+08:00", tick=False):
        address = f"/annual/{YEAR}/replies/urge/"
        one = office.post(address, {"department": "sthj"}, follow=True).content.decode()
        assert "已提醒：" in one
        office.post(address)
        assert "今天已经提醒过" in office.post(address, follow=True).content.decode()
    assert Notice.objects.filter(key__contains=":urge:").count() == 4


def test_a_department_sees_its_own_answers_and_what_became_of_them(
    cycle: Cycle, project: Made, office: Client, sthj: Client
) -> None:
    there = step(project(), "send_for_comment", date(2026, 10, 9))
    own = said(there, "sthj", "object", date(2026, 10, 12), "临近水源地")
    said(there, "gxj", "advise", date(2026, 10, 12), "产能指标待核")
    with time_machine.travel("2026-10-14 09:00+08:00", tick=False):
        office.post(
            f"/projects/comments/{own.pk}/",
            {"verdict": "adopted", "why": "已改选址", "seen_at": ""},
        )
        for path in ("comments/", "comments/?department=gxj"):
            assert "产能指标待核" not in page(sthj, path)
        assert "已改选址" in page(sthj, "comments/")
        assert "采纳" in page(sthj, "replies/")
        assert "待处理</" not in page(sthj, "replies/").replace("意见待处理</option>", "")
        assert "产能指标待核" in page(office, "comments/?handled=no")
        assert "临近水源地" not in page(office, "comments/?handled=no")
        said(there, "gxj", "agree", date(2026, 10, 14))
        assert "产能指标待核" not in page(office, "comments/?handled=no")
        assert "已有新的意见" in page(office, "comments/")
        assert "产能指标待核" not in "".join(cells(sthj, "comments/?export=1"))
        assert "采纳" in "".join(cells(office, "comments/?export=1"))
        assert "已改选址" in sthj.get(f"/projects/{there.number}/").content.decode()


def test_what_changed_since_a_version_is_listed_with_its_reason_and_compared(
    settled: list[Project],
    project: Made,
    zhungeer: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:
    step(settled[0], "remove", date(2027, 2, 2), "项目停建")
    new = step(step(project(4), "send_for_comment", date(2027, 2, 3)), "confirm", date(2027, 3, 1))
    with time_machine.travel("2027-03-02 09:00+08:00", tick=False):
        office = console(zhungeer, member(zhungeer, "office"))  # a session of that spring
        body = page(office, "changes/")
        assert "项目停建" in body
        assert new.admission_reason in body
        assert body.count("待印发") == 2
        assert "项目停建" not in page(office, "changes/?kind=admitted")
        assert "项目停建" in cells(office, "changes/?export=1")
        compared = page(office, "compare/")
        assert settled[0].name in compared
        assert new.name in compared
        assert settled[1].name not in compared
        assert "-150000.0" in cells(office, "compare/?export=1")
        issue(date(2027, 3, 2))
        assert "两者相同" in page(office, "compare/")
        assert settled[0].name in page(office, "compare/?before=1&after=2")
        assert "两者相同" in page(office, "compare/?before=2&after=2")
        assert page(office, "compare/?before=9&after=x")


def test_the_neighbour_cannot_see_it(
    settled: list[Project],
    dalate: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:
    neighbour = console(dalate, member(dalate, "office"))
    with visiting(dalate):
        assert not Cycle.objects.exists()
        assert not ListVersion.objects.exists()
        assert not Change.objects.exists()
        assert actions.remind(on=date(2026, 10, 27), at=at(date(2026, 10, 27))) == 0
    for path in (*VIEWED, "versions/1/", "issue/"):
        assert neighbour.get(f"/annual/{YEAR}/{path}").status_code == 404, path
    assert "2027年度清单" not in neighbour.get("/annual/").content.decode()


def test_the_desk_says_what_comes_next_and_what_waits(
    cycle: Cycle, project: Made, office: Client, sthj: Client
) -> None:
    with time_machine.travel("2026-08-28 09:00+08:00", tick=False):
        assert "2027年度清单：启动征集" in office.get("/").content.decode()
    move("start", date(2026, 8, 31))
    with time_machine.travel("2026-09-01 09:00+08:00", tick=False):
        assert "2027年度清单：" not in office.get("/").content.decode()
        assert "申报2027年计划新开工项目" in sthj.get("/").content.decode()
    there = step(project(), "send_for_comment", date(2026, 10, 9))
    said(there, "gxj", "object", date(2026, 10, 12), "产能指标待核")
    with time_machine.travel("2026-10-26 09:00+08:00", tick=False):
        assert "1 条部门意见待处理" in office.get("/").content.decode()
        body = sthj.get("/").content.decode()
        assert "回复期限" in body
        assert "逾期未回复" in body


def test_five_hundred_projects_cost_what_one_does(
    here: Tenant, cycle: Cycle, office: Client
) -> None:
    def send(count: int) -> None:
        rows = sample_rows("zhungeer", YEAR, count, seed=5)
        on = date(2026, 10, 9)
        load(rows, year=YEAR, on=on, actor=CLERK, combed=False)
        Project.objects.update(state=State.COMMENTING, confirmed_on=None)

    def costs() -> dict[str, int]:
        found = {}
        for path in VIEWED:
            page_ = f"/annual/{YEAR}/{path}"
            office.get(page_)
            with CaptureQueriesContext(connection) as asked:
                assert office.get(page_).status_code == 200
            found[path] = len(asked)
        return found

    with time_machine.travel("2026-10-12 09:00+08:00", tick=False):
        send(3)
        one = costs()
        send(500)
        assert Project.objects.count() >= 500
        assert costs() == one
        assert max(one.values()) <= 25


def test_the_sample_draws_up_a_list_once(here: Tenant, office: Client) -> None:
    on = date(2026, 10, 28)
    rows = sample_rows("zhungeer", YEAR, 6)
    load(rows, year=YEAR, on=on, actor=CLERK, combed=False)
    for _ in range(2):
        sample.fill(YEAR, confirmed_on=on, actor=CLERK)
    version = ListVersion.objects.get()
    assert version.count == 6
    assert queries.is_whole(version)
    with time_machine.travel("2026-11-02 09:00+08:00", tick=False):
        body = page(office)
        assert "动态更新" in body
        assert "逾期未回复 1 家次" in body
        for path in (*VIEWED, "versions/1/"):
            page(office, path) if path != "export/" else cells(office, path)
