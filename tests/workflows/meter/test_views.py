"""Pages of the hundred days: both counts everywhere the same, a preview that saves nothing."""

import json
import re
from collections.abc import Callable
from datetime import date
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from kernel.accounts.models import User
from kernel.clock.meter import Party
from kernel.trail.models import TrailEntry
from tenants.models import Tenant
from tests.workflows.meter.conftest import CLERK, TODAY
from workflows.meter.forms import PLACES
from workflows.meter.models import THIRD_PARTY, RuleVersion
from workflows.meter.standard import TERMS
from workflows.procedures.actions import comb_out
from workflows.procedures.models import ClockEntry
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
Console = Callable[..., Client]
Member = Callable[..., User]
ONE = "/meter/ZGE-2026-001/"
PAGES = ("/meter/", "/meter/export/", ONE, "/meter/ZGE-2026-001.json", "/meter/rules/")


def text(response: Any) -> str:
    """The words of a page, one blank where there are tags or more."""
    return unescape(re.sub(r"(<[^>]*>|\s)+", " ", str(response.content, "utf-8")))


def posted(**told: Any) -> dict[str, Any]:
    """The rule form as it opens, with what the clerk changed."""
    return {
        "effective_on": TODAY.isoformat(),
        "allowance_days": 100,
        "unit": "working",
        "begins": "first_receipt",
        "counted": TERMS["counted"],
        "basis": TERMS["basis"],
        "document": "",
        "reason": "按本级会议确定",
        "seen": 1,
        **dict(zip(PLACES, TERMS["precedence"], strict=True)),
        **{f"stop_{reason.value}": TERMS["stop_parties"][reason.value] for reason in THIRD_PARTY},
        **told,
    }


def previewed(page: Any) -> str:
    found = re.search(r'name="previewed" value="(\w+)"', str(page.content, "utf-8"))
    assert found
    return found[1]


def test_the_empty_list_says_what_to_do_next(office: Client) -> None:
    page = office.get("/meter/")
    assert "还没有已确认的项目" in text(page)
    assert 'href="/projects/"' in str(page.content, "utf-8")


@pytest.mark.parametrize("path", PAGES)
def test_the_office_opens_every_page(season: Project, office: Client, path: str) -> None:
    assert office.get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_and_the_neighbour_are_not_let_in(
    season: Project, here: Tenant, dalate: Tenant, console: Console, member: Member, path: str
) -> None:
    neighbour = member(dalate)
    assert console(here, neighbour).get(path).status_code == 404
    assert console(here).get(path).status_code == 302


def test_the_neighbours_own_pages_hold_none_of_it(
    season: Project, today: date, dalate: Tenant, console: Console, member: Member
) -> None:
    client = console(dalate, member(dalate))
    assert "ZGE-2026" not in text(client.get("/meter/"))
    assert client.get(ONE).status_code == 404
    assert client.get("/meter/ZGE-2026-001.json").status_code == 404
    sheet = load_workbook(BytesIO(client.get("/meter/export/").content)).active
    assert "ZGE-2026" not in str([[cell.value for cell in row] for row in sheet.rows])


def test_page_panel_list_workbook_and_json_say_the_same(season: Project, office: Client) -> None:
    page, panel = text(office.get(ONE)), text(office.get("/projects/ZGE-2026-001/"))
    for words in (
        "百日计时 · 官方口径 12 / 100 天，按工作日计",
        "自然日 64 天",
        "政府 16 25% 12",
        "项目单位 5 8% 不计入",
        "业主委托中介 43 67% 不计入",
        "合计 64 100% 12",
    ):
        assert words in page
        assert words in panel
    assert "12 / 100" in text(office.get("/meter/"))
    sheet = load_workbook(BytesIO(office.get("/meter/export/").content)).active
    row = [cell.value for cell in list(sheet.rows)[3]]
    assert row[0] == "ZGE-2026-001"
    assert row[5:13] == [12, 100, 64, 16, 0, 5, 43, 0]
    told = office.get("/meter/ZGE-2026-001.json").json()
    assert (told["official_days"], told["elapsed_days"]) == (12, 64)
    assert sum(told["parties"].values()) == sum(s["days"] for s in told["segments"]) == 64


def test_a_projects_page_names_who_held_it_why_and_by_which_paper(
    season: Project, office: Client
) -> None:
    page = office.get(ONE)
    words = text(page)
    assert "停表：专家评审，项目单位委托" in words
    assert "告〔2026〕2号 · 《行政许可法》第四十五条" in words
    assert "一次性告知后待补正" in words
    assert "同时还有 2 处在别方手里，按次序让位" in words
    assert "未核实" in words
    assert 'href="/procedures/ZGE-2026-001-' in str(page.content, "utf-8")
    assert str(page.content, "utf-8").count('class="c-run c-') == 4


def test_a_project_that_has_not_begun_says_so_everywhere(project: Project, office: Client) -> None:
    assert "计时还没有开始" in text(office.get(ONE))
    assert "计时还没有开始" in text(office.get("/projects/ZGE-2026-001/"))
    assert "尚未起算" in text(office.get("/meter/"))
    assert office.get("/meter/ZGE-2026-001.json").json()["state"] == "尚未起算"


