"""Pages of the ledger: who sees what, how many questions they ask, and that they never lie."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from kernel.accounts.models import User
from kernel.calendars.models import HolidayNotice
from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.procedures.actions import comb_out
from workflows.procedures.models import ClockEntry, Procedure
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
CLERK = Actor(7, "某经办（示例）", "机制办公室")
Console = Callable[..., Client]
Member = Callable[..., User]
URLS = (
    "/procedures/ZGE-2026-001-09/",
    "/procedures/ZGE-2026-001-09/dates/",
    "/procedures/ZGE-2026-001-09/move/receive/",
)


@pytest.fixture
def office(project: Project, here: Tenant, console: Console, member: Member) -> Client:
    return console(here, member(here))


def text(response: Any) -> str:
    return str(response.content, "utf-8")


def test_the_empty_ledger_says_what_to_do_next(
    here: Tenant, console: Console, member: Member
) -> None:
    page = console(here, member(here)).get("/procedures/")
    assert "还没有办件" in text(page)
    assert 'href="/projects/"' in text(page)


@pytest.mark.parametrize("url", URLS)
def test_the_office_opens_every_page(office: Client, url: str) -> None:
    page = office.get(url)
    assert page.status_code == 200
    assert "人防" in text(page)


@pytest.mark.parametrize("url", URLS)
def test_the_neighbour_and_a_stranger_see_nothing(
    project: Project, here: Tenant, dalate: Tenant, console: Console, member: Member, url: str
) -> None:
    neighbour = member(dalate)
    assert console(dalate, neighbour).get(url).status_code == 404
    assert console(here, neighbour).get(url).status_code == 404
    assert console(here).get(url).status_code == 302


def test_the_neighbours_list_and_workbook_hold_none_of_it(
    project: Project, dalate: Tenant, console: Console, member: Member
) -> None:
    client = console(dalate, member(dalate))
    assert "ZGE-2026" not in text(client.get("/procedures/"))
    sheet = load_workbook(BytesIO(client.get("/procedures/export/").content)).active
    assert "ZGE-2026" not in str([[cell.value for cell in row] for row in sheet.rows])


def test_the_list_asks_the_same_questions_for_one_project_and_for_three(
    office: Client,
    make_project: Callable[..., Project],
    django_assert_num_queries: Any,
    here: Tenant,
) -> None:
    office.get("/procedures/")
    with django_assert_num_queries(22):
        office.get("/procedures/")
    for n in (2, 3):
        comb_out(make_project(n), on=date(2025, 11, 1), actor=CLERK)
    with django_assert_num_queries(22):
        page = office.get("/procedures/")
    assert "36 项" in text(page)


def test_a_procedures_page_asks_the_same_whatever_its_ledger_holds(
    office: Client, move: Callable[..., Procedure], django_assert_num_queries: Any
) -> None:
    url = "/procedures/ZGE-2026-001-09/"
    office.get(url)
    with django_assert_num_queries(25):
        office.get(url)
    move("C03", "receive", date(2026, 1, 26))
    move("C03", "accept", date(2026, 1, 28))
    with django_assert_num_queries(25):
        office.get(url)


def test_filters_narrow_the_list_and_the_workbook_alike(office: Client) -> None:
    page = text(office.get("/procedures/?department=sthj&scope=all"))
    assert "环评报告书" in page
    assert "人防审批" not in page.partition("<table")[2]
    sheet = load_workbook(BytesIO(office.get("/procedures/export/?matter=B01").content)).active
    heads = [cell.value for cell in sheet[3]]
    assert {"法定期限", "承诺期限", "计划完成", "预计完成", "实际办结"} <= set(heads)
    assert [row[2].value for row in sheet.iter_rows(min_row=4, max_row=4)] == [
        "建设项目环境影响报告书审批"
    ]
    for query in (
        "lamp=red", "lamp=done", "soon=1", "state=planned", "ball=owner", "stage=5", "q=ZGE-2026-001",
        "sort=-expected", "sort=statutory", "page=9", "lamp=nonsense", "sort=nonsense",
    ):  # fmt: skip
        assert office.get(f"/procedures/?{query}").status_code == 200


def test_a_department_sees_its_own_first_and_all_when_asked(
    project: Project, here: Tenant, console: Console, member: Member
) -> None:
    client = console(here, member(here, "department", "sthj"))
    own = text(client.get("/procedures/"))
    assert "环评报告书" in own
    assert "人防审批" not in own.partition("<table")[2]
    assert "人防审批" in text(client.get("/procedures/?scope=all"))


def test_a_move_goes_through_and_the_page_tells_the_new_dates(office: Client) -> None:
    form = {"version": 1, "on": "2026-01-26"}
    answer = office.post("/procedures/ZGE-2026-001-09/move/receive/", form)
    assert answer.status_code == 302
    answer = office.post(
        "/procedures/ZGE-2026-001-09/move/accept/",
        {"version": 2, "on": "2026-01-28", "document": "准人防受〔2026〕1号"},
        follow=True,
    )
    page = text(answer)
    assert "3月3日" in page
    assert "准人防受〔2026〕1号" in page
    assert "天后补录" in page


def test_the_same_form_sent_twice_writes_one_line(office: Client) -> None:
    form = {"version": 1, "on": "2026-01-26"}
    office.post("/procedures/ZGE-2026-001-09/move/receive/", form)
    again = office.post("/procedures/ZGE-2026-001-09/move/receive/", form)
    assert again.status_code == 422
    assert "已有人办理" in text(again)
    assert ClockEntry.objects.count() == 1


def test_a_refusal_stays_on_the_form_and_in_the_trail(office: Client) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    answer = office.post(
        "/procedures/ZGE-2026-001-09/move/receive/", {"version": 1, "on": tomorrow.isoformat()}
    )
    assert answer.status_code == 422
    assert "请填已经发生的日期" in text(answer)
    line = TrailEntry.objects.order_by("-number").first()
    assert line
    assert (line.outcome, line.subject) == ("refused", "ZGE-2026-001-09")


def test_a_stop_without_a_written_notice_cites_the_article_and_is_in_the_trail(
    office: Client, here: Tenant, move: Callable[..., Procedure]
) -> None:
    with visiting(here):
        free = Procedure.objects.filter(edges_in__isnull=True).first()
        assert free
        move(free.matter_code, "receive", date(2025, 12, 1))
        version = move(free.matter_code, "accept", date(2025, 12, 2)).version
    number = free.number
    facts = {"version": version, "on": "2025-12-05", "reason": "expert_review", "document": ""}
    answer = office.post(f"/procedures/{number}/move/stop/", facts)
    assert answer.status_code == 422
    assert "《行政许可法》第四十五条" in answer.content.decode()
    line = TrailEntry.objects.get(action="procedures.stop")
    assert (line.outcome, line.subject) == ("refused", number)


def test_a_department_moves_its_own_procedures_and_no_others(
    project: Project, here: Tenant, console: Console, member: Member
) -> None:
    client = console(here, member(here, "representative", "sthj"))
    other = client.post(
        "/procedures/ZGE-2026-001-09/move/receive/", {"version": 1, "on": "2026-01-26"}
    )
    assert other.status_code == 422
    assert "不是您所在单位的办件" in text(other)
    with visiting(here):
        own = Procedure.objects.get(matter_code="B01").number
    assert (
        client.post(
            f"/procedures/{own}/move/receive/", {"version": 1, "on": "2026-01-26"}
        ).status_code
        == 302
    )


def test_a_helper_may_look_and_not_touch(
    project: Project, here: Tenant, console: Console, member: Member
) -> None:
    client = console(here, member(here, "helper"))
    assert "您的角色只能查看" in text(client.get("/procedures/ZGE-2026-001-09/"))
    assert client.get("/procedures/ZGE-2026-001-09/move/receive/").status_code == 403


def test_pages_tell_deemed_acceptance_though_the_stored_row_is_stale(
    office: Client, move: Callable[..., Procedure]
) -> None:
    move("C03", "receive", date(2026, 1, 5))
    Procedure.objects.filter(matter_code="C03").update(
        state="received", accepted_on=None, statutory_due_on=None
    )
    page = text(office.get("/procedures/ZGE-2026-001-09/"))
    assert "审查中（视为受理）" in page
    assert "逾期未告知，自收到之日起视为受理" in page
    assert "审查中（视为受理）" in text(office.get("/procedures/?matter=C03"))


def test_the_explanation_cites_articles_and_documents(
    office: Client, move: Callable[..., Procedure]
) -> None:
    move("C03", "receive", date(2026, 1, 26))
    move("C03", "accept", date(2026, 1, 28))
    move("C03", "stop", date(2026, 2, 9), reason="expert_review", document="准告〔2026〕3号")
    page = text(office.get("/procedures/ZGE-2026-001-09/dates/"))
    for words in ("停表：专家评审", "准告〔2026〕3号", "《行政许可法》第四十五条", "计时暂停"):
        assert words in page


def test_the_projects_page_shows_facts_plan_and_ledger(office: Client) -> None:
    page = text(office.get("/projects/ZGE-2026-001/"))
    assert "应批尽批目标" in page
    assert "/ 102 个" in page
    assert "倒排计划" in page
    assert "gantt-plot" in page
    assert "人防审批" in page


def test_a_project_that_cannot_make_it_names_the_chain_and_cures(
    here: Tenant, console: Console, member: Member, make_project: Callable[..., Project]
) -> None:
    late = make_project(5, confirmed_on=date(2026, 3, 2))
    comb_out(late, on=date(2026, 3, 2), actor=CLERK)
    page = text(console(here, member(here)).get("/projects/ZGE-2026-005/"))
    assert "之前办不完" in page
    assert "可以怎么办" in page


def test_the_correction_shows_the_dates_it_will_move(
    office: Client, move: Callable[..., Procedure]
) -> None:
    entry = move("C03", "receive", date(2026, 1, 26)).entries.get()
    page = text(office.get(f"/procedures/ZGE-2026-001-09/correct/{entry.pk}/"))
    assert "法定期限" in page
    assert page.index('name="on"') < page.index('name="at"') < page.index('name="why"')


def test_no_sentence_calls_a_day_firm_that_is_an_estimate(
    project: Project,
    move: Callable[..., Procedure],
    here: Tenant,
    console: Callable[..., Client],
    member: Callable[..., Any],
) -> None:
    """Late in December, before the notice for the next year: what is owed in January is 推定."""
    HolidayNotice.objects.filter(year=2026).delete()
    with time_machine.travel("2025-12-30T09:20:00+08:00", tick=False):
        move("C03", "receive", date(2025, 12, 29))
        move("A05", "receive", date(2025, 12, 8))
        move("A05", "accept", date(2025, 12, 9))
        decided = move("A05", "decide", date(2025, 12, 26))
        office = console(here, member(here))
        listed = office.get("/procedures/").content.decode()
        assert "2026年1月5日（推定）前受理或一次性告知" in listed
        page = office.get(f"/procedures/{decided.number}/").content.decode()
        assert "（推定）前送达" in page
        told = office.get(f"/procedures/{decided.number}/dates.json").json()["dates"]
        assert "（推定） 前送达" in told["actual"]["sum"]
        planned = Procedure.objects.get(matter_code="C03").number
        told = office.get(f"/procedures/{planned}/dates.json").json()["dates"]
        assert "（推定） 办结" in told["planned"]["sum"]
        assert "（推定） 完成" in told["expected"]["sum"]
