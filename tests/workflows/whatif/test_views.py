"""Pages of the what-if desk: what they answer, who sees them, and that nothing is ever written."""

import json
import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern
from openpyxl import load_workbook

from kernel.accounts.models import User
from tenants.models import Tenant
from workflows.procedures.live import live_of
from workflows.procedures.models import Procedure
from workflows.projects.models import Project
from workflows.whatif import urls

pytestmark = pytest.mark.django_db
Console = Callable[..., Client]
Member = Callable[..., User]
ONE = "/whatif/ZGE-2026-001/"
CHANGES = "days=B04:40w&commit=C03&left=B01:5w&edge=B04-C06:hard&begin=2026-02-02"
LIST_CHANGES = "days=A02:5w&commit=C03&edge=B01-A11:none"
ADDRESSES = (
    "/whatif/",
    "/whatif/answer.json",
    "/whatif/export/",
    "/whatif/gains/",
    ONE,
    f"{ONE}answer.json",
)


@pytest.fixture
def office(here: Tenant, project: Project, console: Console, member: Member) -> Client:
    return console(here, member(here))


def text(response: Any) -> str:
    return str(response.content, "utf-8")


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text(response)))


def answered(client: Client, path: str) -> dict[str, Any]:
    response = client.get(path)
    assert response.status_code == 200, text(response)
    return dict(json.loads(response.content))


class TestOneProject:
    def test_the_plan_now_stands_beside_the_scenario(self, office: Client) -> None:
        page = office.get(f"{ONE}?{CHANGES}")
        assert page.status_code == 200
        for said in ("现在的计划", "推演后的计划", "有变动的事项", "推演后的计划图", "关键线路"):
            assert said in text(page)
        assert "水保报告书（B04）：办理用时改为 40 个工作日" in text(page)
        assert 'class="gantt"' in text(page)

    def test_without_a_change_the_answer_is_the_plan_as_it_stands(self, office: Client) -> None:
        answer = answered(office, f"{ONE}answer.json")
        assert answer["before"] == answer["after"]
        assert answer["moved"] == []
        project = Project.objects.get(number="ZGE-2026-001")
        assert answer["before"]["target_on"] == str(project.target_on)
        assert "还没有改动" in text(office.get(ONE))

    def test_the_answer_says_what_moves_and_by_how_much(self, office: Client) -> None:
        answer = answered(office, f"{ONE}answer.json?left=B01:5w")
        assert answer["scenario"] == "left=B01:5w"
        (b01,) = [m for m in answer["moved"] if m["code"] == "B01"]
        assert b01["earliest_finish_on"]["after"] == "2026-01-21"
        assert b01["earliest_finish_on"]["days"] < 0

    def test_the_page_and_the_json_say_the_same(self, office: Client) -> None:
        answer = answered(office, f"{ONE}answer.json?{CHANGES}")
        page = words(office.get(f"{ONE}?{CHANGES}"))
        assert f"{len(answer['moved'])} 项 · 相差按工作日" in page
        assert f"晚 {-answer['after']['slack_days']} 个工作日" in page
        assert ("赶不上目标" in page) is not answer["after"]["hit"]

    def test_a_change_is_added_to_the_address(self, office: Client) -> None:
        add = f"{ONE}?left=B01:5w&add=matter&matter=B04&what=days&amount=12&unit=w&day="
        assert office.get(add).headers["Location"] == f"{ONE}?days=B04:12w&left=B01:5w"
        edge = f"{ONE}?add=edge&first=A02&then=B04&strength=soft"
        assert office.get(edge).headers["Location"] == f"{ONE}?edge=A02-B04:soft"
        own = f"{ONE}?add=own&own=target&own_day=2026-04-15"
        assert office.get(own).headers["Location"] == f"{ONE}?target=2026-04-15"

    def test_htmx_gets_the_answer_alone_under_its_own_address(self, office: Client) -> None:
        page = office.get(f"{ONE}?left=B01:5w&amount=", headers={"HX-Request": "true"})
        assert "<html" not in text(page)
        assert "推演方案" in text(page)
        assert page.headers["HX-Push-Url"] == f"{ONE}?left=B01:5w"
        assert "HX-Request" in page.headers["Vary"]
        back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
        assert "<html" in text(office.get(ONE, headers=back))

    def test_a_change_is_taken_back_by_a_link(self, office: Client) -> None:
        page = text(office.get(f"{ONE}?days=B04:12w&left=B01:5w"))
        assert f'href="{ONE}?left=B01:5w"' in page
        assert f'href="{ONE}?days=B04:12w"' in page
        assert '<input type="hidden" form="change" name="days" value="B04:12w">' in page

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("days=B04:xx", "办理用时“B04:xx”读不懂"),
            ("days=A05:3", "已于 2025-12-10 办结"),
            ("days=B01:3", "剩余用时"),
            ("days=Z99:3", "Z99"),
            ("edge=C06-B04:hard&edge=B04-C06:hard", "首尾相接"),
            ("add=matter&matter=&what=days", "还没有选事项"),
            ("add=matter&matter=B04&what=days&amount=", "天数应是"),
            ("add=matter&matter=nonsense&what=days&amount=3", "不在可选范围"),
            ("add=edge&first=A02", "前后两个事项"),
            ("add=own&own=begin&own_day=", "日期应写成"),
            ("add=nonsense", "还没有选事项"),
        ],
    )
    def test_a_fault_is_told_in_place_of_the_answer(
        self, office: Client, query: str, said: str
    ) -> None:
        page = office.get(f"{ONE}?{query}")
        assert page.status_code == 422
        assert said in text(page)
        assert "现在的计划</h2>" not in text(page)
        part = office.get(f"{ONE}?{query}", headers={"HX-Request": "true"})
        assert part.status_code == 200
        assert said in text(part)

    def test_json_tells_faults_as_sentences(self, office: Client) -> None:
        response = office.get(f"{ONE}answer.json?days=B04:xx&days=A05:3")
        assert response.status_code == 422
        (fault,) = json.loads(response.content)["faults"]
        assert fault.endswith("。")

    def test_what_the_scenario_takes_for_granted_is_said(self, office: Client) -> None:
        page = text(office.get(f"{ONE}?commit=B04&edge=C01-C02:soft"))
        assert "告知承诺要先有制度依据" in page
        assert "写有依据（城乡规划法第四十条）" in page

    def test_provisional_days_are_marked(self, office: Client) -> None:
        page = text(office.get(f"{ONE}?days=B04:300w"))
        assert "推定" in page.partition('id="answer"')[2].partition("gantt")[0]

    def test_a_project_without_procedures_says_what_to_do(
        self, office: Client, make_project: Callable[..., Project]
    ) -> None:
        make_project(9, combed=False)
        assert "没有计划可以推演" in text(office.get("/whatif/ZGE-2026-009/"))
        assert office.get("/whatif/ZGE-2026-009/answer.json").status_code == 422

    def test_the_plan_on_the_projects_page_leads_here(self, office: Client) -> None:
        assert f'href="{ONE}"' in text(office.get("/projects/ZGE-2026-001/"))

    @pytest.mark.parametrize("number", ["ZGE-2026-002", "nothing"])
    def test_a_draft_and_an_unknown_number_are_not_found(
        self, office: Client, make_project: Callable[..., Project], number: str
    ) -> None:
        make_project(2, combed=False, state="draft")
        assert office.get(f"/whatif/{number}/").status_code == 404
        assert office.get(f"/whatif/{number}/answer.json").status_code == 404


