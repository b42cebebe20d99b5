"""The plan's page: accepted beside current, floats, the proof, a new baseline with its reason."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from kernel.trail.models import TrailEntry
from tenants.models import Tenant
from workflows.procedures.explaining import explained
from workflows.procedures.live import live_of
from workflows.procedures.models import Procedure
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
URL = "/procedures/plan/ZGE-2026-001/"


@pytest.fixture
def office(
    project: Project, here: Tenant, console: Callable[..., Client], member: Callable[..., Any]
) -> Client:
    return console(here, member(here))


def test_it_shows_both_plans_and_each_units_float(office: Client) -> None:
    page = office.get(URL).content.decode()
    assert "接受的计划" in page
    assert "各单位余量" in page
    assert "最长的一条线" in page
    told = office.get(f"{URL[:-1]}.json").json()
    live = live_of(Project.objects.get(), timezone.localdate())
    assert told["floats"] == live.plan.floats
    assert {m["matter"]: m["latest_finish"]["on"] for m in told["matters"]} == {
        slot.key: slot.latest_finish_on.isoformat() for slot in live.plan.slots
    }
    sheet = load_workbook(BytesIO(office.get(f"{URL}export/").content)).active
    assert sheet.max_row >= 3 + len(told["matters"])


def test_what_the_target_can_not_meet_is_proved_by_a_chain_on_the_page(office: Client) -> None:
    # By now the target of March 2026 has long passed.
    page = office.get(URL).content.decode()
    assert "赶不上目标" in page
    assert "少了其中任何一项" in page or "仅下面这一项" in page


def test_a_new_baseline_needs_a_reason_and_the_old_one_is_kept(office: Client) -> None:
    before = dict(Procedure.objects.values_list("number", "planned_due_on"))
    assert office.post(f"{URL}rebaseline/", {"why": ""}).status_code == 302
    assert dict(Procedure.objects.values_list("number", "planned_due_on")) == before
    office.post(f"{URL}rebaseline/", {"why": "项目单位调整了用地范围"})
    after = dict(Procedure.objects.values_list("number", "planned_due_on"))
    assert after != before
    told = TrailEntry.objects.filter(action="procedures.rebaseline").latest("number")
    assert "项目单位调整了用地范围" in told.summary
    number = Procedure.objects.get(matter_code="C03").number
    assert told.detail["before"][number][1] == before[number].isoformat()


def test_only_the_office_makes_a_new_plan_and_the_neighbour_sees_none(
    project: Project,
    here: Tenant,
    dalate: Tenant,
    console: Callable[..., Client],
    member: Callable[..., Any],
) -> None:
    clerk = console(here, member(here, "department", "zrzy"))
    assert clerk.get(URL).status_code == 200
    assert clerk.post(f"{URL}rebaseline/", {"why": "试"}).status_code == 403
    neighbour = console(dalate, member(dalate))
    for path in (URL, f"{URL[:-1]}.json", f"{URL}export/", f"{URL}bundle/"):
        assert neighbour.get(path).status_code == 404


def test_papers_hold_back_what_nobody_has_handed_in(
    project: Project, move: Callable[..., Procedure]
) -> None:
    on = date(2025, 11, 3)
    slot = live_of(project, on).plan.slot("B01")
    # Forty working days of preparation from 1 November 2025.
    assert slot.earliest_start_on == date(2025, 12, 26)
    assert slot.latest_prepare_on is not None
    move("B01", "receive", on)
    assert live_of(project, on).plan.slot("B01").earliest_start_on == on


def test_every_planned_and_expected_date_tells_its_lines(project: Project) -> None:
    live = live_of(project, date(2025, 11, 3))
    for row in live.rows:
        told = {each.key: each for each in explained(live, row)}
        assert list(told) == ["statutory", "promised", "planned", "expected", "actual"]
        planned = told["planned"]
        assert planned.due.on == row.procedure.planned_due_on
        own = [line for line in planned.lines if line.label.startswith(("本事项用时", "公示期"))]
        assert own[-1].until_on == row.procedure.planned_due_on
        assert own[0].from_on == row.procedure.planned_start_on
        takes = [line for line in told["expected"].lines if line.label.startswith("本事项用时")]
        assert takes[0].from_on == live.plan.slot(row.procedure.matter_code).earliest_start_on


def test_the_dates_page_and_its_json_say_the_same_and_can_look_back(
    office: Client, move: Callable[..., Procedure]
) -> None:
    move("C03", "receive", date(2026, 1, 26))
    accepted = move("C03", "accept", date(2026, 1, 28))
    url = f"/procedures/{accepted.number}/dates"
    told = office.get(f"{url}.json").json()
    assert told["dates"]["statutory"]["on"] == "2026-03-03"
    assert told["dates"]["actual"]["on"] is None
    page = office.get(f"{url}/").content.decode()
    for each in told["dates"].values():
        assert each["sum"] in page
        assert all(line["label"] in page for line in each["lines"])
    before = office.get(f"{url}.json?known=2026-01-27T09:00").json()
    assert before["dates"]["statutory"]["on"] is None
    assert before["known_at"].startswith("2026-01-27T09:00")
    assert "回看" in office.get(f"{url}/?known=2026-01-27T09:00").content.decode()
    for path in (f"{url}.json?known=nonsense", f"{url}/?known=nonsense"):
        answer = office.get(path)
        assert answer.status_code == 400
        assert "不是有效的日期时间" in answer.content.decode()


def test_a_red_lamp_opens_to_cause_owner_and_next_date(office: Client) -> None:
    number = Procedure.objects.get(matter_code="C03").number
    page = office.get(f"/procedures/{number}/").content.decode()
    card = page.partition('id="lamp"')[2].partition("</section>")[0]
    for word in ("为什么亮红灯", "原因", "计划受理", "责任", "项目单位", "亮灯规则第 1 版"):
        assert word in card
    assert "#lamp" in office.get("/procedures/").content.decode()
