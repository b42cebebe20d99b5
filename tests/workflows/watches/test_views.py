"""Pages of the watches: who sees what, what may be noted by whom, and what they cost."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from kernel.accounts.models import User
from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.models import Tenant
from workflows.procedures.actions import comb_out, replan
from workflows.procedures.models import ClockEntry, Procedure
from workflows.projects.models import Project
from workflows.watches.actions import notice
from workflows.watches.models import Alert

pytestmark = pytest.mark.django_db
CLERK = Actor(7, "某经办（示例）", "机制办公室")
Console = Callable[..., Client]
Member = Callable[..., User]
PAGES = (
    "/watches/",
    "/watches/validity/",
    "/watches/indicators/",
    "/watches/indicators/late/",
    "/watches/indicators/edge/",
    "/watches/indicators/stopped/",
    "/watches/indicators/last_days/",
    "/watches/indicators/again/",
    "/watches/indicators/corrected/",
)
TODAY = date(2026, 3, 20)


@pytest.fixture(autouse=True)
def _spring() -> Any:
    with time_machine.travel("2026-03-20 09:00+08:00", tick=False):
        yield


def write(project: Project, code: str, *lines: tuple[str, date, int], **facts: Any) -> None:
    """Lines of (kind, day, days until it was written down), and the dates that follow from them."""
    procedure = Procedure.objects.get(project=project, matter_code=code)
    for kind, on, late in lines:
        reason = "expert_review" if kind in ("stop", "resume") else ""
        ClockEntry.objects.create(
            procedure=procedure, kind=kind, on=on, reason=reason, document="准审〔2026〕1号",
            recorded_at=timezone.make_aware(
                datetime.combine(on + timedelta(days=late), datetime.min.time())
            ) + timedelta(hours=10),
            by_name="某经办（示例）", **facts,
        )  # fmt: skip
    replan(project, on=TODAY)


def season(project: Project) -> None:
    """环评 decided and delivered; 人防 accepted and overdue, stopped once; 用地 received, unanswered."""
    write(
        project, "B01",
        ("receive", date(2026, 1, 5), 0), ("accept", date(2026, 1, 7), 8),
        ("decide", date(2026, 3, 2), 0), ("deliver", date(2026, 3, 3), 0),
    )  # fmt: skip
    write(
        project, "C03",
        ("receive", date(2026, 1, 19), 0), ("accept", date(2026, 1, 21), 0),
        ("stop", date(2026, 1, 26), 7), ("resume", date(2026, 1, 30), 0),
    )  # fmt: skip
    write(project, "A05", ("receive", date(2026, 3, 2), 0))
    notice(on=TODAY, at=timezone.now())


@pytest.fixture
def busy(project: Project) -> Project:
    season(project)
    return project


@pytest.fixture
def office(busy: Project, here: Tenant, console: Console, member: Member) -> Client:
    return console(here, member(here))


def text(response: Any) -> str:
    assert response.status_code == 200, response
    return str(response.content, "utf-8")


def sheet(response: Any) -> list[list[Any]]:
    active = load_workbook(BytesIO(response.content)).active
    return [[cell.value for cell in row] for row in active.iter_rows(min_row=3)]


@pytest.mark.parametrize("url", PAGES)
def test_an_empty_tenant_has_pages_that_say_what_to_do(
    here: Tenant, console: Console, member: Member, url: str
) -> None:
    client = console(here, member(here))
    assert 'class="empty"' in text(client.get(url))
    assert client.get(f"{url}?export=1").status_code == 200


@pytest.mark.parametrize("url", PAGES)
def test_the_neighbour_and_a_stranger_see_nothing(
    busy: Project, here: Tenant, dalate: Tenant, console: Console, member: Member, url: str
) -> None:
    neighbour = member(dalate)
    assert "ZGE-2026" not in text(console(dalate, neighbour).get(f"{url}?rows=all&scope=all"))
    cells = sheet(console(dalate, neighbour).get(f"{url}?rows=all&export=1"))
    assert "ZGE-2026" not in str(cells)
    assert console(here, neighbour).get(url).status_code == 404
    assert console(here).get(url).status_code == 302


@pytest.mark.parametrize("url", PAGES)
def test_pages_ask_the_same_for_one_project_and_for_three(
    office: Client, make_project: Callable[..., Project], url: str
) -> None:
    def asked(query: str) -> int:
        office.get(url + query)
        with CaptureQueriesContext(connection) as queries:
            assert office.get(url + query).status_code == 200
        return len(queries)

    with_one = [asked(query) for query in ("?rows=all", "?rows=all&export=1")]
    for n in (2, 3):
        other = make_project(n)
        comb_out(other, on=date(2025, 11, 1), actor=CLERK)
        season(other)
    assert [asked(query) for query in ("?rows=all", "?rows=all&export=1")] == with_one
    assert max(with_one) <= 20


# 预警提醒


def test_the_list_shows_what_is_due_what_has_passed_and_how_it_stands(office: Client) -> None:
    page = text(office.get("/watches/"))
    for words in (
        "逾期未答复",
        "第三十二条",
        "法定期限",
        "已逾期",
        "怎么算的",
        "未了结",
        "知悉勾选的",
        "3月20日 09:00 发现",
        "截至 3月20日 09:00",
    ):
        assert words in page, words


def test_a_department_sees_its_own_first_and_all_when_asked(
    busy: Project, here: Tenant, console: Console, member: Member
) -> None:
    mine = Procedure.objects.get(matter_code="A05")
    theirs = Procedure.objects.get(matter_code="C03")
    client = console(here, member(here, "department", mine.department_code))
    own = text(client.get("/watches/"))
    assert mine.number in own
    assert theirs.number not in own
    every = text(client.get("/watches/?scope=all"))
    assert theirs.number in every
    other = Alert.objects.filter(number=theirs.number).first()
    assert other
    assert f'value="{other.pk}"' not in every


def test_filters_narrow_the_list_and_the_workbook_alike(office: Client) -> None:
    def rows(query: str) -> list[list[Any]]:
        page = text(office.get(f"/watches/?{query}"))
        cells = sheet(office.get(f"/watches/?{query}&export=1"))[1:]
        assert page.count('name="only"') == len(cells)
        return cells

    every = rows("")
    assert len(every) == Alert.objects.count()
    assert {row[0] for row in rows("kind=notice_passed")} == {"逾期未答复"}
    assert {row[2] for row in rows("q=环评")} <= {
        p.number for p in Procedure.objects.filter(matter_code="B01")
    }
    assert rows("seen=yes") == []
    assert len(rows("seen=no")) == len(every)
    for query in ("department=sthj", "kind=nonsense", "closed=yes", "page=9"):
        assert office.get(f"/watches/?{query}").status_code == 200
    assert "没有符合条件的提醒" in text(office.get("/watches/?closed=yes"))


def test_one_row_and_ticked_rows_are_noted_and_the_list_comes_back_as_it_was(
    office: Client,
) -> None:
    first, second, third = Alert.objects.order_by("pk")[:3]
    answer = office.post(
        "/watches/noted/", {"only": first.pk, "alert": [second.pk], "back": "kind=passed&page=1"}
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/watches/?kind=passed&page=1"
    assert set(Alert.objects.filter(seen_at__isnull=False)) == {first}
    page = text(office.post("/watches/noted/", {"alert": [second.pk, third.pk]}, follow=True))
    assert "已知悉 2 条提醒" in page
    again = text(office.post("/watches/noted/", {"alert": [second.pk]}, follow=True))
    assert "先前已经知悉" in again
    nothing = text(office.post("/watches/noted/", {"alert": ["x", "9" * 30]}, follow=True))
    assert "没有勾选任何一条提醒" in nothing


def test_another_units_alert_is_refused_and_the_refusal_is_in_the_trail(
    busy: Project, here: Tenant, console: Console, member: Member
) -> None:
    theirs = Alert.objects.filter(procedure__matter_code="C03").first()
    assert theirs
    mine = Procedure.objects.get(matter_code="A05")
    client = console(here, member(here, "department", mine.department_code))
    page = text(client.post("/watches/noted/", {"only": theirs.pk}, follow=True))
    assert "不由您所在单位办理" in page
    theirs.refresh_from_db()
    assert theirs.seen_at is None
    assert TrailEntry.objects.filter(action="watches.take_note", outcome="refused").exists()


def test_a_leader_reads_and_is_not_asked_to_note(
    busy: Project, here: Tenant, console: Console, member: Member
) -> None:
    page = text(console(here, member(here, "leader")).get("/watches/"))
    assert "逾期未答复" in page
    assert 'name="only"' not in page
    assert "知悉勾选的" not in page


def test_the_navigation_counts_what_nobody_has_noted(
    office: Client, here: Tenant, console: Console, member: Member
) -> None:
    def count(client: Client) -> str:
        nav = text(client.get("/watches/validity/")).partition("预警提醒")[2][:120]
        return next(iter(re.findall(r"\d+", nav.partition("</a>")[0])), "")

    assert count(office) == str(Alert.objects.count())
    first = Alert.objects.order_by("pk").first()
    assert first
    office.post("/watches/noted/", {"only": first.pk})
    assert count(office) == str(Alert.objects.count() - 1)
    a05 = Procedure.objects.get(matter_code="A05")
    own = Alert.objects.filter(department_code=a05.department_code, seen_at__isnull=True)
    assert count(console(here, member(here, "representative", a05.department_code))) == str(
        own.count()
    )
    assert count(console(here, member(here, "leader"))) == ""


# 批文有效期


def test_an_approval_is_shown_against_the_planned_start(office: Client, busy: Project) -> None:
    page = text(office.get("/watches/validity/"))
    for words in ("2031年3月2日", "有效期 5 年", "4月20日", "绿灯 · 有效", "推定", "余 1777 天"):
        assert words in page, words
    Project.objects.filter(pk=busy.pk).update(planned_start_on=date(2031, 4, 1))
    page = text(office.get("/watches/validity/?standing=before_start"))
    assert "红灯 · 开工前届满，须延续" in page
    assert "差 30 天" in page
    assert "没有符合条件的批文" in text(office.get("/watches/validity/?standing=ok"))
    (head, row, note) = sheet(office.get("/watches/validity/?standing=before_start&export=1"))
    assert dict(zip(head, row, strict=True))["余量（自然日）"] == -30
    assert "自办结之日起算" in str(note[0])


def test_a_day_no_calendar_reaches_costs_no_page(office: Client, busy: Project) -> None:
    b01 = Procedure.objects.get(matter_code="B01")
    b01.terms["validity_months"] = 1_200
    b01.save()
    assert "2126年3月2日" in text(office.get("/watches/validity/"))
    Project.objects.filter(pk=busy.pk).update(planned_start_on=date(2130, 1, 1))
    notice(on=TODAY, at=timezone.now())
    assert "2126年3月2日" in text(office.get("/watches/"))
    assert "2126" in str(sheet(office.get("/watches/?kind=lapses_before_start&export=1")))


def test_what_lapsed_after_the_planned_start_is_left_to_the_office_to_judge(
    busy: Project, here: Tenant, console: Console, member: Member
) -> None:
    b01 = Procedure.objects.get(matter_code="B01")
    b01.terms["validity_months"] = 1
    b01.save()
    Project.objects.filter(pk=busy.pk).update(planned_start_on=date(2026, 3, 25))
    with time_machine.travel("2026-04-20 09:00+08:00", tick=False):
        page = text(console(here, member(here)).get("/watches/validity/"))
    assert "未计时 · 已届满" in page
    assert "仍未开工的须延续或者重新办理" in page


# 办理监测


def test_the_board_gives_counts_with_every_share_and_none_under_five(office: Client) -> None:
    page = text(office.get("/watches/indicators/"))
    assert "22.2%" in page  # 2 late lines of 9
    assert "2 / 9 件台账记录" in page
    assert "少于5件，不评价" in page
    assert "费希尔" in page
    cells = sheet(office.get("/watches/indicators/?export=1"))
    lines = {(row[0], row[1]): row for row in cells[1:]}
    assert lines["补录率", "全部单位"][2:6] == [9, 2, "22.2%", "6.3% 至 54.7%"]
    assert lines["停表率", "全部单位"][2:5] == [3, 1, "少于5件，不评价"]


def test_a_figure_opens_its_rows(office: Client) -> None:
    page = text(office.get("/watches/indicators/late/"))
    assert "只看补录" in page
    assert "5 个工作日后补录" in page
    assert "随办随录" not in page
    assert "随办随录" in text(office.get("/watches/indicators/late/?rows=all"))
    b01 = Procedure.objects.get(matter_code="B01")
    own = sheet(office.get(f"/watches/indicators/late/?department={b01.department_code}&export=1"))
    assert [row[0] for row in own[1:-2]] == [b01.number]
    assert "停表 1 次，4 个工作日" in text(office.get("/watches/indicators/stopped/"))
    assert office.get("/watches/indicators/nonsense/").status_code == 404


def test_the_period_is_this_year_unless_told(office: Client) -> None:
    page = text(office.get("/watches/indicators/"))
    assert 'value="2026-01-01"' in page
    assert 'value="2026-03-20"' in page
    before = text(office.get("/watches/indicators/?first=2025-01-01&last=2025-12-31"))
    assert "这段时间台账没有记录" in before
    march = sheet(office.get("/watches/indicators/?first=2026-03-01&last=2026-03-31&export=1"))
    assert next(row for row in march if row[:2] == ["补录率", "全部单位"])[2] == 3
    wrong = text(office.get("/watches/indicators/?first=2026-03-01&last=2026-01-01"))
    assert "早于开始的" in wrong
    for query in ("first=x", "last=9999-12-31", "first=9999-12-31", "department=x&rows=x"):
        assert office.get(f"/watches/indicators/late/?{query}").status_code == 200