class TestTheWholeList:
    @pytest.fixture(autouse=True)
    def _three(self, make_project: Callable[..., Project]) -> None:
        make_project(2, planned_start_on=date(2026, 9, 20), industry="energy")
        make_project(3, industry="")

    def test_the_rate_stands_before_and_after_with_its_counts(self, office: Client) -> None:
        page = words(office.get(f"/whatif/?year=2026&{LIST_CHANGES}"))
        answer = answered(office, f"/whatif/answer.json?year=2026&{LIST_CHANGES}")
        assert "现在按期率" in page
        assert f"{answer['hits_before']} / 3 个" in page
        assert f"{answer['hits_after']} / 3 个" in page
        assert f"转为按期 {answer['turns']['won']} 个" in page
        assert "各行业按期情况" in page
        assert "未分行业" in page

    def test_without_a_change_the_rate_is_what_the_projects_say(self, office: Client) -> None:
        answer = answered(office, "/whatif/answer.json?year=2026")
        assert answer["hits_before"] == answer["hits_after"]
        lives = [live_of(project, date(2026, 1, 14)) for project in Project.objects.all()]
        assert answer["hits_before"] == sum(live.plan.feasible for live in lives)
        assert answer["moved"] == []
        assert "没有项目的办结日变动" in text(office.get("/whatif/"))

    def test_a_change_says_how_many_projects_take_it(self, office: Client) -> None:
        assert "3 个项目适用" in words(office.get("/whatif/?days=B04:1w"))
        assert "2 个项目适用" in words(office.get("/whatif/?days=B01:30"))

    def test_moved_projects_are_filtered_paged_and_exported_alike(self, office: Client) -> None:
        query = "year=2026&days=C06:30w"
        page = text(office.get(f"/whatif/?{query}"))
        assert page.count("打开</a>") == 3
        assert f"/whatif/export/?{query.replace('&', '&amp;')}" in page
        narrowed = f"{query}&industry=energy&q=项目2"
        assert text(office.get(f"/whatif/?{narrowed}")).count("打开</a>") == 1
        sheet = load_workbook(BytesIO(office.get(f"/whatif/export/?{narrowed}").content)).active
        assert sheet["A4"].value == "ZGE-2026-002"
        assert "办理用时改为 30 个工作日" in str(sheet["A5"].value)
        assert "没有符合条件的项目" in text(office.get(f"/whatif/?{query}&q=没有"))
        for strange in ("turn=nonsense", "page=99", "industry=nonsense", "sort=x"):
            assert office.get(f"/whatif/?{query}&{strange}").status_code == 200

    def test_a_change_is_added_with_the_year(self, office: Client) -> None:
        add = "/whatif/?year=2026&commit=C03&add=matter&matter=B04&what=lack"
        assert office.get(add).headers["Location"] == "/whatif/?year=2026&commit=C03&lack=B04"

    @pytest.mark.parametrize(
        ("query", "said"),
        [("target=2026-03-20", "单个项目"), ("days=Z99:3", "没有项目可用"), ("days=B", "读不懂")],
    )
    def test_a_fault_is_told_everywhere(self, office: Client, query: str, said: str) -> None:
        for path in ("", "answer.json", "export/", "gains/"):
            response = office.get(f"/whatif/{path}?year=2026&{query}")
            assert response.status_code == 422
            told = (
                str(json.loads(response.content)["faults"])
                if path in ("answer.json", "export/")
                else text(response)
            )
            assert said in told

    def test_gains_are_ranked_and_lead_into_the_scenario(self, office: Client) -> None:
        for cut in ("half", "least", "nonsense"):
            page = office.get(f"/whatif/gains/?year=2026&days=B04:60w&cut={cut}")
            assert page.status_code == 200
        page = text(office.get("/whatif/gains/?year=2026&days=B04:60w"))
        assert "卡住的项目" in page
        assert "days=B04:60w" in page

    def test_a_year_without_projects_says_so(self, office: Client) -> None:
        page = text(office.get("/whatif/?year=2031"))
        assert "还没有已确认的项目" in page
        for path in ("", "gains/", "export/", "answer.json"):
            assert office.get(f"/whatif/{path}?year=2031").status_code == 200
        assert office.get("/whatif/?year=20x6").status_code == 404


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_neighbour_and_a_stranger_see_nothing(
    project: Project, here: Tenant, dalate: Tenant, console: Console, member: Member, path: str
) -> None:
    neighbour = member(dalate)
    of_one = "ZGE" in path
    answer = console(dalate, neighbour).get(path)
    assert answer.status_code == (404 if of_one else 200)
    assert b"ZGE-2026" not in answer.content.replace(path.encode(), b"")
    assert console(here, neighbour).get(path).status_code == 404
    assert console(here).get(path).status_code == 302