def test_the_day_of_the_first_receipt_has_no_days_yet(
    project: Project, move: Callable[..., Any], office: Client
) -> None:
    move("C03", "receive", TODAY)
    assert "起算当日不计" in text(office.get(ONE))
    assert "起算当日不计" in text(office.get("/projects/ZGE-2026-001/"))


def test_who_may_not_read_the_ledger_gets_no_link_to_the_page(
    season: Project, here: Tenant, today: date, console: Console, member: Member
) -> None:
    page = console(here, member(here, "editor")).get("/projects/ZGE-2026-001/")
    assert "百日计时" in text(page)
    assert f'href="{ONE}"' not in str(page.content, "utf-8")


def test_filters_narrow_by_year_words_and_days(
    season: Project, make_project: Callable[..., Project], office: Client
) -> None:
    comb_out(make_project(2, year=2025, number="ZGE-2025-002"), on=date(2025, 11, 1), actor=CLERK)
    assert "ZGE-2025-002" not in text(office.get("/meter/"))
    assert "ZGE-2025-002" in text(office.get("/meter/?year=2025"))
    assert "没有符合条件的项目" in text(office.get("/meter/?over=100"))
    assert "没有符合条件的项目" in text(office.get("/meter/?q=没有这个"))
    assert "ZGE-2026-001" in text(office.get("/meter/?year=1900&over=x&sort=nothing&page=99"))


# The rule ------------------------------------------------------------------------------------------


def test_the_rule_page_tells_the_rule_in_words_and_that_nobody_confirmed_it(
    office: Client,
) -> None:
    words = text(office.get("/meter/rules/"))
    assert "依次归：政府、政府委托中介、上级机关、业主委托中介、项目单位" in words
    assert "听证归政府" in words
    assert "尚未由责任部门核实" in words
    assert "随产品提供的建议口径" in words


def test_only_the_office_may_change_the_rule(
    here: Tenant, today: date, console: Console, member: Member
) -> None:
    client = console(here, member(here, "leader"))
    page = client.get("/meter/rules/")
    assert page.status_code == 200
    assert "修改口径" not in text(page)
    assert client.get("/meter/rules/new/").status_code == 403
    assert client.post("/meter/rules/new/", posted()).status_code == 403


def test_a_preview_shows_before_and_after_and_saves_nothing(
    season: Project, office: Client
) -> None:
    before = ClockEntry.objects.count()
    page = office.post("/meter/rules/new/", posted(counted=[p.value for p in Party], look="1"))
    words = text(page)
    assert "1 个项目中 1 个的天数有变" in words
    assert "12 / 100 42 / 100 +30 64 / 64" in words
    assert "政府、政府委托中介、项目单位、业主委托中介、上级机关" in words
    assert RuleVersion.objects.count() == 1
    assert ClockEntry.objects.count() == before
    assert not TrailEntry.objects.filter(action="meter.adopt").exists()


def test_what_was_previewed_is_adopted(season: Project, office: Client) -> None:
    form = posted(allowance_days=10, reason="试行")
    page = office.post("/meter/rules/new/", form | {"look": "1"})
    assert "超过上限的由 0 个变为 1 个" in text(page)
    done = office.post(
        "/meter/rules/new/", form | {"adopt": "1", "previewed": previewed(page)}, follow=True
    )
    words = text(done)
    assert "第 2 版口径已确定" in words
    assert "原：工作日，100 天 改为：工作日，10 天" in words
    assert "超 2 天" in text(office.get("/meter/?over=100"))


def test_what_was_changed_after_the_preview_is_previewed_again(
    season: Project, office: Client
) -> None:
    page = office.post("/meter/rules/new/", posted(allowance_days=90, look="1"))
    again = office.post(
        "/meter/rules/new/",
        posted(allowance_days=60, adopt="1", previewed=previewed(page)),
    )
    assert "请看过新的对照再确定" in text(again)
    assert RuleVersion.objects.count() == 1
    assert "60" in text(again)


def test_a_refusal_stands_on_the_page_and_in_the_trail(season: Project, office: Client) -> None:
    form = posted(place_1="owner", place_2="owner")
    page = office.post("/meter/rules/new/", form | {"look": "1"})
    assert page.status_code == 422
    assert "五方各列一次" in text(page)
    assert TrailEntry.objects.filter(action="meter.change", outcome="refused").exists()
    empty = office.post("/meter/rules/new/", posted(reason=""))
    assert empty.status_code == 422
    assert 'id="preview"' not in str(empty.content, "utf-8")


def test_the_json_is_chinese_and_gives_every_ground(season: Project, office: Client) -> None:
    answer = office.get("/meter/ZGE-2026-001.json")
    assert "停表：专家评审，项目单位委托" in str(answer.content, "utf-8")
    told = json.loads(answer.content)
    last = told["segments"][-1]
    assert (last["party"], last["first_on"], last["until_on"]) == (
        "owner_agent",
        "2026-01-27",
        "2026-03-10",
    )
    assert last["held"][0]["document"] == "告〔2026〕2号"
    assert told["rule"]["verified"] is False