@pytest.mark.parametrize("path", ADDRESSES)
def test_there_is_nothing_to_send_here(office: Client, path: str) -> None:
    for method in (office.post, office.put, office.patch, office.delete):
        assert method(path).status_code == 405
    assert office.head(path).status_code == 200


def test_every_view_is_only_for_reading() -> None:
    patterns = [p for p in urls.urlpatterns if isinstance(p, URLPattern)]
    assert len(patterns) == len(ADDRESSES)


def rows_of_the_tenant(tenant: Tenant) -> dict[str, list[tuple[str, str]]]:
    """Every row of every table of the tenant and of the shared schema, by place and transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname IN (%s, 'public') AND tablename <> 'django_session'",
            [tenant.schema_name],
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f"SELECT ctid::text, xmin::text FROM {table} ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def test_nothing_is_written_anywhere(
    office: Client, here: Tenant, make_project: Callable[..., Project]
) -> None:
    make_project(2)
    before = rows_of_the_tenant(here)
    assert len(before["t_zhungeer.procedures_procedure"]) > 20
    for path in ADDRESSES:
        changes = CHANGES if "ZGE" in path else LIST_CHANGES
        for query in ("", changes, "days=B04:xx", "add=matter&matter=B04&what=days&amount=3"):
            assert office.get(f"{path}?{query}").status_code in (200, 302, 422)
    assert rows_of_the_tenant(here) == before
    assert Procedure.objects.count() == len(before["t_zhungeer.procedures_procedure"])


@pytest.mark.parametrize(
    ("path", "changes"),
    [(f"{ONE}answer.json", CHANGES), (ONE, CHANGES), ("/whatif/", LIST_CHANGES)],
)
def test_a_page_asks_the_same_whatever_the_scenario_and_the_list(
    office: Client, make_project: Callable[..., Project], path: str, changes: str
) -> None:
    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert office.get(address).status_code == 200
        return len(queries)

    cost(path)
    plain = cost(path)
    assert cost(f"{path}?{changes}") == plain
    make_project(2)
    make_project(3)
    cost(path)
    assert cost(f"{path}?{changes}") == plain
